"""Completion, related words, other names and did-you-mean, as pages and programs get them."""

from urllib.parse import quote

from flask.testing import FlaskClient

from tests.web.test_api import check


def test_completions_are_what_the_description_says(client: FlaskClient) -> None:
    """`/api/v1/complete` completes the last word, and answers anything that can be typed."""
    answer = check(client, "/api/v1/complete?q=peace+env", "/api/v1/complete")
    assert [one["text"] for one in answer["completions"]] == ["peace envoys"]
    for typed in ("", "%", "<script>", "\x00", "a" * 5000, "peace "):
        assert check(client, f"/api/v1/complete?q={quote(typed)}", "/api/v1/complete")["completions"] == []


def test_completions_without_an_index_say_so(empty_client: FlaskClient) -> None:
    """Without an index there is an error with a sentence, not an empty answer."""
    assert check(empty_client, "/api/v1/complete?q=a", "/api/v1/complete", 503)["error"]["kind"] == "index_missing"


def test_a_misspelt_word_is_asked_about(client: FlaskClient) -> None:
    """The page asks whether another word was meant, with a link to it."""
    page = client.get("/search?q=envyos").get_data(as_text=True)
    assert 'Did you mean <a href="/search?q=envoys"><bdi>envoys</bdi></a>?' in page


def test_other_names_are_said_with_a_way_back(client: FlaskClient) -> None:
    """Where names were also searched for otherwise, the page says so and links to the search without."""
    page = client.get("/search?q=Baku").get_data(as_text=True)
    assert "“Baku” was also searched for as Баку." in page
    assert '<a href="/search?q=Baku&amp;variants=off">Search names only as they are typed</a>' in page
    assert "<mark>Баку</mark>" in page
    plain = client.get("/search?q=Baku&variants=off").get_data(as_text=True)
    assert "also searched" not in plain
    assert "Find other spellings of names too" in plain


def test_related_words_are_links(client: FlaskClient) -> None:
    """The page of related words adds each of them to the search, filters kept."""
    page = client.get("/related?q=treaty&source=Herald").get_data(as_text=True)
    assert "Words that stand beside these" in page
    assert "/search?q=treaty+envoys&amp;source=Herald" in page or "/search?q=treaty+agreed&amp;source=Herald" in page
    assert '<a href="/search?q=treaty&amp;source=Herald">Back to the passages</a>' in page


def test_related_words_are_offered_where_there_are_marks(client: FlaskClient) -> None:
    """A search for words links to what stands beside them; browsing everything does not, nor does an empty answer."""
    assert 'href="/related?q=treaty"' in client.get("/search?q=treaty").get_data(as_text=True)
    assert "/related" not in client.get("/search?q=*").get_data(as_text=True)
    assert "/related" not in client.get("/search?q=xyzzy").get_data(as_text=True)
    assert "too few passages" in client.get("/related?q=xyzzy").get_data(as_text=True)
