"""Conditions as queries in the cluster's own language, and what scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import itemgetter

from kb_search import analysis
from kb_search.arrays import Longs
from kb_search.engines.base import Holdings
from kb_search.engines.bm25 import K1, B, boosted, idf
from kb_search.engines.cluster import Answer
from kb_search.engines.clusterindex import MOST_VALUES, PASSAGE, TOGETHER
from kb_search.engines.clusterscripts import IN_ARTICLES, NEAR
from kb_search.engines.clusterwords import Words
from kb_search.engines.conditions import (
    POOLED,
    TEXT,
    AllOf,
    AnyOf,
    Beside,
    By,
    Condition,
    Dated,
    Everything,
    From,
    HasForm,
    HasStem,
    InArticleWith,
    InLanguage,
    InOrder,
    NoneOf,
    NotDated,
    Nothing,
    OfArticle,
)
from kb_search.query import Near, Node, Or, Pattern, Phrase, Word

#: The bits of the articles in which something stands, by what stands there.
ArticleBits = Mapping[Condition, Longs]
#: What scores: a stem, or the forms of a pattern.
Scored = str | tuple[str, ...]

#: Of more alternatives a NEAR is compared word by word, since each is a clause in intervals: a cluster takes 1,024
#: clauses in all, unless it is told otherwise. That is also why of more stems the rarest score alone. All of them
#: select, and all count in the second phase.
_MOST_ALTERNATIVES = 16
_MOST_SCORED = 400
_STEMS = {TEXT: "own", POOLED: "pooled", "title": "title_stems", "section": "section_stems"}
_FORMS = {TEXT: "forms", POOLED: "pooled_forms", "title": "title_forms", "section": "section_forms"}
_NOTHING: Answer = {"match_none": {}}


def needed_articles(condition: Condition) -> list[Condition]:
    """What must be known of whole articles before a condition can be asked: the innermost first."""
    match condition:
        case AllOf() | AnyOf():
            return [one for child in condition.children for one in needed_articles(child)]
        case NoneOf():
            return needed_articles(condition.child)
        case InArticleWith():
            return [*needed_articles(condition.child), condition.child]
        case _:
            return []


@dataclass(frozen=True, slots=True)
class Translator:
    """Turns conditions into queries; it knows the words of the generation and what is true of whole articles."""

    words: Words
    holdings: Holdings
    articles: ArticleBits

    def passages(self, condition: Condition) -> Answer:
        """A query for the passages that meet a condition."""
        return _all([{"term": {"kind": PASSAGE}}, self.query(condition)])

    def query(self, condition: Condition) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
        """A query for what meets a condition; it scores nothing that means anything."""
        match condition:
            case Everything():
                return {"match_all": {}}
            case Nothing():
                return _NOTHING
            case AllOf():
                return _all([self.query(child) for child in condition.children])
            case AnyOf():
                return {"bool": {"should": [self.query(child) for child in _gathered(condition.children)]}}
            case NoneOf():
                return {"bool": {"must_not": [self.query(condition.child)]}}
            case HasStem():
                return any_of(_STEMS[condition.field], condition.stems)
            case HasForm():
                return any_of(_FORMS[condition.field], condition.forms)
            case InOrder():
                return _phrase(_FORMS[condition.field], condition.forms)
            case Beside():
                return self._near(condition.near)
            case From():
                return any_of("source", condition.sources)
            case By():
                return any_of("author", condition.authors)
            case InLanguage():
                codes = [one for one in self.holdings.languages if analysis.base_language(one) == condition.code]
                return any_of("language", codes)
            case Dated():
                return _dated(condition)
            case NotDated():
                return {"term": {"date": 0}}
            case OfArticle():
                return {"term": {"article": condition.article}} if _is_id(condition.article) else _NOTHING
            case InArticleWith():
                return _in_articles(self.articles[condition.child])

    def _near(self, near: Near) -> Answer:
        """By intervals where each of two parts is a choice of single words, else word by word."""
        parts = [_alternatives(child) for child in near.children]
        there = _all([{"bool": {"should": [_leaf(leaf) for leaf in leaves]}} for leaves in parts])
        if len(parts) == 2 and all(_is_simple(leaves) for leaves in parts):
            return _intervals(parts, near.distances[0])
        steps = [self._alternatives(leaves) for leaves in parts]
        return _all([there, _script(NEAR, {"parts": steps, "distances": list(near.distances)})])

    def _alternatives(self, leaves: Sequence[Node]) -> list[list[list[int]]]:
        """The steps of each of some alternatives; those of a single step are put together."""
        steps = [self._steps(leaf) for leaf in leaves]
        single = sorted({number for one in steps if len(one) == 1 for number in one[0]})
        return [[single], *(one for one in steps if len(one) > 1)] if single else [one for one in steps if len(one) > 1]

    def _steps(self, leaf: Node) -> list[list[int]]:
        """The numbers of the words that may stand at each place of a leaf."""
        if isinstance(leaf, Phrase):
            return [self.words.with_forms([word.form]).tolist() for word in leaf.words]
        if isinstance(leaf, Word) and not leaf.exact:
            return [self.words.with_stems(leaf.stems).tolist()]
        return [self.words.with_forms(_forms_of(leaf)).tolist()]


def scores(tree: Node, holdings: Holdings, frequency: Callable[[Scored], int]) -> list[Answer]:
    """Queries that together score as the contract says.

    `frequency` tells in how many passages a stem stands, or one of some forms.
    """
    weighted = [
        (boost * idf(holdings.passages, frequency(key)), key, boost)
        for key, boost in boosted(tree)
        if key and boost > 0
    ]
    if len(weighted) > _MOST_SCORED:
        weighted = nlargest(_MOST_SCORED, weighted, key=itemgetter(0))
    return [
        _scored_pattern(key, weight, holdings.average_length)
        if isinstance(key, tuple)
        else {"term": {"pooled": {"value": key, "boost": boost}}}
        for weight, key, boost in weighted
    ]


def _scored_pattern(forms: tuple[str, ...], weight: float, average: float) -> Answer:
    """A pattern as one word that stands wherever one of its forms does: their frequencies are added up, then BM25.

    The inner query scores how often the forms stand there; the length is Lucene's, taken from the words.
    """
    return {
        "script_score": {
            "query": {"match": {"pooled_forms": {"query": " ".join(forms), "analyzer": TOGETHER}}},
            "script": {"source": _SATURATION, "params": {"weight": weight, "average": average, "k1": K1, "b": B}},
        }
    }


_SATURATION = """
double length = doc['length'].value;
double slowed = params.k1 * (1 - params.b + params.b * length / params.average);
return params.weight * _score * (params.k1 + 1) / (_score + slowed);
"""


def _all(queries: list[Answer]) -> Answer:
    return {"bool": {"filter": queries}}


def _gathered(children: Sequence[Condition]) -> list[Condition]:
    """Alternatives with those that ask for words of one field put together: a cluster limits how many there may be."""
    stems: dict[str, tuple[str, ...]] = {}
    forms: dict[str, tuple[str, ...]] = {}
    others: list[Condition] = []
    for child in children:
        if isinstance(child, HasStem):
            stems[child.field] = stems.get(child.field, ()) + child.stems
        elif isinstance(child, HasForm):
            forms[child.field] = forms.get(child.field, ()) + child.forms
        else:
            others.append(child)
    return [*(HasStem(*one) for one in stems.items()), *(HasForm(*one) for one in forms.items()), *others]


def any_of(field: str, values: Sequence[str] | Sequence[int]) -> Answer:
    """A query for what has one of some values in a field, however many they are."""
    several = list(dict.fromkeys(values))
    pieces = [{"terms": {field: several[at : at + MOST_VALUES]}} for at in range(0, len(several), MOST_VALUES)]
    return {"bool": {"should": pieces}} if len(pieces) > 1 else next(iter(pieces), _NOTHING)


def _phrase(field: str, forms: Sequence[str]) -> Answer:
    if len(forms) == 1:
        return {"term": {field: forms[0]}}
    return {"match_phrase": {field: {"query": " ".join(forms), "analyzer": "terms"}}}


def _dated(condition: Dated) -> Answer:
    first, last = {"gte": condition.first}, {"lte": condition.last}
    ends = {"last_day": first, "first_day": last} if condition.partly else {"first_day": first, "last_day": last}
    return _all([{"range": {field: bound}} for field, bound in ends.items()])


def _in_articles(bits: Longs) -> Answer:
    return _script(IN_ARTICLES, {"bits": bits.tolist()}) if bits.any() else _NOTHING


def _script(source: str, params: Answer) -> Answer:
    return {"script": {"script": {"source": source, "params": params}}}


def _is_id(text: str) -> bool:
    """Whether a text can be the id of anything; what cannot is not asked for."""
    return bool(text) and len(text) <= 64 and text.isascii() and text.isprintable()


# -------------------------------------------------------------------------------------------------------- nearness


def _alternatives(child: Node) -> list[Node]:
    return [leaf for one in child.children for leaf in _alternatives(one)] if isinstance(child, Or) else [child]


def _is_simple(leaves: Sequence[Node]) -> bool:
    """Whether a part is a choice of single words, not too many for intervals."""
    words = sum(
        len(leaf.stems) if isinstance(leaf, Word) and not leaf.exact else len(_forms_of(leaf)) for leaf in leaves
    )
    return words <= _MOST_ALTERNATIVES and not any(isinstance(leaf, Phrase) for leaf in leaves)


def _forms_of(leaf: Node) -> tuple[str, ...]:
    if isinstance(leaf, Pattern):
        return leaf.forms
    return (leaf.form,) if isinstance(leaf, Word) else ()


def _leaf(leaf: Node) -> Answer:
    """A query for the passages that have a leaf of a NEAR in their own text."""
    if isinstance(leaf, Phrase):
        return _phrase("forms", [word.form for word in leaf.words])
    if isinstance(leaf, Word) and not leaf.exact:
        return any_of("own", leaf.stems)
    return any_of("forms", _forms_of(leaf))


def _intervals(parts: Sequence[Sequence[Node]], distance: int) -> Answer:
    """Two words near each other; no word counts for both."""
    sides = [[one for leaf in leaves for one in _interval_words(leaf)] for leaves in parts]
    if not all(sides):
        return _NOTHING
    choices = [{"any_of": {"intervals": side}} if len(side) > 1 else side[0] for side in sides]
    return {
        "intervals": {
            "own": {"all_of": {"mode": "unordered_no_overlap", "max_gaps": distance - 1, "intervals": choices}}
        }
    }


def _interval_words(leaf: Node) -> list[Answer]:
    if isinstance(leaf, Word) and not leaf.exact:
        return [{"match": {"query": stem, "analyzer": "terms"}} for stem in leaf.stems]
    return [{"match": {"query": form, "analyzer": "terms", "use_field": "forms"}} for form in _forms_of(leaf)]
