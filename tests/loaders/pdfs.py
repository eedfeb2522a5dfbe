"""A small writer of PDFs for the tests: text at places on pages, pictures, information, passwords."""

import hashlib
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass(frozen=True)
class Put:
    """Text at a place (from the left, from the bottom), in letters of a size."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11
    bold: bool = False


def lines(*texts, x=72, top=700, size=11, pitch=14, bold=False):
    """Lines of text one under the other."""
    return [Put(text, x, top - number * pitch, size, bold) for number, text in enumerate(texts)]


def pdf(*pages, rotate=0, picture=False, locked_by="", labels="", **information):
    """A PDF with the given pages, each a list of `Put`; `picture` puts an image on each."""
    resources = b"<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im 5 0 R >> >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    image = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % labels.encode(),
        3: font % b"Helvetica",
        4: font % b"Helvetica-Bold",
        5: _stream(b"\x80", image),
        6: b"<< " + b" ".join(b"/%s %s" % (key.encode(), _text(value)) for key, value in information.items()) + b" >>",
    }
    kids = []
    for page in pages:
        number = 7 + 2 * len(kids)
        kids.append(b"%d 0 R" % number)
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Resources %s /Contents %d 0 R >>"
            % (WIDTH, HEIGHT, rotate, resources, number + 1)
        )
        objects[number + 1] = _stream(
            (b"q 9 0 0 9 0 0 cm /Im Do Q\n" if picture else b"") + b"\n".join(map(_shown, page))
        )
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects, locked_by)


def _shown(put):
    font = b"F2" if put.bold else b"F1"
    return b"BT /%s %g Tf 1 0 0 1 %g %g Tm %s Tj ET" % (font, put.size, put.x, put.y, _text(put.text))


def _text(text):
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return b"(" + escaped.encode("cp1252") + b")"


def _stream(data, head=b"<<"):
    return b"%s /Length %d >>\nstream\n%s\nendstream" % (head, len(data), data)


def _file(objects, locked_by):
    trailer = b"/Root 1 0 R /Info 6 0 R /Size %d" % (max(objects) + 1)
    if locked_by:
        trailer += b" /ID [<00> <00>] /Encrypt " + _locked(locked_by)
    content, places = b"%PDF-1.4\n", []
    for number in sorted(objects):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1, table, trailer, len(content),
    )  # fmt: skip


def _locked(password):
    """The dictionary of the standard security handler (ISO 32000-1, 7.6.3), revision 2."""
    padded = (password.encode() + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded, usedforsecurity=False).digest()[:5], padded)
    key = hashlib.md5(padded + owner + b"\xfc\xff\xff\xff\x00", usedforsecurity=False).digest()[:5]
    user = _rc4(key, _PADDING)
    return b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (owner.hex().encode(), user.hex().encode())


def _rc4(key, data):
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
