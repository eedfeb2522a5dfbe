"""Documents that are ZIP archives of XML (`.docx`, `.odt`, `.epub`), opened with bounds, and what they say.

A part is unpacked only when it is asked for, and only so much of all of them; XML that declares entities is
refused, and nothing is fetched from anywhere. What they say of themselves has the names of Dublin Core.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from kb_search.errors import DocumentError
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.claims import Said, document_properties
from kb_search.loaders.names import given_first

#: All parts that are read may unpack to so many bytes: XML in memory has ten times its size.
MOST_BYTES = 32 * 1024 * 1024
#: Text and XML unpack to 3 to 30 times their size; what unpacks to more than this was made to fill memory.
MOST_RATIO = 250
#: Small parts may, an empty table of a thousand rows for one.
RATIO_FROM = 1024 * 1024
#: An archive with more entries costs more memory to list than its text is worth.
_MOST_ENTRIES = 100_000
_ENTRY = b"PK\x01\x02"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_DC = "{http://purl.org/dc/elements/1.1/}"

#: What Python's zipfile raises for archives that are damaged, protected or packed in another way.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


class Package:
    """One document, open: its parts by their names."""

    def __init__(self, file: SourceFile, kind: str) -> None:
        """Open a file; `kind` is what it should be, as in `a Word document`. DocumentError where it is not."""
        self._name = printable(file.relative)
        self._kind = kind
        self._left = MOST_BYTES
        content = read_bytes(file)
        if content.startswith(_OLD_OFFICE):
            raise DocumentError(f"{self._name} is protected by a password, or an old Office document; save it anew.")
        try:
            self._zip = open_zip(content)
        except ZIP_ERRORS as error:
            raise self.damaged() from error
        self._parts = {info.filename: info for info in self._zip.infolist()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def damaged(self) -> DocumentError:
        """The error for a document that cannot be made sense of."""
        return DocumentError(f"{self._name} is damaged or no {self._kind}; get it anew, or save it anew.")

    def too_deep(self) -> DocumentError:
        """The error for a document whose elements stand in each other as no writer puts them."""
        return DocumentError(f"{self._name} is nested too deeply to be read.")

    def protected(self) -> DocumentError:
        """The error for a document that only its owner can open."""
        return DocumentError(f"{self._name} is protected against being read; save it without a password.")

    def read(self, part: str) -> bytes:
        """The bytes of a part. DocumentError where it is missing, damaged or too large."""
        info = self._parts.get(part)
        if info is None:
            raise self.damaged()
        if info.flag_bits & 1:
            raise self.protected()
        self._left -= info.file_size
        if self._left < 0 or is_swollen(info):
            raise DocumentError(
                f"{self._name} unpacks to {info.file_size:,} bytes at {printable(part)}, more than is read; split it."
            )
        try:
            return self._zip.read(info)
        except ZIP_ERRORS as error:
            raise self.damaged() from error

    def xml(self, part: str) -> etree._Element:
        """A part as XML, parsed without entities, DTDs and network."""
        content = self.checked(part)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise (self.too_deep() if "depth" in str(error) else self.damaged()) from error

    def checked(self, part: str) -> bytes:
        """The bytes of a part of XML that declares no entities, in whatever encoding it is."""
        content = self.read(part)
        if b"<!ENTITY" in content.replace(b"\0", b""):
            raise DocumentError(f"{self._name} declares entities at {printable(part)}, as no document needs to.")
        return content


def open_zip(content: bytes) -> zipfile.ZipFile:
    """An archive, open; one of ZIP_ERRORS where it is none, or has too many entries."""
    if content.count(_ENTRY) > _MOST_ENTRIES:
        raise zipfile.BadZipFile("too many entries")
    return zipfile.ZipFile(io.BytesIO(content))


def is_swollen(info: zipfile.ZipInfo) -> bool:
    """Whether a part unpacks to more times its size than text does."""
    return info.file_size > max(RATIO_FROM, MOST_RATIO * info.compress_size)


def dublin_core(element: etree._Element, origin: str) -> list[Said]:
    """What a document says of itself in the terms of Dublin Core (ISO 15836), dates aside."""
    title, author, publisher, language = (
        _values(element, term) for term in ("title", "creator", "publisher", "language")
    )
    claims = document_properties(next(title, ""), ", ".join(map(given_first, author)), origin)
    claims += [Said("source", value, origin) for value in islice(publisher, 1)]
    return claims + [Said("language", value, origin) for value in islice(language, 1)]


def _values(element: etree._Element, term: str) -> Iterator[str]:
    """What is said for a term, as often as it is; what is empty is not said."""
    found = (" ".join("".join(one.itertext()).split()) for one in element.iter(_DC + term))
    return filter(None, found)


def created(day: str | None, origin: str) -> list[Said]:
    """The day on which a document was begun, which is kept although it is not that of publication."""
    return [Said("date", day[:10], f"{origin}, day of creation", "not that of publication")] if day else []


def resolved(base: str, address: str) -> str:
    """The name of a part that another one, `base`, refers to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), address.partition("#")[0]))
