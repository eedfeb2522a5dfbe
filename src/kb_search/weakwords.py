"""Words that say little: stop words, and what says little of a subject beside them, language by language."""

from __future__ import annotations

from functools import cache

from kb_search import analysis

_STOP_WORDS = {
    "en": "a an and are as at be been but by did do does for from had has have he her him his how i if in into is it "
    "its me my no nor not of on or our she so some such than that the their them then there these they this "
    "those to too us was we were what when where which while who whom why will with would you your",
    "ru": "а без бы был была были было быть в во вот вы для до его ее если есть еще же за и из или их к как "
    "ко которые который мы на не ни но о об он она они от по при с со так также то только у что это я",
    "tr": "ama bir bu da daha de en gibi hem her icin ile ise ki ne o olan olarak onun su ve veya ya",
    "az": "amma bir bu da de en her heç idi ile ise ki kimi ne o olan olaraq onun üçün ve ya",
    "de": "aber als am an auch auf aus bei bin bis da das dass dem den der des die durch ein eine einem einen "
    "einer er es für hat ich im in ist mit nach nicht noch nur oder sich sie sind so über um und uns von vor "
    "war wie wir zu zum zur",
    "fr": "à au aux avec ce ces dans de des du elle en est et eux il ils je la le les leur lui ma mais me même "
    "mes moi mon ne nos notre nous on ou où par pas pour qu que qui sa se ses son sur ta te tu un une vos "
    "votre vous",
}

# What says little of a subject, beside the stop words: such words are found, and counted, and do not decide the order.
_WEAK_WORDS = {
    "en": "about above after again against all almost also although always am among any anyone anything around "
    "because become been before being below between beyond both came can cannot come could did does doing done down "
    "during each either else etc even ever every few further get gets give given gives go goes got had happen has "
    "having hence here hers herself himself however indeed instead itself just let like likely many may maybe might "
    "mine more most mostly much must myself near nearly neither never next nobody none nor nothing now often once one "
    "only onto other others otherwise ought ours ourselves out over per perhaps please put quite rather really said "
    "same say seem seems several shall should since some someone something sometimes still take taken tell themselves "
    "therefore though through throughout thus till together too toward towards under unless until up upon us use used "
    "uses using usually various very via want wants way ways well whatever whenever whether whole whose within without "
    "would yes yet yours yourself",
}


@cache
def stop_words(language: str) -> frozenset[str]:
    """The forms that carry no meaning of their own in a language; empty where no list is shipped."""
    return frozenset(analysis.fold(word) for word in _STOP_WORDS.get(analysis.base_language(language), "").split())


@cache
def weak_words(language: str) -> frozenset[str]:
    """The forms that say little of a subject in a language, its stop words among them."""
    return stop_words(language) | {
        analysis.fold(word) for word in _WEAK_WORDS.get(analysis.base_language(language), "").split()
    }
