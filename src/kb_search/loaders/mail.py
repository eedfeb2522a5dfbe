"""Mail (`.eml`) and saved web pages (`.mht`, `.mhtml`), which browsers keep as if they were mail.

Python's own reader of mail parses them (RFC 5322, RFC 2045 to 2049, RFC 2557), with its policy `compat32`: the
newer one takes ten times as long for the parts, and fails or never ends on some hostile headers. Headers are
decoded here. What is attached is not read, and told. A file that begins as a mailbox (RFC 4155) is read mail by mail.
"""

from __future__ import annotations

import binascii
import email
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from email.errors import HeaderParseError, InvalidBase64CharactersDefect, InvalidBase64LengthDefect, MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from itertools import pairwise, takewhile
from urllib.parse import urlsplit

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import Remark, RowProblem, SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, compose
from kb_search.loaders.claims import Said, read_as
from kb_search.loaders.cleaning import Decoded, decode, scrub
from kb_search.loaders.html import declared_encoding, read_page
from kb_search.loaders.markup import read_markup
from kb_search.loaders.metadata import around, assemble
from kb_search.loaders.webdates import address_date

#: A mail has a handful of parts, a saved page one for each picture; each costs 0.1 ms.
_MOST_PARTS = 5_000
#: Looking for the parameters of a header costs time by the square of its length.
_LONG_TYPE = re.compile(rb"content-type:(?:[^\r\n]|\r?\n[ \t]){10000}", re.IGNORECASE)
_LONGEST_HEADER = 2_000
#: How deep parts may stand in parts: the reader of mail goes into itself for each.
_DEEPEST = 100
_PLAIN, _HTML = "text/plain", "text/html"
#: What Python's reader says of text that was never packed as base64. Missing signs at its end lose nothing.
_NO_BASE64 = (InvalidBase64CharactersDefect, InvalidBase64LengthDefect)
#: What no text has, and much of what comes out where plain words are unpacked as base64.
_RUBBISH = re.compile(rb"[\0-\x08\x0e-\x1f]")
#: The line in front of each mail of a mailbox: who sent it and when, behind a blank line and before a header.
_MAIL_BEGINS = re.compile(rb"(?:\A|\n\r?\n)(?=From [^\r\n]{0,200}\d\d:\d\d[^\r\n]{0,200}\r?\n[!-9;-~]{1,100}:)")
_ATTACHED = "attached, and not read; save it as a file of its own"
_LONGEST_NAME = 200
#: Text whose charset nobody knows is read where the guess is at least as sure, or little of it depends on that.
_LEAST_SURE, _MOST_FOREIGN = 0.5, 0.1


def load(file: SourceFile) -> Iterator[Article | RowProblem | Remark]:
    """The article of a mail or of a saved page, what is attached to it, and what is to be told of it.

    A mailbox has an article a mail, by its number. Raises DocumentError where the file cannot be read or has no text.
    """
    raw = read_bytes(file)
    if not file.path.name.lower().endswith(".eml"):
        yield _saved_page(file, _parsed(file, raw))
        return
    begins = [found.end() for found in _MAIL_BEGINS.finditer(raw)]
    if len(begins) < 2 or begins[0] > 0:
        yield from _mail(file, _parsed(file, raw))
        return
    for number, (begin, end) in enumerate(pairwise([*begins, len(raw)]), 1):
        yield from _mail_of_several(file, raw[begin:end], number)


def _mail_of_several(file: SourceFile, raw: bytes, number: int) -> Iterator[Article | RowProblem | Remark]:
    """A mail of a mailbox; one that cannot be read costs no other."""
    where = f"mail {number}"
    try:
        for one in _mail(file, _parsed(file, raw), str(number)):
            yield replace(one, where=f"{where}, {one.where}") if isinstance(one, RowProblem) else one
    except DocumentError as error:
        yield RowProblem(where, str(error))


def _parsed(file: SourceFile, raw: bytes) -> Message:
    name = printable(file.relative)
    if raw.count(b"\n--") + raw.count(b"\r--") > _MOST_PARTS or _LONG_TYPE.search(raw):
        raise DocumentError(f"{name} has more parts, or longer headers, than any mail; save its text alone.")
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise DocumentError(f"{name} is damaged or no mail; save it anew.") from error


def _mail(file: SourceFile, message: Message, row: str = "") -> Iterator[Article | RowProblem | Remark]:
    """A mail: its plain text, or its HTML where it has none; forwarded text that is shown with it as well.

    A part that cannot be read is told, and the others are read. `row` is its number in a mailbox.
    """
    shown = _shown(message, _DEEPEST)
    yield from (RowProblem(name, _ATTACHED) for name in _attached(message, {id(part) for part in shown}))
    claims = [
        Said("title", _header(message, "subject"), "header Subject"),
        Said("author", _sender(message), "header From"),
        Said("date", _day(message), "header Date"),
        Said("url", _header(message, "archived-at").strip("<>"), "header Archived-At"),
        Said("language", _header(message, "content-language"), "header Content-Language"),
    ]
    blocks: list[Block] = []
    problems: list[str] = []
    for part in shown:
        try:
            decoded = _decoded_part(part, printable(file.relative))
        except DocumentError as error:
            problems.append(str(error))
        else:
            blocks += _blocks(part, decoded.text)
            claims += read_as(decoded)
    if problems and not blocks:
        raise DocumentError(problems[0])
    yield from map(Remark, problems)
    body = replace(compose(blocks, claims[0].value), title="")
    yield assemble(around(file), body, filter(_is_said, claims), "eml", row)


def _is_said(claim: Said) -> bool:
    return bool(claim.value)


def _shown(part: Message, depth: int) -> list[Message]:
    """The parts that a mail program shows, in order: of alternatives the plain text, of attachments none."""
    if part.get_content_maintype() == "multipart":
        children = part.get_payload()
        within = children if isinstance(children, list) and depth else []
        inner = [_shown(one, depth - 1) for one in within if isinstance(one, Message)]
        if part.get_content_subtype() == "alternative":
            return next(filter(_is_plain, inner), next(filter(None, inner), []))
        return [one for shown in inner for one in shown]
    is_attached = part.get_content_disposition() == "attachment" or part.get_filename()
    return [] if is_attached or part.get_content_type() not in (_PLAIN, _HTML) else [part]


def _attached(message: Message, shown: Collection[int]) -> Iterator[str]:
    """The names of all parts that a mail program lists beside the text, in order; of mails their subjects.

    Pictures within the text, signatures and other forms of the text are none.
    """
    waiting = [message]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart":
            waiting += (
                one for one in reversed(payload if isinstance(payload, list) else []) if isinstance(one, Message)
            )
        elif id(part) not in shown and _stands_beside(part):
            name = _decoded(part.get_filename() or "") or _subject(payload) or part.get_content_type()
            yield printable(name[:_LONGEST_NAME])


def _stands_beside(part: Message) -> bool:
    """Whether a part that is not shown is a document of its own."""
    kind = part.get_content_type()
    if kind.endswith("-signature"):
        return False
    if part.get_content_disposition() == "attachment":
        return True
    return not kind.startswith("image/") and (bool(part.get_filename()) or not kind.startswith("text/"))


def _subject(payload: object) -> str:
    """The subject of a mail that is a part of another one; empty where the part is none."""
    within = payload[0] if isinstance(payload, list) and payload else None
    return _header(within, "subject") if isinstance(within, Message) else ""


def _is_plain(parts: list[Message]) -> bool:
    return any(part.get_content_type() == _PLAIN for part in parts)


def _blocks(part: Message, text: str) -> Iterator[Block]:
    return iter([Block(text)]) if part.get_content_type() == _PLAIN else read_markup(scrub(text))


def _decoded_part(part: Message, name: str) -> Decoded:
    """The text of a part; DocumentError where its bytes cannot be got at, or read as text."""
    content = part.get_payload(decode=True)
    if any(isinstance(defect, _NO_BASE64) for defect in part.defects):
        content = _with_plain_end(str(part.get_payload()))
        if content is None:
            raise DocumentError(f"{name} says that its text is base64, and it is not; save the mail anew.")
    raw = content if isinstance(content, bytes) else b""
    charset = part.get_content_charset() or (declared_encoding(raw) if part.get_content_type() == _HTML else "")
    decoded = decode(raw, name, charset)
    foreign = sum(letter > "\x7f" for letter in decoded.text)
    is_guess = decoded.lost and decoded.guessed and decoded.confidence < _LEAST_SURE
    if is_guess and foreign > _MOST_FOREIGN * len(decoded.text):
        raise DocumentError(
            f"{name} is in no encoding that can be told (it says {printable(charset[:60])!r}); save its text as UTF-8."
        )
    return decoded


def _with_plain_end(packed: str) -> bytes | None:
    """Base64 behind which plain lines stand, as mailing lists put them there; None where it is no base64.

    All its lines are equally long, but for the last (RFC 2045, section 6.8).
    """
    lines = packed.strip().splitlines()
    count = sum(1 for _ in takewhile(lambda line: len(line) == len(lines[0]), lines))
    for end in (count + 1, count):
        with suppress(binascii.Error):
            text = binascii.a2b_base64("".join(lines[:end]).encode("ascii", "replace"), strict_mode=True)
            rest = "\n".join(lines[end:]).strip().encode("ascii", "surrogateescape")
            return None if _RUBBISH.search(text) else b"%b\n\n%b" % (text, rest)
    return None


def _saved_page(file: SourceFile, message: Message) -> Article:
    """The page that a browser saved: its first part of HTML. The day of saving is not that of publication."""
    name = printable(file.relative)
    page = next((part for part in message.walk() if part.get_content_type() == _HTML), None)
    if page is None:
        raise DocumentError(f"{name} holds no web page.")
    decoded = _decoded_part(page, name)
    place = "snapshot-content-location" if "snapshot-content-location" in message else "content-location"
    address = _header(message, place) or _header(page, place)
    body, claims = read_page(decoded.text, address)
    origin = f"header {place.title()}"
    claims += [
        Said("title", _header(message, "subject"), "header Subject"),
        Said("url", address, origin),
        Said("source", _host(address), f"host of the {origin}"),
        *address_date(address),
        Said("date", _day(message), "header Date", "the day on which the page was saved"),
        *read_as(decoded),
    ]
    return assemble(around(file), body, filter(_is_said, claims), "mht")


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""


def _sender(message: Message) -> str:
    """The name of who sent a mail, or the address where there is no name."""
    value = _raw_header(message, "from")
    try:
        name, address = parseaddr(value)
    except RecursionError:  # parentheses in parentheses
        return ""
    return _decoded(name) or address


def _day(message: Message) -> str:
    """The day on which a mail was sent, where it was sent; what is no date is given as it is, to be refused."""
    value = _header(message, "date")
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return value


def _header(message: Message, name: str) -> str:
    return _decoded(_raw_header(message, name))


def _raw_header(message: Message, name: str) -> str:
    """A header as it was sent, unfolded; bytes beyond ASCII, which are not allowed and frequent, are decoded."""
    value = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")[:_LONGEST_HEADER]
    if not value.isascii():
        value = _plainly(value.encode("ascii", "surrogateescape"))
    return " ".join(value.split())


def _decoded(value: str) -> str:
    """A header with its encoded words (RFC 2047) read; as it is where they are broken."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value
    return "".join(part if isinstance(part, str) else _plainly(part, charset or "") for part, charset in parts).strip()


def _plainly(raw: bytes, charset: str = "") -> str:
    try:
        return decode(raw, "A header", charset).text
    except DocumentError:
        return raw.decode("utf-8", "replace")
