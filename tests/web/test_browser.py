"""The pages in a real browser: what script adds, what a reader sees, and what an accessibility checker finds."""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from kb_search.config import Settings
from kb_search.indexer import build_index
from kb_search.search import Library
from kb_search.web.app import create_app

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(names)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    """The application, served on a free port of this machine."""
    with _served(app) as address:
        yield address


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A wide window whose console must stay silent and that may ask only this site."""
    context = browser.new_context(viewport=WIDE, base_url=site)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((site, "data:")) else faults.append(request.url))
    yield page
    context.close()
    assert faults == []


def test_from_a_question_to_a_marked_passage(page: Page) -> None:
    """A reader searches, chooses a facet, opens the article, and sees the mark in the passage asked for."""
    page.goto("/")
    page.fill("#q", "bridge report")
    page.press("#q", "Enter")
    page.click(".facet a.value >> text=Valley Papers")
    assert page.locator(".chip").count() == 1
    page.click(".card-title a >> nth=0")
    target = page.locator(".passage:target")
    assert target.is_visible()
    assert target.locator("mark").first.is_visible()
    assert " of " in page.inner_text(".marks-count")
    ground = target.evaluate("element => getComputedStyle(element).backgroundColor")
    assert ground != "rgba(0, 0, 0, 0)"


def test_the_passage_asked_for_is_shown_in_all_its_paragraphs(page: Page) -> None:
    """A passage over several paragraphs is outlined in each of them, and its neighbours are not."""
    address = page.request.get("/api/v1/search?q=bridge&source=Valley+Papers").json()["hits"][0]["url"]
    page.goto(address)
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.passage')].map((piece) => [
            piece.id, getComputedStyle(piece).backgroundColor !== 'rgba(0, 0, 0, 0)'])"""
    )
    first = next(number for number, (name, _) in enumerate(shown) if name == address.partition("#")[2])
    last = first + 1
    while last < len(shown) and not shown[last][0]:
        last += 1
    assert last - first > 1
    assert [lit for _, lit in shown] == [first <= number < last for number in range(len(shown))]


def test_keys_walk_through_the_hits(page: Page) -> None:
    """`j` and `k` go from hit to hit, Enter opens, `/` goes to the field, and typing there is typing."""
    page.goto("/search?q=envoys")
    focused = "document.activeElement.closest('.card')?.id ?? document.activeElement.id"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "hit-2"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "hit-1"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "q"
    page.keyboard.type("jk")
    assert page.input_value("#q") in ("jk", "envoysjk")
    page.locator("#q").blur()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/article/" in page.url


def test_keys_walk_through_the_marks(page: Page) -> None:
    """`n` and `p` go from mark to mark, the bar counts along, and the mark is in view."""
    page.goto("/search?q=bridge")
    page.click(".card-title a >> nth=0")
    number = int(page.inner_text(".marks-count").split()[0])
    total = int(page.inner_text(".marks-count").split()[2])
    page.keyboard.press("n")
    assert page.inner_text(".marks-count") == f"{number % total + 1} of {total} marks"
    box = page.locator("mark.here").bounding_box()
    assert 0 <= box["y"] <= WIDE["height"]
    page.keyboard.press("p")
    assert page.inner_text(".marks-count") == f"{number} of {total} marks"
    page.click(".marks-steps >> text=next")
    assert page.inner_text(".marks-count") == f"{number % total + 1} of {total} marks"


def test_a_question_mark_opens_the_help(page: Page) -> None:
    """`?` leads to the help page."""
    page.goto("/search?q=envoys")
    with page.expect_navigation():
        page.keyboard.press("?")
    assert page.url.endswith("/help")


def test_dragging_over_the_timeline_narrows_the_dates(page: Page) -> None:
    """From one bar to another, the dates between them are chosen; the words and filters stay."""
    page.goto("/search?q=envoys&not_source=Courier")
    bars = page.locator("svg .bar[data-since]:not([data-since='']) .area")
    first, last = bars.nth(0).bounding_box(), bars.nth(2).bounding_box()
    page.mouse.move(first["x"] + 2, first["y"] + 20)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + 20, steps=8)
    with page.expect_navigation():
        page.mouse.up()
    assert "q=envoys" in page.url
    assert "not_source=Courier" in page.url
    assert "since=" in page.url
    assert "until=" in page.url


def test_a_bar_is_a_link(page: Page) -> None:
    """A click on a bar leads to its dates."""
    page.goto("/search?q=envoys")
    bar = page.locator("svg .bar:has(.hits)").first
    wanted = bar.get_attribute("href")
    with page.expect_navigation():
        bar.locator(".area").click()
    assert page.url.endswith(wanted)


def test_long_lists_can_be_filtered_by_typing(page: Page) -> None:
    """A filter box above a long list hides the values that do not have what is typed."""
    page.goto("/")
    page.goto("/search")
    rows = page.locator("[data-filter=Source] > li:visible")
    assert rows.count() > 10
    page.fill(".facet-filter >> nth=0", "  SERIES 1")
    assert {text.split()[0] for text in rows.all_inner_texts()} == {"Series"}
    page.fill(".facet-filter >> nth=0", "")
    assert rows.count() > 10


def test_filters_fold_on_a_narrow_screen(page: Page) -> None:
    """On a telephone the filters wait in a closed box that says how many are on; wide they are open."""
    page.goto("/search?q=envoys&source=Herald")
    assert page.locator(".facet a.value").first.is_visible()
    page.set_viewport_size(NARROW)
    assert not page.locator(".facet a.value").first.is_visible()
    assert page.inner_text(".filters > summary") == "Filters (1 on)"
    page.click(".filters > summary")
    assert page.locator(".facet a.value").first.is_visible()


def test_a_line_of_reading_has_some_sixty_six_characters(page: Page) -> None:
    """Full lines of an article hold 60 to 72 characters on average."""
    page.goto(_address(page, "article"))
    average = page.evaluate(
        """() => {
          const lines = [];
          for (const paragraph of document.querySelectorAll('.prose p')) {
            const range = document.createRange();
            range.selectNodeContents(paragraph);
            const rows = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom))).size;
            if (rows > 3) lines.push(paragraph.textContent.length / (rows - 0.5));
          }
          return lines.reduce((sum, one) => sum + one, 0) / lines.length;
        }"""
    )
    assert 60 <= average <= 72


ADDRESSES = (
    "/", "/search?q=envoys&source=Herald", "/search?q=zebra+harvest", "/related?q=treaty", "similar", "/collection",
    "/collection?show=sources", "/help", "article", "/none",
)  # fmt: skip


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["light-wide", "dark-narrow"])
def test_an_accessibility_checker_finds_nothing(page: Page, scheme: str, size: dict) -> None:
    """axe-core finds no fault on any page: names, roles, order and contrast, light and dark."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    checker = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    for address in ADDRESSES:
        page.goto(_address(page, address))
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(checker)
        found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
        assert [(address, one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


def test_nothing_has_to_be_scrolled_sideways(page: Page) -> None:
    """No page is wider than the window, on a large screen and on a telephone, whatever the articles hold."""
    for address in (*ADDRESSES, "/search?q=hostile", "/search?q=" + "x" * 500):
        page.goto(_address(page, address))
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (address, size)


def test_long_names_and_words_make_no_page_wider(browser: Browser, tmp_path: Path) -> None:
    """Also where sources and words have no place to break, a telephone shows whole lines."""
    (tmp_path / "corpus").mkdir()
    rows = [
        {"title": f"Report {number}", "source": "NameOfASource" * 12, "text": f"They spoke of {'a' * 90}{number}."}
        for number in range(3)
    ]
    (tmp_path / "corpus" / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", time_limit=30)
    build_index(settings)
    with closing(Library(settings)) as library, _served(create_app(library, settings)) as site:
        page = browser.new_page(viewport=NARROW, base_url=site)
        for address in ("/", "/search?q=aaaa*", "/search?q=spoke", "/collection"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address
        page.close()


def test_everything_works_without_script(browser: Browser, site: str) -> None:
    """With script off, search, facets, sorting, the article and its marks work as links."""
    context = browser.new_context(java_script_enabled=False, base_url=site, viewport=WIDE)
    page = context.new_page()
    page.goto("/")
    page.fill("#q", "envoys")
    page.press("#q", "Enter")
    page.click(".facet a.value >> text=Herald")
    page.click(".sorts >> text=newest")
    page.click(".card-title a >> nth=0")
    page.click(".marks-all summary")
    page.click(".marks-list a >> nth=1")
    assert page.url.endswith("#m2")
    assert page.locator("#m2").is_visible()
    context.close()


def test_print_shows_passages_and_nothing_else(page: Page) -> None:
    """On paper there are the question and the passages, without forms, filters and bars."""
    page.goto("/search?q=envoys")
    page.emulate_media(media="print")
    for hidden in (".top", ".side", ".timeline", ".sorts", ".actions", ".paging"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator(".understood").is_visible()
    assert page.locator(".card .text").first.is_visible()
    assert page.locator(".foot").is_visible()


def _is_fault(message: ConsoleMessage) -> bool:
    """What a console must not say; that a page is not there is no fault where the test asks for such a page."""
    return message.type in ("error", "warning") and not message.location["url"].endswith("/none")


def _address(page: Page, address: str) -> str:
    """An address, or that of a hit in an article with headings."""
    if address == "similar":
        return "/similar/" + page.request.get("/api/v1/search?q=bridge").json()["hits"][0]["passage"]
    if address != "article":
        return address
    path, _, fragment = page.request.get("/api/v1/search?q=bridge").json()["hits"][0]["url"].partition("#")
    return f"{path}?q=bridge#{fragment}"


# ------------------------------------------------------------------------------------------------- completion


def test_arrows_choose_a_completion_and_enter_takes_it(page: Page) -> None:
    """Typing opens a list; arrows walk through it with the focus in the field, Enter takes one, then searches."""
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("peace env")
    page.wait_for_selector("[role=listbox][data-text='peace env'] [role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.count() == 1
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert page.evaluate("document.activeElement.id") == "q"
    field.press("Enter")
    assert field.input_value() == "peace envoys"
    assert page.locator("[role=listbox]").is_hidden()
    field.press("Enter")
    page.wait_for_url("**/search?q=peace+envoys")


def test_escape_closes_the_list_and_enter_searches_for_what_was_typed(page: Page) -> None:
    """Escape closes the list and leaves what was typed; without a choice, Enter searches for just that."""
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("envoy")
    page.wait_for_selector("[role=option]")
    field.press("Escape")
    assert page.locator("[role=listbox]").is_hidden()
    assert field.input_value() == "envoy"
    assert field.get_attribute("aria-expanded") == "false"
    field.press("ArrowDown")
    page.wait_for_selector("[role=option]")
    field.press("Enter")
    page.wait_for_url("**/search?q=envoy")


def test_a_list_that_answers_an_earlier_text_cannot_be_taken(page: Page) -> None:
    """Who types on while the list is open, and presses an arrow and Enter at once, searches for what was typed."""
    page.goto("/")
    field = page.get_by_role("combobox")
    field.fill("en")
    page.wait_for_selector("[role=option]")
    page.route(re.compile(r"complete\?q=env$"), lambda _: None)
    field.press("v")
    field.press("ArrowDown")
    assert page.locator("[role=option][aria-selected=true]").count() == 0
    field.press("Enter")
    page.wait_for_url("**/search?q=env")


def test_a_completion_can_be_clicked(page: Page) -> None:
    """A click takes a completion and leaves the focus in the field."""
    page.goto("/search?q=peace")
    field = page.get_by_role("combobox")
    field.fill("envo")
    page.locator("[role=option]").first.click()
    assert field.input_value() == "envoys"
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_open_list_is_accessible(page: Page) -> None:
    """The checker finds nothing while the list is open, in a narrow window too."""
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto("/search?q=peace")
        page.get_by_role("combobox").fill("en")
        page.wait_for_selector("[role=option]")
        page.get_by_role("combobox").press("ArrowDown")
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
