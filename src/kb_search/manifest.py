"""What a generation of the index says of itself: its manifest, and whether its files are what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kb_search import __version__
from kb_search.config import ENGINES
from kb_search.errors import REBUILD, IndexDamaged, IndexOutdated

#: Raised whenever a generation of an older program would be read wrongly: for another layout, or for other terms.
SCHEMA = 7
#: The manifest's name in a generation's folder; it is the last file that is written there.
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a generation: its path in it, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself. `settings` are those that it was built with, by name."""

    generation: str
    engine: str
    articles: int
    passages: int
    files: tuple[StoredFile, ...]
    schema: int = SCHEMA
    program: str = __version__
    created: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)


def encode(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return json.dumps(asdict(manifest), indent=1).encode()


def read(folder: Path) -> Manifest:
    """The manifest of a generation whose files are there at their full size.

    Raises IndexOutdated for one of another schema and IndexDamaged where it or a file is not whole.
    """
    try:
        fields = json.loads((folder / NAME).read_text("utf-8"))
        schema, program = fields["schema"], fields.get("program", "?")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"The manifest of generation {folder.name} cannot be read. {REBUILD}") from error
    if schema != SCHEMA:
        is_newer = isinstance(schema, int) and schema > SCHEMA
        helps = f"Use that program, which is newer than this one ({__version__}), or build" if is_newer else "Build"
        raise IndexOutdated(
            f"The index was built by kb-search {program}, which kept it in another way. "
            f"{helps}{REBUILD.removeprefix('Build')}"
        )
    try:
        files = tuple(StoredFile(**file) for file in fields.pop("files"))
        short = [file.path for file in files if not _has_size(folder / file.path, file.size)]
        settings = tuple((str(name), str(value)) for name, value in fields.pop("settings"))
        manifest = Manifest(files=files, settings=settings, **fields)
        ENGINES.index(manifest.engine)  # a ValueError where there is no such engine
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"The manifest of generation {folder.name} is not whole. {REBUILD}") from error
    if short:
        raise IndexDamaged(f"{short[0]} of generation {folder.name} is missing or cut short. {REBUILD}")
    return manifest


def engine_of(folder: Path) -> str:
    """The engine that a manifest names, of whatever schema it is; empty where it cannot be read."""
    try:
        return str(json.loads((folder / NAME).read_text("utf-8"))["engine"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def compare(folder: Path, manifest: Manifest, only: Iterable[str] = ("",)) -> None:
    """Raise IndexDamaged for the first file of a generation that is not what was written.

    `only` is what the paths of those begin with that are to be compared.
    """
    beginnings = tuple(only)
    for file in manifest.files:
        if file.path.startswith(beginnings) and sha256(folder / file.path) != file.sha256:
            raise IndexDamaged(f"{file.path} of generation {manifest.generation} is not what was written. {REBUILD}")


def sha256(path: Path) -> str:
    """The SHA-256 of a file. Raises IndexDamaged where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise IndexDamaged(f"{path.name} cannot be read: {error.strerror}. {REBUILD}") from error
