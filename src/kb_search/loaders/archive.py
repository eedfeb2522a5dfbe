"""ZIP archives (`.zip`) of any of the other files: each entry is read by its own loader.

An entry is a file of the collection with the path `archive.zip/inner/name.txt`. It is unpacked alone, together
with its sidecars and the `collection.toml` files above it, and gone from the disk when it has been read.
What climbs out of the archive, is a link, or is an archive itself is refused; the others are read.
"""

from __future__ import annotations

import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from kb_search.errors import DocumentError
from kb_search.loaders import Loaded, folder_defaults, is_companion, loader_name, sidecar_paths
from kb_search.loaders import load as load_file
from kb_search.loaders.base import Defaults, RowProblem, SourceFile, printable, read_bytes, reading
from kb_search.loaders.companions import COLLECTION_FILE
from kb_search.loaders.package import ZIP_ERRORS, is_swollen, open_zip
from kb_search.loaders.rows import UNPACKED

_ARCHIVE = "archive"
_ENCRYPTED = 1
#: The bytes in front of an entry, without its name.
_HEADER = 30
_DRIVE = re.compile("[A-Za-z]:")


def load(file: SourceFile) -> Iterator[Loaded]:
    """The articles of all entries, and the entries that could not be read, in the order of the archive.

    Raises DocumentError where it is no archive or is empty.
    """
    name = printable(file.relative)
    try:
        archive = _Archive(open_zip(read_bytes(file)), file.max_bytes)
    except ZIP_ERRORS as error:
        raise DocumentError(f"{name} is damaged or no ZIP archive; get it anew, or pack it anew.") from error
    if not archive.entries and not archive.refused:
        raise DocumentError(f"{name} holds no files.")
    yield from archive.refused
    with tempfile.TemporaryDirectory(prefix="kb-search-") as folder:
        for path in archive.entries:
            if not _is_left_aside(path):
                yield from _entry(file, archive, path, Path(folder))


def _entry(file: SourceFile, archive: _Archive, path: PurePosixPath, root: Path) -> Iterator[Loaded]:
    """What an entry holds; the problems of its rows are called by its name as well."""
    where = printable(str(path))
    try:
        archive.check(path)
        with reading(file), _unpacked(archive, path, root):
            defaults = _merged(file.defaults, folder_defaults((root / path).parent, root))
            entry = replace(file, path=root / path, relative=f"{file.relative}/{path}", defaults=defaults)
            for one in load_file(entry):
                yield replace(one, where=f"{where}, {one.where}") if isinstance(one, RowProblem) else one
    except DocumentError as error:
        yield RowProblem(where, str(error))


@contextmanager
def _unpacked(archive: _Archive, path: PurePosixPath, root: Path) -> Iterator[None]:
    """Have an entry on disk, with what is said about it in the archive. Its folders stay for the next one."""
    beside = [PurePosixPath(one) for one in sidecar_paths(Path(path))]
    above = [folder / COLLECTION_FILE for folder in path.parents]
    written = [path, *(one for one in dict.fromkeys([*beside, *above]) if one in archive.entries)]
    try:
        for one in written:
            (root / one).parent.mkdir(parents=True, exist_ok=True)
            (root / one).write_bytes(archive.read(one))
        yield
    finally:
        for one in written:
            (root / one).unlink(missing_ok=True)


def _merged(outer: Defaults, inner: Defaults) -> Defaults:
    return Defaults(
        inner.source or outer.source,
        inner.language or outer.language,
        tuple({**dict(outer.fields), **dict(inner.fields)}.items()),
        (*outer.problems, *inner.problems),
    )


def _is_left_aside(path: PurePosixPath) -> bool:
    """Whether an entry is one that is no article in a folder either: hidden, or said about others."""
    return is_companion(path.name) or any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


class _Archive:
    """An archive, open: its entries by their paths, and how much may still be unpacked."""

    def __init__(self, archive: zipfile.ZipFile, max_bytes: int) -> None:
        self._zip = archive
        self._most = max_bytes
        self._left = max_bytes * UNPACKED
        self.entries: dict[PurePosixPath, zipfile.ZipInfo] = {}
        self.refused: list[RowProblem] = []
        shared = _sharing(archive.infolist())
        for info in archive.infolist():
            if not info.filename.endswith("/"):  # `is_dir` asks for the last letter of a name that may have none
                self._list(info, is_shared=info.header_offset in shared)

    def _list(self, info: zipfile.ZipInfo, *, is_shared: bool) -> None:
        """Enter an entry, or refuse it. Some programs write a backslash between folders."""
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        reason = _refusal(info, path)
        if not reason and is_shared:
            reason = "refused: its bytes are those of other entries as well"
        if not reason and path in self.entries:
            reason = "refused: another entry has the same name"
        if reason:
            self.refused.append(RowProblem(printable(name), reason))
        else:
            self.entries[path] = info

    def check(self, path: PurePosixPath) -> None:
        """DocumentError, before anything is unpacked, where an entry is not one that is read."""
        loader = loader_name(Path(path).name)
        if loader == _ARCHIVE:
            raise DocumentError("refused: an archive within an archive; unpack it")
        if loader is None:
            raise DocumentError("of a kind that kb-search does not read")
        if self.entries[path].flag_bits & _ENCRYPTED:
            raise DocumentError("protected by a password; unpack it")

    def read(self, path: PurePosixPath) -> bytes:
        """The bytes of an entry. DocumentError where it is damaged or unpacks to too much."""
        info = self.entries[path]
        if info.file_size > self._most or is_swollen(info):
            raise DocumentError(f"refused: it unpacks to {info.file_size:,} bytes, more than is read")
        self._left -= info.file_size
        if self._left < 0:
            raise DocumentError("not read: the archive unpacks to more than is read; split it")
        try:
            return self._zip.read(info)
        except ZIP_ERRORS as error:
            raise DocumentError("damaged, or packed in a way that is not read; pack it anew") from error


def _sharing(entries: Sequence[zipfile.ZipInfo]) -> frozenset[int]:
    """Where the entries begin that reach into another one, as in archives that unpack to far more than they hold.

    D. Fifield, "A better zip bomb", WOOT 2019: many entries lead to the same compressed bytes.
    """
    ordered = sorted(entries, key=lambda info: info.header_offset)
    return frozenset(
        one.header_offset
        for one, following in pairwise(ordered)
        if one.header_offset + _HEADER + one.compress_size > following.header_offset
    )


def _refusal(info: zipfile.ZipInfo, path: PurePosixPath) -> str:
    """Why an entry must not be unpacked, or nothing."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not path.parts or path.is_absolute() or ".." in path.parts or _DRIVE.fullmatch(path.parts[0]):
        return "refused: it would be unpacked outside of the archive's folder"
    if kind not in (0, stat.S_IFREG):
        return "refused: it is a link, and no file"
    return ""
