"""How files get to a disk: flushed, replaced as a whole, and shared between folders by hard links."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_FRESH = ".new"


def flush(path: Path) -> None:
    """Have the system write a file or folder to disk. Raises OSError where the disk fails."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_anew(path: Path, raw: bytes) -> None:
    """Write a file anew: a hard link to another folder's file is cut, not written through."""
    fresh = path.with_name(path.name + _FRESH)
    fresh.write_bytes(raw)
    fresh.replace(path)


def write_atomically(path: Path, raw: bytes) -> None:
    """Replace a file so that a reader sees the old or the new one, and a power cut leaves one of them."""
    fresh = path.with_name(path.name + _FRESH)
    fresh.write_bytes(raw)
    flush(fresh)
    fresh.replace(path)
    flush(path.parent)


def link_tree(source: Path, target: Path, but: str = "") -> list[Path]:
    """Fill a folder with hard links to all files of another one (copies, where links fail) but those so named.

    Gives the paths of the copies in it.
    """
    copies = []
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif path.name != but:
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, copy)
            except OSError:
                shutil.copy2(path, copy)
                copies.append(copy.relative_to(target))
    return copies
