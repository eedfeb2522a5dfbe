"""A query's text, cleaned and cut into pieces: quotations, operators, parentheses, field names and the rest.

The text is read once from left to right and never again, so the time is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kb_search.document import UNDATED

#: Longer queries are cut between two words.
MAX_LENGTH = 2000
#: The field that is searched where none is named.
TEXT = "text"
#: The fields of a query, as they are typed before a colon; only TEXT is not.
WORD_FIELDS = (TEXT, "title", "section", "author")
DATE_FIELDS = ("date", "before", "after")
#: What a query is answered by: passages, which need not be said, or articles as a whole.
SCOPE = "scope"
FIELDS = ("title", "section", "author", "source", "lang", *DATE_FIELDS, SCOPE)

# What carries no meaning and cannot be seen: soft hyphen, zero-width characters, marks of writing direction.
_INVISIBLE = dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
# What of it nobody types on purpose: Persian and Hindi have words with joiners, and lines have ends.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What is invisible is taken out before the text is cut, from no more of it than this many times what is kept.
_MOST_INVISIBLE = 4

#: What begins and ends a quotation.
QUOTES = '"“”„‟«»＂「」『』〝〞〟'
_ALONE = rf"(?![^\s()|{QUOTES}])"
_LEXEME = re.compile(
    rf"""(?P<quoted>[{QUOTES}][^{QUOTES}]*+[{QUOTES}])|(?P<unclosed>[{QUOTES}])
    |(?P<open>\()|(?P<close>\))
    |(?P<or>\|+|OR{_ALONE})
    |(?P<and>AND{_ALONE})
    |(?P<not>NOT{_ALONE}|-(?=[^\s\-|)]))
    |(?P<near>NEAR(?:/[0-9]*)?{_ALONE})
    |(?P<field>(?i:{"|".join(FIELDS)}):(?!//))
    |(?P<suffix>(?<=[){QUOTES}])[~^][-+0-9.,^]*{_ALONE})
    |(?P<chunk>[^\s()|{QUOTES}]+)""",
    re.VERBOSE,
)

_CHUNK = re.compile(r"\S+")
# A word of letters and figures alone that cannot be anything else; two of them or more.
_PLAIN = rf"(?!(?:AND|OR|NOT|NEAR|{UNDATED}){_ALONE})[^\W_]++{_ALONE}"
_WORDS = re.compile(rf"(?P<words>{_PLAIN}(?:\s++{_PLAIN})++)|{_LEXEME.pattern}", re.VERBOSE)


class Lexeme(NamedTuple):
    """A piece of a query and where it stands there.

    `kind` is `quoted` (with its quotation marks), `unclosed` (a quotation mark without its fellow), `open`, `close`,
    `or`, `and`, `not`, `near`, `field` (with its colon), `suffix` (`^2` and the like, right behind a quotation or a
    parenthesis), `chunk` (anything else without white space) or, from `runs` alone, `words`.
    """

    kind: str
    start: int
    end: int
    text: str


def clean(text: str, most: int) -> tuple[str, bool]:
    """The text of a query without what cannot be seen, and whether it had to be cut to `most` characters.

    It is cut between two words where it has white space at all; half a word at its end would ask for another word.
    """
    cleaned = _NOT_TEXT.sub(" ", text[: most * _MOST_INVISIBLE].translate(_INVISIBLE))
    if len(cleaned) <= most:
        return cleaned, len(text) > most * _MOST_INVISIBLE
    kept = cleaned[:most]
    return (kept if cleaned[most].isspace() else kept.rpartition(" ")[0] or kept), True


def unseen(text: str, most: int) -> int:
    """How many characters that cannot be seen `clean` leaves out."""
    return len(_UNSEEN.findall(text[: most * _MOST_INVISIBLE]))


def lexemes(text: str) -> Iterator[Lexeme]:
    """The pieces of a cleaned text in order; what stands between two of them is white space."""
    return _pieces(_LEXEME, text)


def runs(text: str) -> Iterator[Lexeme]:
    """The pieces of a cleaned text as in `lexemes`, but that plain words behind each other are one piece."""
    return _pieces(_WORDS, text)


def chunks(words: Lexeme) -> Iterator[Lexeme]:
    """A piece of plain words as the pieces that `lexemes` makes of it."""
    for found in _CHUNK.finditer(words.text):
        yield Lexeme("chunk", words.start + found.start(), words.start + found.end(), found[0])


def _pieces(pattern: re.Pattern[str], text: str) -> Iterator[Lexeme]:
    for found in pattern.finditer(text):
        yield Lexeme(found.lastgroup or "", *found.span(), found[0])
