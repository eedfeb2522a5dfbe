"""Where the model of languages comes from: py3langid's own, which is kept unpacked in the user's cache.

The library ships its model compressed, and unpacks 68 MB each time that it is loaded: as much work as all else that a
process does before it reads its first file. So the arrays are written down once, plainly, and mapped into memory after
that; processes that are made of each other share them. A copy that cannot be written costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from kb_search.config import cache_folder

#: So begin the names of copies; the number changes with what is in them.
_KIND = "languages-1-"
#: What a copy consists of. The probabilities are widened, which the library would do for each text anew.
_PARTS = ("probabilities", "priors", "names", "moves", "rows", "features")
_SUMS = "sums"
_Array = NDArray[np.generic]


def identifier() -> LanguageIdentifier:
    """What tells languages apart, out of the user's cache where a whole copy of the model is there, else unpacked."""
    model = MODEL_DIR / MODEL_FILE
    try:
        digest = hashlib.sha256(model.read_bytes()).hexdigest()[:16]
        place = cache_folder(os.environ) / (_KIND + digest)
    except (OSError, RuntimeError):  # there is no folder of the user's own
        return _unpacked(model)
    try:
        return _identifier(_kept(place))
    except (OSError, ValueError, EOFError):
        made = _unpacked(model)
        with suppress(OSError):
            _keep(_parts(made), place)
        return made


def _unpacked(model: Path) -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(model, norm_probs=True)


def _parts(made: LanguageIdentifier) -> list[_Array]:
    """What `_identifier` makes the same of again."""
    tables = [np.asarray(table) for table in (made.tk_nextmove, made.tk_row)]
    return [
        made.nb_ptc.astype(np.float32), made.nb_pc, np.array(made.nb_classes), *tables,
        np.array(made.tk_output, dtype=np.int32),
    ]  # fmt: skip


def _identifier(parts: Iterable[_Array]) -> LanguageIdentifier:
    """The library's identifier over mapped arrays. Plain views give plain numbers, and arrays slow objects."""
    probabilities, priors, names, moves, rows, features = parts
    return LanguageIdentifier(
        np.asarray(probabilities), np.asarray(priors), names.tolist(), moves.data, features.data,
        norm_probs=True, tk_row=rows.data,
    )  # fmt: skip


def _kept(place: Path) -> list[_Array]:
    """The arrays of a copy. Raises OSError, EOFError or ValueError where it is missing, cut or damaged."""
    parts: list[_Array] = [np.load(place / f"{name}.npy", mmap_mode="r") for name in _PARTS]
    if (place / _SUMS).read_text("ascii") != _sums(parts):
        raise ValueError(place)
    return parts


def _keep(parts: list[_Array], place: Path) -> None:
    """Write a copy, whole or not at all, in the place of a damaged one and of those of other versions."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_KIND, dir=place.parent, ignore_cleanup_errors=True) as fresh:
        made = Path(fresh) / "whole"
        made.mkdir()
        for name, part in zip(_PARTS, parts, strict=True):
            np.save(made / f"{name}.npy", part)
        (made / _SUMS).write_text(_sums(parts), "ascii")
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
    for other in place.parent.glob(f"{_KIND[:-2]}*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def _sums(parts: Iterable[_Array]) -> str:
    """The shapes and checksums of arrays: those of a hundred megabytes take 50 ms, to unpack them a second."""
    return "".join(f"{part.dtype} {part.shape} {zlib.crc32(part.data)}\n" for part in parts)
