"""Markdown (`.md`): front matter for what is known about the article, CommonMark for its text.

The text is what a reader of the page would read: links by their words, images by their description, lists
with a dash, code as it stands, no marks of emphasis, no comments and no tags.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import Remark, SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, Body, compose
from kb_search.loaders.claims import Said, read_as, said
from kb_search.loaders.cleaning import decode, scrub
from kb_search.loaders.metadata import around, assemble

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(.{0,65536}?\n)?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_OPENED = re.compile(r"---[ \t]*\n[A-Za-z_]{1,40}[ \t]*:(?:[ \t]|\n)")
_UNCLOSED = "What looks like front matter is never closed by a line of ---, and was read as text."
_PASSED_OVER, _STANDS_FOR = "The front matter has ", "which was not read; write out what it stands for."
_STANDARD, _LONGEST_TAG = "tag:yaml.org,2002:", 60
_LINE = re.compile(r"^([A-Za-z_]{1,40})[ \t]*:[ \t]+(.*)$", re.MULTILINE)
_SPACES = re.compile(r"[ \t]{2,}")
#: A footnote's text looks like the target of a link, which is not shown.
_FOOTNOTE = re.compile(r"^( {0,3})\[\^", re.MULTILINE)
#: Links between notes (`[[Note|its words]]`), and what is embedded so, as in Obsidian and wikis.
_WIKI_IMAGE = re.compile(r"!\[\[[^\[\]\n]{1,500}\]\](?![(\[])")
_WIKI_LINK = re.compile(r"\[\[(?!\s)([^\[\]|\n]{1,500}\|)?([^\[\]|\n]{1,500})\]\](?![(\[])")
#: Longer articles are no longer Markdown that a person wrote; their text is taken as it stands. The reader
#: needs 1 to 4 s for a million characters.
_MOST_MARKUP = 2_000_000
#: A paragraph with more brackets that nothing closes keeps its marks: they cost time by the square of their
#: number (50 of them 0.3 ms, 19,000 of them 1.9 s).
_MOST_OPEN = 50
#: Deeper quotations and lists are not read by the reader, which would lose their words.
_DEEPEST = 90


def load(file: SourceFile) -> Iterator[Article | Remark]:
    """The one article of a Markdown file, and what is to be told of it.

    Raises DocumentError where it cannot be read or holds no text.
    """
    decoded = decode(read_bytes(file), printable(file.relative))
    claims, text, slips = front_matter(scrub(decoded.text), printable(file.relative))
    yield from map(Remark, slips)
    claims += read_as(decoded)
    body = read_markdown(text)
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    yield assemble(around(file), body, claims, "md")


class FrontMatter(NamedTuple):
    """What front matter says, the text behind it, and sentences about what in it was not read as it was meant."""

    claims: list[Said]
    text: str
    slips: Sequence[str] = ()


def front_matter(text: str, name: str) -> FrontMatter:
    """What stands in front of a text.

    YAML stands between lines of `---`, TOML between lines of `+++`. YAML with a mistake in it, mostly a
    colon in an unquoted title, is read line by line, which is told; TOML with one raises DocumentError.
    """
    found = _FRONT_MATTER.match(text)
    if not found:
        return FrontMatter([], text, [_UNCLOSED] if _OPENED.match(text) else [])
    if found[1] == "+++":
        return FrontMatter(said(_toml(found[2] or "", name), "front matter"), text[found.end() :])
    fields, slips = _yaml(found[2] or "")
    if fields is None:
        return FrontMatter([], text)
    return FrontMatter(said(fields, "front matter"), text[found.end() :], slips)


class _PlainLoader(yaml.BaseLoader):
    """YAML without aliases, of which a dozen lines can stand for a billion values, and without tags.

    `slips` are sentences about what was passed over: aliases, tags, and fields that stand there twice.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.slips: list[str] = []

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node of the text, which is empty in place of an alias and of what has a tag."""
        if self.check_event(yaml.AliasEvent):
            self._pass_over(f"the alias *{self.get_event().anchor}")  # type: ignore[no-untyped-call]  # PyYAML has no types
            return yaml.ScalarNode("tag:yaml.org,2002:str", "")
        tag = getattr(self.peek_event(), "tag", None)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        if not tag or (tag.startswith(_STANDARD) and "/" not in tag):
            return node
        self._pass_over(f"the tag !{tag.removeprefix(_STANDARD).lstrip('!')[:_LONGEST_TAG]}")
        return yaml.ScalarNode("tag:yaml.org,2002:str", "")

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - as in PyYAML
        """A table; of two lines with one key the last one counts, as in YAML 1.1, and that is told."""
        keys = Counter(str(key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in keys.items():
            if count > 1:
                line = max(one.start_mark.line for one, _ in node.value if one.value == key) + 2
                self.slips.append(
                    f'The front matter has "{key[:_LONGEST_TAG]}" {count} times; that of line {line} counts.'
                )
        return super().construct_mapping(node, deep)

    def _pass_over(self, what: str) -> None:
        slip = f"{_PASSED_OVER}{what}, {_STANDS_FOR}"
        if not any(slip.endswith(_STANDS_FOR) for slip in self.slips):
            self.slips.append(slip)


def _yaml(text: str) -> tuple[Mapping[str, object] | None, list[str]]:
    """The fields of YAML, all scalars as the text they are: `no` is Norwegian, 2023-02-30 is for us to judge.

    Beside them sentences about what in it was not read as YAML has it.
    """
    loader = _PlainLoader(text)
    try:
        fields = loader.get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return _line_by_line(text, error)
    if not isinstance(fields, dict):
        return (None if text.strip() else {}), []
    return {str(key): value for key, value in fields.items() if value not in ("null", "~")}, loader.slips


def _line_by_line(text: str, error: Exception) -> tuple[dict[str, object], list[str]]:
    """The plain lines of broken YAML, and a sentence about it; lines that open what is not closed say nothing."""
    fields: dict[str, object] = {}
    for key, value in _LINE.findall(text):
        if plain := _plain_value(value.strip()):
            fields.setdefault(key, plain)
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 2})" if mark else ""
    kept = f"only {', '.join(fields)} could be read, line by line" if fields else "it was not read"
    return fields, [f"The front matter is not valid YAML{where}; {kept}."]


def _plain_value(value: str) -> str:
    """What a line says, without the quotation marks around it; nothing where it opens what it does not close."""
    if value[:1] in ("'", '"'):
        return value[1:-1] if len(value) > 1 and value[-1] == value[0] else ""
    return "" if value[:1] in tuple("[{!&*|>") else value


def _toml(text: str, name: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DocumentError(f"{name}: the front matter is not valid TOML: {error}.") from error


def read_markdown(text: str) -> Body:
    """Title, sections and readable text of Markdown."""
    if len(text) > _MOST_MARKUP or any(_nesting(line) > _DEEPEST for line in text.split("\n")):
        return compose([Block(text)])
    return compose(_Reader(_FOOTNOTE.sub(r"\1\\[^", text)).blocks())


def _nesting(line: str) -> int:
    """How many quotations and lists can at most be open at the beginning of a line."""
    if len(line) <= _DEEPEST:
        return 0
    head = line[: len(line) - len(line.lstrip(" \t>-+*0123456789.)"))]
    return len(head) // 2 + head.count(">")


class _Reader:
    """Goes once through the tokens of a text and remembers which list, heading or row they stand in."""

    def __init__(self, text: str) -> None:
        self._markdown = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
        self._markdown.core.ruler.disable("inline")
        self._links: dict[str, object] = {}
        self._tokens = self._markdown.parse(text, self._links)
        self._level = 0
        self._marker = ""
        self._cells: list[str] | None = None
        #: For each open list the number of its next item, or None where it has dashes.
        self._lists: list[int | None] = []
        self._items = 0

    def blocks(self) -> Iterator[Block]:
        """Paragraphs, headings, items of lists, rows of tables and code, in the order of reading."""
        for token in self._tokens:
            if token.type == "inline" and self._cells is not None:
                self._cells.append(self._read(token))
            elif token.type == "inline":
                yield self._paragraph(token)
            elif token.type in ("fence", "code_block"):
                yield Block(token.content)
            elif token.type == "html_block":
                yield Block(BeautifulSoup(token.content, "lxml").get_text())
            elif token.type == "tr_close":
                yield Block(" | ".join(filter(None, self._cells or [])), tight=self._items > 1)
                self._cells = None
            else:
                self._remember(token)

    def _remember(self, token: Token) -> None:
        if token.type == "heading_open":
            self._level = int(token.tag[1:])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            ordered = token.type == "ordered_list_open"
            self._items = self._items if self._lists else 0
            self._lists.append(int(token.attrs.get("start", 1)) if ordered else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._begin_item()
        elif token.type == "table_open":
            self._items = 0
        elif token.type == "tr_open":
            self._cells = []
            self._items += 1

    def _begin_item(self) -> None:
        number = self._lists[-1]
        self._marker = "- " if number is None else f"{number}. "
        self._lists[-1] = None if number is None else number + 1
        self._items += 1

    def _paragraph(self, token: Token) -> Block:
        block = Block(self._marker + self._read(token), self._level, tight=bool(self._marker) and self._items > 1)
        self._level, self._marker = 0, ""
        return block

    def _read(self, token: Token) -> str:
        """The words of a paragraph, without its marks."""
        token.content = _WIKI_LINK.sub(r"\2", _WIKI_IMAGE.sub("", token.content))
        if abs(token.content.count("[") - token.content.count("]")) > _MOST_OPEN:
            return token.content
        words: list[Token] = []
        self._markdown.inline.parse(token.content, self._markdown, self._links, words)
        return _SPACES.sub(" ", "".join(map(_words, words)))


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " " if token.type == "softbreak" else "\n"
    if token.type == "image":
        return token.content if not token.children else "".join(map(_words, token.children))
    return token.content if token.type in ("text", "code_inline", "text_special") else ""
