"""A small writer of `.docx`, `.odt` and `.epub` for the tests."""

import io
import zipfile

_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "meta", "draw")
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts):
    """A ZIP archive of parts: name -> text or bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():  # of one day: what depends on the clock is not the same in two processes
            entry = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, part)
    return content.getvalue()


def paragraph(text, style=""):
    """A paragraph of a Word document, by the name of its style."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def docx_parts(body, properties="", notes="", head=""):
    """The parts of a Word document; `head` stands in front of the XML of its text."""
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1", "heading 2")
    )
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    relation = f'<Relationship Id="{{0}}" Type="{_RELATION}/{{1}}" Target="{{2}}"/>'
    core = f'<cp:coreProperties xmlns:cp="urn:core" {_DC}>{properties}</cp:coreProperties>'
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations.format(relation.format("r1", "officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations.format(
            relation.format("r1", "styles", "styles.xml") + relation.format("r2", "footnotes", "footnotes.xml")
        ),
        "word/document.xml": f"{head}<w:document {word}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {word}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {word}>{notes}</w:footnotes>",
        "docProps/core.xml": core,
    }


def odt_parts(text, meta="", styles="", head=""):
    """The parts of an OpenDocument text."""
    content = (
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{text}</office:text></office:body>"
    )
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"{head}<office:document-content {_ODF}>{content}</office:document-content>",
        "meta.xml": f"<office:document-meta {_ODF} {_DC}><office:meta>{meta}</office:meta></office:document-meta>",
    }


def epub_parts(chapters, metadata="", contents=()):
    """The parts of a book; chapters are name -> body, `contents` pairs of address and label."""
    manifest = "".join(
        f'<item id="c{number}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    points = "".join(
        f'<navPoint><navLabel><text>{label}</text></navLabel><content src="{address}"/></navPoint>'
        for address, label in contents
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
        ),
        "OPS/book.opf": (
            f'<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" {_DC}>'
            f"<metadata>{metadata}</metadata>"
            f'<manifest>{manifest}<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
            f"<spine>{spine}</spine></package>"
        ),
        "OPS/toc.ncx": f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>',
        **{
            f"OPS/text/{name}": (
                '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
                f"<head><title>T</title></head><body>{body}</body></html>"
            )
            for name, body in chapters.items()
        },
    }
