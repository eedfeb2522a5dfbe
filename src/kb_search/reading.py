"""From a file to what is indexed of it: the one way, for `index` and `extract` alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kb_search import analysis, weakwords
from kb_search.config import FALLBACK_LANGUAGE, Settings
from kb_search.document import Article, Claim, Evidence, article_id
from kb_search.fingerprints import Read, fingerprint
from kb_search.language import Detected, detect, suspect
from kb_search.loaders import Remark, RowProblem, SourceFile, load
from kb_search.passages import split
from kb_search.wording import worded

#: The origins of what is said by hand beside an article, and in it. A day with two readings is no slip in a row.
_ABOUT_ALL = re.compile(r"sidecar |(?:.*/)?collection\.toml")
_BY_HAND = re.compile(rf"{_ABOUT_ALL.pattern}|front matter|row field")


#: A short text has so many letters, is detected so surely, and has so many words or letters that confirm it.
_FEWEST_LETTERS, _SURE, _FEWEST_SIGNS = 40, 0.99, 2


def read(file: SourceFile, settings: Settings, identity: str = "") -> Iterator[Read | RowProblem | Remark]:
    """What is to be told of a file, its articles, and the rows of it that could not be read, in order.

    `identity` is the path that articles are named by where the file has had another one: a renamed file keeps its
    articles. Raises DocumentError where the file cannot be read, and SkippedDocument where it is not ours to read.
    """
    for one in load(file):
        if isinstance(one, RowProblem | Remark):
            yield one
        else:
            yield from _told(one)
            yield _indexed(one, file.relative, settings, identity)


def _told(article: Article) -> Iterator[Remark]:
    """What somebody wrote about an article by hand, and is not believed."""
    for evidence in article.evidence:
        for claim in evidence.others:
            written = _BY_HAND if evidence.field == "language" else _ABOUT_ALL
            if claim.refused and written.match(claim.origin):
                yield Remark(f"The {evidence.field} {claim.value!r} was not used ({claim.origin}).")


def _indexed(article: Article, path: str, settings: Settings, identity: str) -> Read:
    if identity and identity != path:
        lasting = identity + article.path.removeprefix(path)  # an entry of an archive has a path within it
        article = replace(article, id=article_id(lasting, article.row))
    if not article.language:
        known = _language(article.text, settings)
        article = replace(article, language=known.value, evidence=(*article.evidence, known))
    passages = split(article)
    return Read(article, passages, fingerprint(article), worded(passages))


def _language(text: str, settings: Settings) -> Evidence:
    """The language of an article that does not say its own, what that was taken from, and what else was thought of."""
    detected = detect(text)
    if detected:
        return Evidence("language", detected.language, f"detected in the text, {detected.confidence:.0%} sure")
    seems = suspect(text)
    if seems and _is_confirmed(text, seems):
        return Evidence("language", seems.language, "detected in a short text, and its words or letters agree")
    thought = (
        (Claim(seems.language, f"detected in the text, {seems.confidence:.0%} sure", refused=True),) if seems else ()
    )
    by_script = analysis.language_of_script(text)
    if by_script:
        return Evidence("language", by_script, "the script it is written in", thought)
    origin = "the collection's default" if settings.language else "taken for want of a better guess"
    return Evidence("language", settings.language or FALLBACK_LANGUAGE, origin, thought)


def _is_confirmed(text: str, seems: Detected) -> bool:
    """Whether a short text has small words of the language that it is surely detected as, or letters beyond ASCII.

    Of 40 sentences of 34 to 58 letters in 14 languages none was misread; lists of names are at most 0.92 sure.
    """
    if seems.confidence < _SURE or sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        return False
    small = sum(form in weakwords.stop_words(seems.language) for form in analysis.forms(text))
    special = sum(letter > "\x7f" and letter.isalpha() for letter in text)
    return max(small, special) >= _FEWEST_SIGNS
