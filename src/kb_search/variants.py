"""Names that mean the same: the groups of a collection's `variants.toml` and of the lists that come with the program.

A group is a table with names by language (`az = ["Xankəndi"]`), or under `names` where none is known. A name is a text
or a table: `{ name = "Stepanakert", period = "1923–" }`. docs/VARIANTS.md has all that may stand there. The lists that
come with the program say the same in JSON, which is read a hundred times as fast.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from kb_search import analysis
from kb_search.disk import write_anew
from kb_search.errors import ConfigError

#: The file of a collection, in its folder.
VARIANTS_FILE = "variants.toml"
#: A name of more words is no name; looking for names in a query is bounded by it.
MOST_WORDS = 6
_MOST_BYTES = 1 << 20
_FOLDER = Path(__file__).parent / "data" / "variants"

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TEXTS = ("about", "kind")
_GROUP = re.compile(r"^[ \t]*\[\[group\]\]", re.MULTILINE)
# What some names would be without their ə, which is another word: a people, a phrase of French and Turkish, an author.
_OTHER_WORDS = frozenset(("tartar", "gence", "saki"))

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a group, in one spelling.

    `language` is an ISO 639 code or empty, `period` says when it was in use (`1935–1989`). A name that is `only` for
    its language is also another word elsewhere, and is looked for in articles of that language alone. One that is
    `exact` is looked for as it is written, and in no inflection; no list says so.
    """

    text: str
    language: str = ""
    period: str = ""
    only: bool = False
    forms: Forms = field(default=(), compare=False)
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Names of one place or person, or spellings of one name. `origin` is the file that says so."""

    names: tuple[Name, ...]
    about: str = ""
    kind: str = ""
    origin: str = ""


class Variants:
    """The groups in force, and which of them a name belongs to. A name may be in several: they are never merged."""

    def __init__(self, groups: Iterable[Group] = (), problems: tuple[str, ...] = ()) -> None:
        """`problems` are sentences on groups that could not be read."""
        self.groups = tuple(groups)
        self.problems = problems
        self._of: dict[Forms | str, list[Group]] = {}
        self._plain: dict[Forms, list[Group]] = {}
        for group in self.groups:
            for known_by in dict.fromkeys(map(_known_by, group.names)):
                self._of.setdefault(known_by, []).append(group)
            for plain in dict.fromkeys(plain for name in group.names for plain in _without_schwa(name)):
                self._plain.setdefault(plain, []).append(group)
        written = [name.forms for group in self.groups for name in group.names]
        self._beginnings = {forms[0] for forms in (*written, *self._plain) if len(forms) > 1}

    def of(self, forms: Forms, typed: str = "") -> Sequence[Group]:
        """The groups that a name, as the forms of its words and as it is typed, belongs to.

        A name that is in no group is looked up as one that was typed without ə.
        """
        return self._of.get(forms) or self._of.get(typed.casefold()) or self._plain.get(forms, [])

    def is_beginning(self, form: str) -> bool:
        """Whether a name of several words begins with this form."""
        return form in self._beginnings

    def names(self) -> Iterator[Name]:
        """Each name once, in the order of the groups."""
        yield from dict.fromkeys(name for group in self.groups for name in group.names)


def _known_by(name: Name) -> Forms | str:
    """What a typed name is compared by. One that is `only` for its language must be typed with its accents."""
    return name.text.casefold() if name.only else name.forms


def _without_schwa(name: Name) -> Iterator[Forms]:
    """How a name is typed by those who have no ə: with e, or with a."""
    for letter in "ea" if not name.only else "":
        plain = tuple(form.replace("ə", letter) for form in name.forms)
        if plain != name.forms and _OTHER_WORDS.isdisjoint(plain):
            yield plain


@dataclass(frozen=True, slots=True)
class NameList:
    """What a file says of names: its groups, and a sentence on each that could not be read."""

    groups: tuple[Group, ...] = ()
    problems: tuple[str, ...] = ()


def load_variants(corpus: Path, shipped: str) -> Variants:
    """The groups of a collection's `variants.toml`, if it has one, and of a list that comes with the program.

    `shipped` is one of `config.NAME_LISTS`. What is wrong with the collection's list is in `problems`.
    """
    own = collection_names(corpus)
    return Variants((*own.groups, *shipped_groups(shipped)), own.problems)


@cache
def shipped_groups(name: str) -> tuple[Group, ...]:
    """The groups of a list that comes with the program, one of `config.NAME_LISTS`; `none` has none."""
    if name == "none":
        return ()
    path = _FOLDER / f"{name}.json"
    tables = json.loads(path.read_text("utf-8"))["group"]
    return tuple(_Reader(path, number).group(table) for number, table in enumerate(tables, 1))


def collection_names(corpus: Path) -> NameList:
    """The groups of a collection's `variants.toml`; none where there is no such file.

    A group that is wrong takes no other along.
    """
    path = corpus / VARIANTS_FILE
    groups: list[Group] = []
    problems: list[str] = []
    number = 0
    try:
        blocks = _blocks(_text(path)) if path.is_file() else []
    except ConfigError as error:
        return NameList(problems=(str(error),))
    for block in blocks:
        try:
            tables = _tables(path, block)
        except ConfigError as error:
            problems.append(str(error))
            tables = []
        for table in tables:
            number += 1
            try:
                groups.append(_Reader(path, number).group(table))
            except ConfigError as error:
                problems.append(str(error))
    return NameList(tuple(groups), tuple(problems))


def variants_folder(corpus: Path, generation: Path) -> Path:
    """Where the collection's list is read from: the folder of articles, or where that is not at hand, a generation."""
    return corpus if (corpus / VARIANTS_FILE).is_file() else generation


def has_variants(corpus: Path, generation: Path) -> bool:
    """Whether a generation has the collection's list as it is now, or one that cannot be read."""
    return _raw(corpus) in (None, _raw(generation))


def keep_variants(corpus: Path, generation: Path) -> None:
    """Keep a copy of the collection's list in a generation, which can be read without the articles.

    A list that is gone goes there too; one that cannot be read leaves what is there. Raises OSError.
    """
    raw = _raw(corpus)
    if raw:
        write_anew(generation / VARIANTS_FILE, raw)
    elif raw is not None:
        (generation / VARIANTS_FILE).unlink(missing_ok=True)


def _raw(folder: Path) -> bytes | None:
    """What stands in a folder's list, nothing where there is none; None where it cannot be read or is too large."""
    path = folder / VARIANTS_FILE
    try:
        return path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except FileNotFoundError:
        return b""
    except OSError:
        return None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path} has more than {_MOST_BYTES >> 20} MB; names are kept in a smaller file.")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error


def _blocks(text: str) -> list[str]:
    """A text in TOML; one that is not valid group by group, each after as many lines as stand before it."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        starts = [0, *(found.start() for found in _GROUP.finditer(text)), len(text)]
        return ["\n" * text.count("\n", 0, one) + text[one:end] for one, end in pairwise(starts) if one < end]
    return [text]


def _tables(path: Path, text: str) -> list[object]:
    """The groups in a text, whatever they are. Raises ConfigError."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = len(text) - len(text.lstrip("\n")) + 1
        raise ConfigError(f"{path}: what begins at line {line} is not valid TOML: {error}.") from error
    unknown = [key for key in values if key not in ("group", "source")]
    if unknown:
        raise ConfigError(f"{path}: {unknown[0]!r} means nothing there; a group of names begins with [[group]].")
    tables = values.get("group", [])
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: each group begins with [[group]], in two pairs of brackets.")
    return tables


class _Reader:
    """Reads one group of a file; whatever is wrong with it names the file and the group."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._where = f"group {number}"

    def group(self, table: object) -> Group:
        if not isinstance(table, dict):
            raise self._wrong("is not a table of names")
        texts = {key: self._text(key, table[key]) for key in _TEXTS if key in table}
        names = tuple(name for key, value in table.items() if key not in _TEXTS for name in self._names(key, value))
        if names:
            self._where += f" ({names[0].text!r})"
        if len(names) < 2:
            raise self._wrong("needs two names or more")
        return Group(names, **texts, origin=self._path.name)

    def _names(self, key: str, value: object) -> Iterator[Name]:
        if key != "names" and not _LANGUAGE.fullmatch(key):
            raise self._wrong(f"has {key!r}, which is neither names, {', '.join(_TEXTS)} nor a language such as az")
        if not isinstance(value, list):
            raise self._wrong(f"needs a list of names in brackets for {key!r}")
        for one in value:
            yield self._name(one, "" if key == "names" else key)

    def _name(self, value: object, language: str) -> Name:
        fields = value if isinstance(value, dict) else {"name": value}
        unknown = [key for key in fields if key not in ("name", "language", "period", "only")]
        if unknown:
            raise self._wrong(f"has {unknown[0]!r} in a name, which has name, language, period and only")
        text = self._text("name", fields.get("name"))
        language = self._text("language", fields.get("language", language))
        only = fields.get("only", False)
        if not isinstance(only, bool) or (only and not language):
            raise self._wrong(f"has an 'only' for {text!r} that is not true or false, or not under a language")
        forms = tuple(analysis.forms(text))
        if not 1 <= len(forms) <= MOST_WORDS:
            raise self._wrong(f"has the name {text!r}, which is not of 1 to {MOST_WORDS} words")
        return Name(text, language, self._text("period", fields.get("period", "")), only, forms)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._wrong(f"needs a text in quotation marks for {key!r}, not {value!r}")
        return " ".join(value.split())

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError(f"{self._path}: {self._where} {what}.")
