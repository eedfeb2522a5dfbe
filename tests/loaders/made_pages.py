"""Web pages of our own, in the layouts of papers, agencies, blogs and old sites, with what is to be read from each."""

from dataclasses import dataclass

EN = [
    "The two sides met in the valley on Tuesday and spoke about the road, the water and the school for six hours.",
    "Nobody had expected them to agree so soon, and yet they signed the paper before the evening came.",
    "A shepherd who had walked down from the upper village said that he had waited thirty years for such a day.",
    "The engineers will begin to measure the old bridge next week, and the first lorries could cross it in spring.",
    "Who is to pay for it was left open; the mayor of the lower town said only that money had never been the trouble.",
    "The next meeting is to be held in the school itself, whose roof the two sides have promised to mend together.",
]
DE = [
    "Die beiden Seiten trafen sich am Dienstag im Tal und sprachen sechs Stunden lang über Straße, Wasser und Schule.",
    "Niemand hatte erwartet, dass sie sich so bald einigen würden, und doch unterschrieben sie noch vor dem Abend.",
    "Ein Hirte, der aus dem oberen Dorf herabgestiegen war, sagte, er habe dreißig Jahre auf diesen Tag gewartet.",
    "Die Ingenieure beginnen nächste Woche, die alte Brücke zu vermessen; im Frühling könnten Wagen darüber fahren.",
    "Wer das bezahlen soll, blieb offen; die Bürgermeisterin sagte nur, am Geld habe es noch nie gelegen.",
    "Das nächste Treffen soll in der Schule selbst stattfinden, deren Dach beide Seiten gemeinsam flicken wollen.",
]
RU = [
    "Во вторник стороны встретились в долине и шесть часов говорили о дороге, о воде и о сельской школе.",
    "Никто не ожидал, что они договорятся так скоро, и всё же бумагу подписали ещё до наступления вечера.",
    "Пастух, спустившийся из верхнего села, сказал, что ждал такого дня ровно тридцать лет.",
    "На будущей неделе инженеры начнут обмерять старый мост, и весной по нему смогут пройти первые машины.",
    "Кто за это заплатит, пока неясно; глава нижнего города заметила лишь, что дело никогда не было в деньгах.",
    "Следующая встреча пройдёт в самой школе, крышу которой обе стороны обещали починить вместе.",
]
TR = [
    "İki taraf salı günü vadide buluştu ve yol, su ve okul üzerine tam altı saat boyunca konuştu.",
    "Kimse bu kadar çabuk anlaşacaklarını beklemiyordu, yine de kâğıt akşam olmadan imzalandı.",
    "Yukarı köyden inen bir çoban, böyle bir günü otuz yıldır beklediğini söyledi.",
    "Mühendisler gelecek hafta eski köprüyü ölçmeye başlayacak, ilk kamyonlar baharda geçebilir.",
    "Bunun parasını kimin vereceği açık kaldı; belediye başkanı sorunun hiçbir zaman para olmadığını söyledi.",
    "Bir sonraki toplantı okulun kendisinde yapılacak, çatısını iki taraf birlikte onarmaya söz verdi.",
]


@dataclass(frozen=True)
class Made:
    """A page and what a reader would copy out of it; a date that nobody can know is empty."""

    name: str
    markup: str
    text: str
    title: str
    date: str = ""
    author: str = ""


def _paragraphs(sentences, tag="p"):
    return "".join(f"<{tag}>{one}</{tag}>" for one in sentences)


def _links(*names):
    return "<ul>" + "".join(f'<li><a href="/{one}">{one} in the news today</a></li>' for one in names) + "</ul>"


MENU = f"<nav>{_links('World', 'Sport', 'Money', 'Weather')}</nav>"
FOOTER = f"<footer>{_links('About', 'Contact', 'Terms')}<p>© 2024 The Valley Paper. All rights reserved.</p></footer>"
SHARE = '<div class="share-buttons"><a href="#">Share on Facebook</a> <a href="#">Send by mail</a></div>'
LETTER = '<div class="newsletter-signup"><p>Sign up for our morning letter and never miss a story again.</p></div>'
RELATED = f'<div class="related-articles"><h3>More stories</h3>{_links("Floods", "Elections", "Harvest")}</div>'
COOKIES = '<div id="cookie-consent"><p>We use cookies to make this site better for you. Do you agree to that?</p></div>'
COMMENTS = (
    '<section class="comments"><h3>Comments</h3><div class="comment"><b>Bo</b> <time datetime="2024-02-02">2 Feb</time>'
    "<p>I have never read such nonsense about the valley, and I have lived there all my life.</p></div></section>"
)


def _agency():
    head = (
        '<meta property="og:title" content="Talks end in agreement | The Valley Paper">'
        '<meta property="og:site_name" content="The Valley Paper"><script type="application/ld+json">'
        '{"@type":"NewsArticle","headline":"Talks end in agreement","datePublished":"2023-11-07T10:15:00+04:00",'
        '"dateModified":"2023-11-09","author":[{"@type":"Person","name":"Ann Lee"}]}</script>'
    )
    text = f"<p class=lead>{EN[0]}</p>{_paragraphs(EN[1:3])}{LETTER}<h2>The old bridge</h2>{_paragraphs(EN[3:])}"
    body = (
        f"{COOKIES}{MENU}<main><article><h1>Talks end in agreement</h1>{SHARE}{text}{SHARE}</article>{RELATED}</main>"
    )
    return _made("agency", head, body + COMMENTS + FOOTER, EN, "Talks end in agreement", "2023-11-07", "Ann Lee")


def _german_paper():
    head = '<title>Gespräche enden mit Einigung – Talbote</title><meta property="og:site_name" content="Talbote">'
    top = '<header class="article-header"><h1>Gespräche enden mit Einigung</h1><p class="article-intro">'
    text = (
        f"{top}{DE[0]}</p></header><p class=byline>Von Anna Lehmann | 07.11.2023, 10:15 Uhr</p>{_paragraphs(DE[1:4])}"
    )
    more = f'<p>Lesen Sie auch: <a href="/x">Hochwasser im unteren Tal</a></p>{_paragraphs(DE[4:])}'
    body = f"{MENU}<div class=content>{text}{more}{SHARE}</div>{RELATED}{FOOTER}"
    return _made("Zeitung", head, body, DE, "Gespräche enden mit Einigung", "2023-11-07", "Anna Lehmann", language="de")


def _russian_site():
    head = '<meta name="DC.date.issued" content="2023-11-07"><meta name="author" content="Анна Ли">'
    body = f"<div id=menu>{_links('a', 'b', 'c')}</div><div class=news-detail><h1>Переговоры завершены</h1>"
    body += f"{_paragraphs(RU)}</div>{RELATED}{FOOTER}"
    return _made("сайт", head, body, RU, "Переговоры завершены", "2023-11-07", "Анна Ли", language="ru")


def _turkish_blog():
    body = (
        f'{MENU}<div class="post hentry"><h1 class="entry-title">Görüşmeler bitti</h1><span class="entry-date">'
        f'7 Kasım 2023</span> <span class="author vcard"><a class="fn" href="/l">Ayşe Li</a></span>'
        f'<div class="entry-content">{_paragraphs(TR)}</div></div>{COMMENTS}'
        f"<aside>{_links('x', 'y', 'z')}</aside>{FOOTER}"
    )
    return _made("blog", "", body, TR, "Görüşmeler bitti", "2023-11-07", "Ayşe Li", language="tr")


def _table_layout():
    cell = "<br><br>".join(EN)
    body = f"<table><tr><td>{_links('a', 'b')}</td><td><h1>Talks end in agreement</h1>{cell}</td></tr></table>"
    return _made("old table", "", body, EN, "Talks end in agreement")


def _with_list():
    items = ["the old bridge below the mill", "the well in the upper village", "the roof of the school"]
    listed = "<ul>" + "".join(f"<li>{one}</li>" for one in items) + "</ul>"
    quote = f"<blockquote><p>{EN[2]}</p></blockquote>"
    head = '<link rel="canonical" href="https://paper.example/2023/11/07/talks">'
    body = (
        f"{MENU}<article><h1>Three things</h1>{_paragraphs(EN[:2])}{quote}<p>They agreed on three things:</p>{listed}"
    )
    text = [*EN[:3], "They agreed on three things:", *items, *EN[3:]]
    return _made(
        "list", head, f"{body}{_paragraphs(EN[3:])}</article>{RELATED}{FOOTER}", text, "Three things", "2023-11-07"
    )


def _undated():
    body = (
        f"{MENU}<article><h1>A bridge and its history</h1>{_paragraphs(EN)}<p>It was built in 1994 and widened on"
        f" 3 May 2001, when the mill was closed.</p></article>{COMMENTS}{FOOTER}"
    )
    text = [*EN, "It was built in 1994 and widened on 3 May 2001, when the mill was closed."]
    return _made("undated", "", body, text, "A bridge and its history")


def _short_notice():
    body = f"{MENU}<article><h1>Road closed</h1><time datetime='2023-11-07'>7 Nov</time>{_paragraphs(EN[:2])}</article>"
    return _made("short", "", body + RELATED + FOOTER + COOKIES, EN[:2], "Road closed", "2023-11-07")


def _made(name, head, body, text, title, *known, language="en"):
    markup = f"<!DOCTYPE html><html lang={language}><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return Made(name, markup, "\n".join(text), title, *known)


PAGES = (
    _agency(),
    _german_paper(),
    _russian_site(),
    _turkish_blog(),
    _table_layout(),
    _with_list(),
    _undated(),
    _short_notice(),
)
