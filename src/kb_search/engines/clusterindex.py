"""What an index in a cluster looks like: its mapping and its settings.

A generation is one index. It holds three kinds of documents: passages (their `_id` is the passage's number), articles
(`a` and the article's id), and the generation's small files (`f`, the name and the number of the piece), so that the
address of the cluster is all that a reader needs.
"""

from __future__ import annotations

from kb_search.engines.bm25 import K1, B
from kb_search.engines.cluster import Answer

#: The kinds of documents, in the field `kind`.
PASSAGE, ARTICLE, FILE = "p", "a", "f"
#: No phrase and no NEAR reaches over something silent, where places are so far apart.
GAP = 10_000
#: Takes terms with spaces between them for one word that is spelled in several ways, whose frequencies are added up.
TOGETHER = "together"
#: So many hits come with one answer; for more, one asks on from the last.
MOST_HITS = 10_000
#: So many values one clause names, or one answer tells; a cluster takes no more.
MOST_VALUES = 65_000

_KEYWORD = {"type": "keyword"}
_NUMBER = {"type": "integer"}
_PLACES = {"type": "text", "analyzer": "terms", "norms": False, "position_increment_gap": GAP}
_STORED = {"type": "object", "enabled": False}
_BYTES = {"type": "binary", "doc_values": True}
_UNSTORED = ("belongs", "pooled", "pooled_forms", "own", "forms", "title_*", "section_*", "words", "page", "counts")
#: A passage belongs to its article: from passages that were found a cluster gets to their articles in the same request.
TO_ARTICLES = "passage"

MAPPINGS: Answer = {
    "dynamic": "strict",
    "_source": {"excludes": list(_UNSTORED)},
    "properties": {
        "kind": _KEYWORD,
        "belongs": {"type": "join", "relations": {"article": TO_ARTICLES}},
        "row": _NUMBER,
        "number": _NUMBER,
        "id": _KEYWORD,
        "article": _KEYWORD,
        "path": _KEYWORD,
        "source": _KEYWORD,
        "author": _KEYWORD,
        "language": _KEYWORD,
        "date": _NUMBER,
        "dated": _NUMBER,
        "first_day": _NUMBER,
        "last_day": _NUMBER,
        "length": _NUMBER,
        "pooled": {"type": "text", "analyzer": "terms", "index_options": "freqs", "similarity": "pooled"},
        "pooled_forms": {
            "type": "text", "analyzer": "terms", "index_options": "freqs", "norms": False, "similarity": "count",
        },
        "own": _PLACES,
        "forms": _PLACES,
        "title_stems": _PLACES,
        "title_forms": _PLACES,
        "section_stems": _PLACES,
        "section_forms": _PLACES,
        "words": _BYTES,
        "page": _BYTES,
        "counts": _BYTES,
        "shown": _STORED,
        "data": {"type": "binary"},
    },
}  # fmt: skip


def building_settings(shards: int) -> Answer:
    """The settings of an index while it is written: no copies, nothing made visible before the end."""
    return {
        "index.number_of_shards": shards,
        "index.number_of_replicas": 0,
        "index.refresh_interval": "-1",
        "index.max_result_window": MOST_HITS,
        "index.sort.field": "id",  # where scores are equal, Lucene takes what comes first in the index
        "index.unassigned.node_left.delayed_timeout": "0s",
        "index.similarity.pooled": {"type": "BM25", "k1": K1, "b": B},
        "index.similarity.count": {"type": "scripted", "script": {"source": "return doc.freq"}},
        # A token is a finished term, whatever its length; Lucene's own limit is 32,766 bytes.
        "index.analysis.tokenizer.spaces": {"type": "whitespace", "max_token_length": 32_766},
        "index.analysis.analyzer.terms": {"type": "custom", "tokenizer": "spaces"},
        "index.analysis.filter.each": {
            "type": "pattern_capture",
            "preserve_original": False,
            "patterns": ["([^ ]+)"],
        },
        f"index.analysis.analyzer.{TOGETHER}": {"type": "custom", "tokenizer": "keyword", "filter": ["each"]},
    }


#: Nothing is written to a finished index any more; without that, it could not be copied for a change.
FINISHED: Answer = {"index.refresh_interval": None, "index.blocks.write": True}
