"""File -> articles: one module per format, chosen by the file's name.

Each module has one function `load(file)`. They are imported when the first file of their kind is read: that
of HTML costs most of a second, which a collection of plain text need not pay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import cast

from kb_search.document import Article
from kb_search.errors import SkippedDocument
from kb_search.loaders.base import Defaults, Remark, RowProblem, SourceFile, printable
from kb_search.loaders.companions import COLLECTION_FILE, SIDECAR_SUFFIX, folder_defaults, remarks, sidecar_paths

__all__ = [
    "README_REASON",
    "SIDECAR_SUFFIX",
    "SUFFIXES",
    "Defaults",
    "Loaded",
    "Remark",
    "RowProblem",
    "SourceFile",
    "folder_defaults",
    "is_companion",
    "is_readme",
    "load",
    "loader_name",
    "make_ready",
    "sidecar_paths",
]

#: How a file's name ends, in small letters -> the module that reads it.
_LOADERS = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".csv": "table",
    ".csv.gz": "table",
    ".tsv": "table",
    ".tsv.gz": "table",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".epub": "epub",
    ".eml": "mail",
    ".mht": "mail",
    ".mhtml": "mail",
    ".zip": "archive",
}
#: How the names of the files end that are read.
SUFFIXES = tuple(_LOADERS)
#: So begin the names of the files by which office programs lock a document.
_LOCK = ("~$", ".~lock.")
#: Names, in small letters, of files that say something of the folder that they stand in.
_README = {"readme", "readme.md", "readme.txt"}
#: Files that the program itself reads for what they say of all articles.
_OF_FOLDERS = {COLLECTION_FILE, "variants.toml", "kb-search.toml"}

#: Why a README is left out, behind a semicolon.
README_REASON = "give it another name if it is an article."

#: What comes of a file: its articles, the rows of it that could not be read, and what is to be told of it.
Loaded = Article | RowProblem | Remark
_Loader = Callable[[SourceFile], Iterator[Loaded]]


def load(file: SourceFile) -> Iterator[Loaded]:
    """What is to be told of a file, its articles, and the rows of it that could not be read, in order.

    Raises SkippedDocument for a file that is not ours to read and DocumentError where it cannot be read; the
    message is a sentence that names the file. Nothing is ever written to it.
    """
    name = loader_name(file.path.name)
    if is_readme(file.path.name):
        raise SkippedDocument(f"{printable(file.relative)} is a README; {README_REASON}")
    if file.path.name.startswith(_LOCK):
        raise SkippedDocument(f"{printable(file.relative)} only says that an office program has a document open.")
    if name is None:
        raise SkippedDocument(f"{printable(file.relative)} is of a kind that kb-search does not read.")
    yield from remarks(file)
    yield from cast("_Loader", import_module(f"{__name__}.{name}").load)(file)


def make_ready(names: Iterable[str]) -> None:
    """Import loaders, by their names, before the first file of their kind is read."""
    for name in names:
        import_module(f"{__name__}.{name}")


def loader_name(name: str) -> str | None:
    """The loader for a file of a name, which is that of its module; None where there is none."""
    name = name.lower()
    dot = name.rfind(".", 0, -len(".gz") if name.endswith(".gz") else None)
    return _LOADERS.get(name[dot:]) if dot >= 0 else None


def is_companion(name: str) -> bool:
    """Whether a file of a name is read for what it says about others: a sidecar, or a file about a whole folder."""
    return name.endswith(SIDECAR_SUFFIX) or name in _OF_FOLDERS


def is_readme(name: str) -> bool:
    """Whether a name is one of the usual ones for what is written about a folder; such a file is no article."""
    return name.lower() in _README
