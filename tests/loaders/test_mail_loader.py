import base64
import quopri
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.document import Article, Claim
from kb_search.errors import DocumentError
from kb_search.loaders import RowProblem, load
from kb_search.loaders.mail import _MOST_PARTS
from tests.loaders.helpers import PROSE, read, source

HEAD = (
    "From: A. Author <author@paper.example>\r\nSubject: Talks in the valley\r\nDate: Tue, 7 Nov 2023 23:30:00 +0400\r\n"
)
PAGE = f"<html><head><title>Talks</title></head><body><h2>The Road</h2><p>{PROSE}</p><p>{PROSE}</p></body></html>"


def mail(folder, content, name="a.eml"):
    """The article of a mail, without what is attached to it."""
    file = source(folder, name, content.replace("\r\n", "\n").replace("\n", "\r\n"))
    (article,) = (one for one in load(file) if not isinstance(one, RowProblem))
    return article


def parts(*bodies, kind="mixed", head=HEAD):
    """A mail of several parts, each with its own headers."""
    inner = "".join(f"--limit\r\n{body}\r\n" for body in bodies)
    return f'{head}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="limit"\r\n\r\n{inner}--limit--\r\n'


def text(words, kind="plain", more=""):
    """A part of text."""
    return f"Content-Type: text/{kind}; charset=utf-8\r\n{more}\r\n{words}"


def test_headers_are_claims(tmp_path):
    """Subject, sender and the day on which it was sent, where it was sent, are believed."""
    article = mail(tmp_path, f"{HEAD}\r\n{PROSE}\r\n\r\nA. Author\r\n")
    assert (article.title, article.author, str(article.date)) == ("Talks in the valley", "A. Author", "2023-11-07")
    assert (article.text, article.format) == (f"{PROSE}\n\nA. Author", "eml")
    assert [article.evidence_for(field).origin for field in ("title", "author", "date")] == [
        "header Subject", "header From", "header Date",
    ]  # fmt: skip


def test_encoded_headers_are_read(tmp_path):
    """Encoded words are read, also those of an old charset; bytes without a declaration are guessed."""
    koi8 = base64.b64encode("Переговоры".encode("koi8_r")).decode()
    head = f"Subject: =?koi8-r?B?{koi8}?= =?utf-8?Q?_=E2=80=93_ja?= (1)\r\n"
    head += "From: =?utf-8?q?=C5=9Eule?= <s@paper.example>\r\n"
    article = mail(tmp_path, f"{head}\r\n{PROSE}")
    assert (article.title, article.author) == ("Переговоры – ja (1)", "Şule")
    article = mail(tmp_path, f"Subject: Görüşme\r\nFrom: <s@paper.example>\r\n\r\n{PROSE}")
    assert (article.title, article.author) == ("Görüşme", "s@paper.example")


@pytest.mark.parametrize(
    ("encoding", "charset", "words"),
    [
        ("base64", "windows-1251", "Переговоры начались снова."),
        ("quoted-printable", "iso-8859-9", "Görüşmeler başladı."),
        ("8bit", "utf-8", "Բանակցությունները սկսվեցին։"),
        ("base64", "no-such-charset", "The talks began."),
    ],
)
def test_the_text_is_decoded_as_its_part_declares(tmp_path, encoding, charset, words):
    """A text is unpacked and decoded as its part declares; an unknown charset is guessed."""
    raw = words.encode("ascii" if charset.startswith("no") else charset)
    packed = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}[encoding](raw)
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    assert read(tmp_path, "a.eml", head.encode() + packed).text == words


@pytest.mark.parametrize("words", ["Talks.", PROSE, f"{PROSE} " * 3, f"{PROSE} ü"])
@pytest.mark.parametrize("foot", ["_____\nTo leave this list, write to list@paper.example", "Unsubscribe\nat the foot"])
def test_lines_that_a_list_put_behind_base64_are_read_as_they_are(tmp_path, words, foot):
    """The text is unpacked up to its last line, and nothing of what follows is lost."""
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    packed = base64.encodebytes(words.strip().encode())
    assert read(tmp_path, "a.eml", head + packed + foot.encode()).text == f"{words.strip()}\n\n{foot}"


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("gb2312", "gb18030", "外交部星期二宣布谈判将再持续几个星期。"),
        ("x-gbk", "gb18030", "边境地区昨夜平静。"),
        ("windows-874", "cp874", "การเจรจาสิ้นสุดลงแล้ว"),
    ],
)
def test_a_charset_of_mail_is_believed_as_that_of_a_page_is(tmp_path, declared, encoding, words):
    """The encoding of the text is in the evidence; short text is read as it is declared."""
    head = f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    article = read(tmp_path, "a.eml", head.encode() + words.encode(encoding))
    assert (article.text, article.evidence_for("encoding").value) == (words, encoding)
    assert article.evidence_for("encoding").origin == "as declared, or by the mark in front"


NOISE = bytes(128 + 89 * number % 128 for number in range(60))


@pytest.mark.parametrize(
    ("charset", "packing", "content", "why"),
    [
        ("utf-8", "base64", b"!!!!not base64, whatever is said", "says that its text is base64, and it is not"),
        ("utf-8", "base64", b"Negotiations\nwere opened in the valley.", "is in no encoding that can be told"),
        ("klingon", "8bit", NOISE, "is in no encoding that can be told (it says 'klingon')"),
    ],
)
def test_a_text_that_cannot_be_decoded_is_reported(tmp_path, charset, packing, content, why):
    """Rubbish is not indexed: a mail of nothing else fails, and of one with another part that part is told."""
    part = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {packing}\r\n\r\n".encode()
    with pytest.raises(DocumentError, match=re.escape(why)):
        list(load(source(tmp_path, "a.eml", part + content)))
    both = parts(text(PROSE), "HERE").encode().replace(b"HERE", part + content)
    remark, article = load(source(tmp_path, "b.eml", both))
    assert why in remark.message
    assert article.text == PROSE


def test_plain_text_goes_before_html(tmp_path):
    """Of two forms of the same text the plain one is read, whichever comes first."""
    forms = [text(PROSE), text("<p>As HTML.</p>", "html")]
    for order in (forms, forms[::-1]):
        assert mail(tmp_path, parts(*order, kind="alternative")).text == PROSE


def test_a_mail_in_html_alone_gives_all_of_its_words(tmp_path):
    """The words of the HTML are the text, all of them; headings are sections."""
    article = mail(
        tmp_path, parts(text("<h2>The Road</h2><p>One.</p><div>Two.</div><p>See you</p>", "html"), kind="related")
    )
    assert (article.text, [section.title for section in article.sections]) == ("One.\n\nTwo.\n\nSee you", ["The Road"])


def test_attachments_are_not_read(tmp_path):
    """Every text that is shown with the mail is read, what is attached is not."""
    attached = text("attached", more='Content-Disposition: attachment; filename="a.txt"\r\n')
    picture = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    forwarded = "Content-Type: message/rfc822\r\n\r\nSubject: other\r\n\r\nforwarded"
    article = mail(tmp_path, parts(text(PROSE), attached, picture, forwarded, text("The list's foot.")))
    assert article.text == f"{PROSE}\n\nThe list's foot."


def attached(folder, content):
    """What is told to be attached to a mail; each says that it is not read."""
    problems = [one for one in load(source(folder, "a.eml", content)) if isinstance(one, RowProblem)]
    assert {one.message for one in problems} <= {"attached, and not read; save it as a file of its own"}
    return [one.where for one in problems]


def test_what_is_attached_is_told(tmp_path):
    """Files and mails that are attached are named, in order, by name, subject or kind, wherever they stand."""
    disposed = "Content-Disposition: attachment; filename*=utf-8''%C5%9Eu%C5%9Fa.txt\r\n"
    inner = parts(text("<p>Again.</p>", "html"), f"Content-Type: image/png; name=map.png\r\n{disposed}\r\nx", head="")
    inner = inner.replace("limit", "inner")
    forms = "".join(f"--alt\r\n{form}\r\n" for form in (text(PROSE), inner))
    bodies = [
        f"Content-Type: multipart/alternative; boundary=alt\r\n\r\n{forms}--alt--",
        'Content-Type: application/pdf; name="report.pdf"\r\n\r\nx',
        text("attached", more=disposed),
        "Content-Type: message/rfc822\r\n\r\nSubject: The other\r\n\r\n" + text("Not shown.", more=disposed),
        "Content-Type: application/x-thing\r\n\r\nx",
        'Content-Type: application/pdf; name="=?utf-8?q?=C5=9Eule=0A?=.pdf"\r\n\r\nx',
    ]
    names = ["Şuşa.txt", "report.pdf", "Şuşa.txt", "The other", "application/x-thing", "Şule?.pdf"]
    assert attached(tmp_path, parts(*bodies)) == names


def test_what_belongs_to_the_text_is_not_told(tmp_path):
    """A picture in the text, another form of it and a signature are no attachments."""
    picture = "Content-Type: image/png; name=logo.png\r\nContent-ID: <1>\r\nContent-Disposition: inline\r\n\r\nx"
    signature = "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\nx"
    assert attached(tmp_path, parts(text(PROSE), picture, signature)) == []
    assert attached(tmp_path, parts(text(PROSE), text("<p>Again.</p>", "html"), kind="alternative")) == []


def mailbox(*mails):
    """The mails of a mailbox, one after the other."""
    return "\n".join(f"From a@b.c Tue Nov  7 10:00:00 2023\n{one}\n" for one in mails)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_mail_of_a_mailbox_is_an_article(tmp_path, end):
    """Several mails in one file are several articles, each with its own sender; one that has no text costs no other."""
    content = mailbox(
        f"From: Ann\nSubject: One\n\n{PROSE}\n\nFrom here to 10:30 they spoke.\n",
        "Subject: Two\n\n",
        parts(text(PROSE), 'Content-Type: application/pdf; name="a.pdf"\n\nx', head="From: Bob\nSubject: Three\n"),
    )
    found = list(load(source(tmp_path, "a.eml", content.replace("\r\n", "\n").replace("\n", end))))
    first, second, third, last = found
    assert (first.author, first.title, first.row) == ("Ann", "One", "1")
    assert first.text == f"{PROSE}\n\nFrom here to 10:30 they spoke."
    assert (second.where, second.message) == ("mail 2", "a.eml holds no text.")
    assert (third.where, last.author, last.text, last.row) == ("mail 3, a.pdf", "Bob", PROSE, "3")


def test_one_mail_of_a_mailbox_is_a_mail(tmp_path):
    """A line before the first header makes no mailbox, and neither does a mail that quotes one."""
    assert mail(tmp_path, mailbox(f"Subject: One\n\n{PROSE}")).row == ""
    quoted = f"Subject: One\n\n{PROSE}\n\n{mailbox('Subject: Two', 'Subject: Three')}"
    assert "Subject: Three" in mail(tmp_path, quoted).text


def test_a_saved_page_is_read_as_web_pages_are(tmp_path):
    """A page is read as web pages are; the day on which it was saved is kept, and is not its date."""
    head = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://www.paper.example/talks\r\n"
        + HEAD.partition("\r\n")[2]
    )
    page = text(quopri.encodestring(PAGE.encode()).decode(), "html", "Content-Transfer-Encoding: quoted-printable\r\n")
    for name in ("a.mht", "a.mhtml"):
        article = mail(tmp_path, parts(page, "Content-Type: text/css\r\n\r\np {}", kind="related", head=head), name)
        assert PROSE in article.text
        assert (article.title, article.url, article.source) == (
            "Talks",
            "https://www.paper.example/talks",
            "paper.example",
        )
        assert (article.date, article.author, article.format) == (None, "", "mht")
        assert article.evidence_for("date").others == (
            Claim("2023-11-07", "header Date, the day on which the page was saved"),
        )


def test_the_address_of_a_saved_page_tells_its_article_from_others(tmp_path):
    """What is said of an article with another address is refused, as on a page that gives its own."""
    other = '{"@type": "NewsArticle", "url": "https://paper.example/OTHER", "datePublished": "2021-02-03"}'
    for name, date in (("other", None), ("talks", "2021-02-03")):
        script = f'<script type="application/ld+json">{other.replace("OTHER", name)}</script>'
        page = text(
            PAGE.replace("<body>", f"<body>{script}"), "html", "Content-Location: https://paper.example/talks\r\n"
        )
        article = mail(tmp_path, parts(page, kind="related", head=HEAD.partition("\r\n")[2]), f"{name}.mht")
        assert (article.date and str(article.date)) == date
        assert article.url == "https://paper.example/talks"


def test_dates_that_are_none(tmp_path):
    """A date that cannot be is refused, and kept as evidence."""
    for date in ("yesterday", "Tue, 31 Feb 2023 10:00:00 +0000", "1" * 500):
        article = mail(tmp_path, f"Subject: Talks\r\nDate: {date}\r\n\r\n{PROSE}")
        assert article.date is None
        assert article.evidence_for("date").others[0].origin == "header Date, not a date"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.eml", HEAD, "a.eml holds no text."),
        ("a.eml", "", "a.eml is empty."),
        ("a.mht", f"{HEAD}\r\n{PROSE}", "a.mht holds no web page."),
        (
            "a.eml",
            "\n--x" * (_MOST_PARTS + 1),
            "a.eml has more parts, or longer headers, than any mail; save its text alone.",
        ),
        (
            "a.eml",
            "Content-Type: text/plain;" + " a=b;\n" * 5000,
            "a.eml has more parts, or longer headers, than any mail; save its text alone.",
        ),
    ],
)
def test_mails_that_give_no_text(tmp_path, name, content, sentence):
    """A mail without text, or made to take long, is a sentence."""
    with pytest.raises(DocumentError) as caught:
        list(load(source(tmp_path, name, content)))
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "content",
    [
        parts("no headers and no blank line"),
        parts(text(PROSE)).replace("--limit--", ""),
        parts(text(PROSE), head="Subject: =?utf-8?b?!!!?=\r\nFrom: =?x?q?=0a?= <@\r\nDate: \x01\r\n"),
        f"Content-Type: multipart/mixed\r\n\r\n{PROSE}",
        f'Content-Type: text/plain; charset="utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{PROSE}',
        f"Subject: {'=?utf-8?q?a?=' * 50_000}\r\nFrom: {'(' * 50_000}\r\n\r\n{PROSE}",
    ],
)  # fmt: skip
def test_broken_mails_do_not_stop_anything(tmp_path, content):
    """Broken parts, boundaries, encodings and headers end with an article or a sentence."""
    try:
        article = mail(tmp_path, content)
    except DocumentError as error:
        assert re.fullmatch(r"a\.eml (holds no text|says that its text is base64, .*)\.", str(error))  # noqa: PT017
    else:
        assert article.text


def test_parts_nested_too_deep_are_told_or_not_read(tmp_path):
    """Parts nested deeper than any mail are a sentence, or are not read."""
    for depth in (10, 3000):
        opening = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
        file = source(tmp_path, "a.eml", opening + text(PROSE))
        if depth == 10:
            assert next(iter(load(file))).text == PROSE
        else:
            with pytest.raises(DocumentError, match=r"^a\.eml (holds no text|is damaged or no mail; save it anew)\.$"):
                list(load(file))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["a.eml", "a.mht"]), st.integers(0, 600), st.binary(min_size=1, max_size=12))
def test_a_damaged_mail_is_an_article_or_a_sentence(tmp_path_factory, name, place, noise):
    """Whatever bytes are overwritten, the end is an article or a sentence."""
    whole = parts(text(PAGE, "html"), text(PROSE)).encode()
    file = source(tmp_path_factory.mktemp("any"), name, whole[:place] + noise + whole[place + len(noise) :])
    try:
        assert all(one.text if isinstance(one, Article) else one.message for one in load(file))
    except DocumentError:
        return


def test_the_day_in_the_address_of_a_saved_page(tmp_path):
    """The address that a page was saved from gives its day, as it does where the page itself says its address."""
    head = (
        "Snapshot-Content-Location: https://paper.example/2023/11/07/talks\r\nDate: Tue, 14 Nov 2023 10:00:00 -0000\r\n"
    )
    article = read(tmp_path, "a.mht", f"{head}Content-Type: text/html\r\n\r\n<h1>Talks</h1><p>{PROSE}</p>")
    assert str(article.date) == "2023-11-07"
    assert article.evidence_for("date").origin == "address of the page"
