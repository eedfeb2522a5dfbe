"""Word documents (`.docx`): text and headings by mammoth, which goes by styles, and the core properties."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import mammoth

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import SourceFile
from kb_search.loaders.body import compose
from kb_search.loaders.claims import Said
from kb_search.loaders.markup import read_markup
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.package import Package, created, dublin_core

_ORIGIN = "core properties"
_PROPERTIES = "docProps/core.xml"
_CREATED = "{http://purl.org/dc/terms/}created"
_STYLES = "p[style-name='Title'] => h1:fresh"
#: The arrow with which mammoth leads from a note back to its place.
_BACK = re.compile(r'<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a document. Raises DocumentError where it is damaged or protected, or holds no text.

    Footnotes stand behind the text. Pictures, comments and deleted passages are not read.
    """
    package = Package(file, "Word document")
    body = compose(read_markup(_BACK.sub("", _html(package))))
    claims = _properties(package)
    if body.title:
        claims.append(Said("title", body.title, "first heading"))
    yield assemble(around(file), body, claims, "docx")


def _html(package: Package) -> str:
    try:
        found = mammoth.convert_to_html(_only_xml(package), style_map=_STYLES, convert_image=lambda _: [])
    except DocumentError:
        raise
    except RecursionError as error:
        raise package.too_deep() from error
    except Exception as error:
        raise package.damaged() from error
    return str(found.value)


def _only_xml(package: Package) -> io.BytesIO:
    """The document with nothing but its XML, checked, so that mammoth meets no bomb and no picture."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as copy:
        for part in package:
            if part.lower().endswith((".xml", ".rels")):
                copy.writestr(part, package.checked(part))
    content.seek(0)
    return content


def _properties(package: Package) -> list[Said]:
    if _PROPERTIES not in package:
        return []
    properties = package.xml(_PROPERTIES)
    return [*dublin_core(properties, _ORIGIN), *created(properties.findtext(_CREATED), _ORIGIN)]
