"""Names in a query: what they also find, what is said of it, and how it is undone."""

from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import scripts
from kb_search.engines import engine_named
from kb_search.generations import open_current, verify
from kb_search.naming import Namer
from kb_search.parsing import parse
from kb_search.query import as_typed
from kb_search.rendering import render
from kb_search.results import SearchRequest
from kb_search.search import Library
from kb_search.variants import load_variants, shipped_groups
from tests.trial import Trial

ARTICLES = {
    "a.txt": "Stepanakert was quiet. The Lachin corridor was closed. President Ilham Aliyev spoke.",
    "b.txt": "Khankendi is a town. Xankəndi şəhəri. Goris is far away.",
    "c.txt": "В Степанакерте и Ханкенди. Президент Ильхам Алиев. Встреча с Ильхамом Алиевым в Нагорном Карабахе.",
    "d.txt": "Ստեփանակերտի մեջ։ Լեռնային Ղարաբաղի մասին։",
    "e.txt": "Susa was an ancient city of Elam. Gori lies in Georgia. The Nagorno-Karabakh conflict.",
    "f.txt": "Həsənov dedi. Hasanov said so. The mountainous road to Karabakh was long.",
    "g.txt": "Khojavend fell. Martuni lies on the lake.",
    "h.txt": "Али и Гусейн пришли. Гусейнов пришёл тоже.",
}
BY_NAME = {text: name[0] for name, text in ARTICLES.items()}


def indexed(trial):
    """A trial with a collection in which a town has five names."""
    for name, text in ARTICLES.items():
        trial.write(name, text)
    trial.index()
    return trial


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """A collection in which a town has five names; only to be read."""
    return indexed(Trial(tmp_path_factory.mktemp("names")))


@pytest.fixture
def own(trial):
    """The same collection, for one test that changes it."""
    return indexed(trial)


def found(trial, text, **filters):
    """Which articles a query finds, by their letters."""
    return "".join(sorted(BY_NAME[one] for one in trial.found(text, **filters)))


@pytest.mark.parametrize(
    ("typed", "articles"),
    [
        ("Stepanakert", "abcd"),
        ("khankendi", "abcd"),
        ("Xankəndi", "abcd"),
        ("Ханкенди", "abcd"),
        ("Ստեփանակերտ", "abcd"),
        ("Aliyev", "ac"),
        ("Алиев", "ac"),
        ("Ilham Aliyev", "ac"),
        ("Nagorno-Karabakh", "cde"),
        ("Mountainous Karabakh", "cdef"),
        ("Hasanov", "f"),
        ("Stepanakert OR Gori", "abcde"),
        ("Lachin (Stepanakert OR Gori)", "a"),
        ("Stepanakert NEAR/3 quiet", "a"),
        ("Ханкенди NEAR/3 town", "b"),
        ("NOT Stepanakert", "efgh"),
        ("Stepanakert scope:article", "abcd"),
    ],
)
def test_a_name_finds_its_other_names(names, typed, articles):
    """Golden: what a name finds, wherever in a query it stands."""
    assert found(names, typed) == articles


@pytest.mark.parametrize("typed", ["=Stepanakert", '"Stepanakert"', "“Stepanakert”"])
def test_an_exact_word_and_a_quotation_are_left_as_they_are(names, typed):
    """Inside quotation marks and behind = nothing is expanded, and nothing is said."""
    assert found(names, typed) == "a"
    assert names.search(typed).notes == ()


def test_variants_can_be_switched_off(names):
    """Without variants a name is found as it was typed."""
    results = names.search("Stepanakert", variants=False)
    assert (results.passages, results.notes) == (1, ())


def test_what_a_name_also_finds_is_said_and_can_be_undone(names):
    """The note names what stands in the collection, and its suggestion asks for the name alone."""
    results = names.search("the Stepanakert road")
    (note,) = (note for note in results.notes if note.kind == "expanded")
    assert note.text == "Stepanakert"
    assert (note.start, note.end) == (4, 15)
    assert all(name in note.message for name in ("Khankendi", "Xankəndi", "Ստեփանակերտ", "Степанакерт", "Ханкенди"))
    assert "Hankendi" not in note.message
    assert note.suggestion == "the =Stepanakert road"
    assert "also matching Khankendi" in results.understood
    assert names.search(note.suggestion).passages <= results.passages


def test_the_other_names_are_marked(names):
    """What is marked is what was found."""
    (hit,) = (hit for hit in names.search("Stepanakert").hits if hit.language == "ru")
    assert [hit.text[slice(*mark)] for mark in hit.marks] == ["Степанакерте", "Ханкенди"]


def test_a_name_of_several_words_is_a_phrase_or_inflected_words_side_by_side(names):
    """`Mountainous Karabakh` as another name is no loose pair of words; in Russian each word may be inflected."""
    assert "f" not in found(names, "Nagorno-Karabakh")
    (hit,) = (hit for hit in names.search("Nagorno-Karabakh").hits if hit.language == "ru")
    assert [hit.text[slice(*mark)] for mark in hit.marks] == ["Нагорном", "Карабахе"]


def test_a_name_of_two_places_is_found_in_its_own_spellings_only(own):
    """Martuni is a town in Karabakh and one in Armenia: it does not stand for Khojavend, which stands for it."""
    own.write("i.txt", "Мартуни упоминается здесь.")
    own.index()
    results = own.search("Martuni")
    assert results.passages == 2
    assert "the name of several" in next(note.message for note in results.notes)
    assert own.search("Xocavənd").passages == 2


def test_other_names_do_not_find_what_only_their_stem_is(names):
    """Горис finds Goris and not Gori; Aliyev finds Алиев and Алиевым, and not Али; Huseynov no Гусейн alone."""
    assert found(names, "Горис") == "b"
    assert found(names, "Aliyev") == "ac"
    marks = [hit.text[slice(*mark)] for hit in names.search("Huseynov").hits for mark in hit.marks]
    assert marks == ["Гусейнов"]


@pytest.mark.parametrize("typed", ["Алиев", "Алиева", "Алиевым", "Алиев в", "президент Алиев"])
def test_a_russian_surname_finds_its_cases_and_no_given_name(trial, typed):
    """Whatever case is typed, what is found and marked is the surname.

    Snowball makes one stem of Алиев and Али, another of Алиева.
    """
    sentences = {"Президент Ильхам Алиев в зале.", "Речь президента Ильхама Алиева в зале.",
                 "Встреча с президентом Ильхамом Алиевым в зале."}  # fmt: skip
    for number, text in enumerate([*sorted(sentences), "Президент Ильхам Али в зале.", "Алиевский Ильхам, президент."]):
        trial.write(f"{number}.txt", text)
    trial.index()
    results = trial.search(typed)
    assert {hit.text.strip() for hit in results.hits} == sentences
    assert all("Алиев" in "".join(hit.text[slice(*mark)] for mark in hit.marks) for hit in results.hits)
    assert f"with {typed}".removesuffix(" в") in results.understood.replace("all of ", "").replace(", ", " ")


def test_a_russian_surname_is_found_beside_other_words_and_in_titles(trial):
    """Beside NEAR, under NOT, and as what the title helps with, it is the same surname."""
    trial.write("a.jsonl", '{"title": "Алиев и сосед", "text": "Переговоры прошли в городе."}\n'
                '{"title": "Али и сосед", "text": "Переговоры прошли, Али и Алиева спорили."}\n'
                '{"title": "Али и сосед", "text": "Переговоры прошли, Али и Осман спорили."}\n')  # fmt: skip
    trial.index()
    of_titles, of_text, neither = sorted(trial.found("переговоры"))[::1]
    assert trial.found("переговоры Алиев") == [of_titles, of_text]
    assert trial.found("Алиев NEAR/2 спорили") == [of_text]
    assert trial.found("переговоры -Алиев") == [of_titles, neither]
    assert trial.found("title:Алиев") == [of_titles]


def test_a_name_that_is_another_word_elsewhere_is_looked_for_in_its_language_alone(trial):
    """Without its accents Şuşa is Susa: it is found as Shusha's name in Azerbaijani articles and nowhere else."""
    trial.write("rows.jsonl", '{"id": "a", "text": "Şuşa bir şəhərdir.", "language": "az"}\n'
                '{"id": "b", "text": "Susa was an ancient city.", "language": "en"}\n'
                '{"id": "c", "text": "Shusha lies on a rock.", "language": "en"}\n')  # fmt: skip
    trial.index()
    assert trial.found("Shusha") == ["Shusha lies on a rock.", "Şuşa bir şəhərdir."]
    assert "Shusha lies on a rock." in trial.found("Şuşa")
    assert "Shusha lies on a rock." not in trial.found("Susa")


def test_what_was_typed_comes_before_its_rarer_names(trial):
    """A rare spelling is worth no more than the one that was typed, though BM25 would have it so."""
    for number in range(12):
        trial.write(f"{number}.txt", f"Stepanakert was quiet on day {number}.")
    trial.write("rare.txt", "Khankendi was quiet on day one.")
    trial.index()
    hits = trial.search("Stepanakert", per_page=20).hits
    assert hits[-1].text.startswith("Khankendi")


def test_a_collection_has_names_of_its_own(own):
    """`variants.toml` counts beside the shipped list, from the moment that it is written."""
    assert found(own, "Susa") == "e"
    path = own.write("variants.toml", '[[group]]\nnames = ["Susa", "Lachin corridor"]\n')
    assert found(own, "Susa") == "ae"
    assert found(own, "Lachin corridor") == "ae"
    path.write_text('[[group]]\nnames = ["Elam", "Hasanov"]\n', "utf-8")
    assert found(own, "Elam") == "ef"
    assert found(own, "Susa") == "e"


def test_a_library_notices_a_changed_list(own):
    """A list that is written or changed counts from the next question on, without an index run."""
    with closing(Library(own.settings)) as library:
        assert library.search(SearchRequest("Susa")).passages == 1
        own.write("variants.toml", '[[group]]\nnames = ["Susa", "Hasanov"]\n')
        assert library.search(SearchRequest("Susa")).passages == 2


def test_a_list_goes_with_the_index(own, tmp_path):
    """Where the articles are not at hand the list of the last run counts; one that was changed alone is news to it."""
    susa = '[[group]]\nnames = ["Susa", "Hasanov"]\n'
    for text, expected in ((susa, 2), (susa.replace("Hasanov", "Elam"), 1), ("", 1), (susa, 2), (None, 1)):
        own.write("variants.toml", text) if text is not None else own.remove("variants.toml")
        assert own.index().built
        assert not own.index().built
        verify(own.settings.index)
        with closing(Library(replace(own.settings, corpus=tmp_path / "away"))) as library:
            assert library.search(SearchRequest("Susa")).passages == expected


def test_a_list_that_cannot_be_read_stops_no_run(own):
    """A run goes on without it, and says so; what was kept of the list before stays."""
    path = own.write("variants.toml", '[[group]]\nnames = ["Susa", "Hasanov"]\n')
    own.index()
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    assert any("has more than 1 MB" in one for one in own.index().news)
    own.write("more.txt", "Gori again.")
    own.index()
    path.unlink()
    path.mkdir()
    assert not own.index().built
    path.rmdir()
    assert own.index().built


def test_a_list_of_names_is_no_article(own):
    """`variants.toml` stands among the articles and is not one."""
    own.write("variants.toml", '[[group]]\nnames = ["Gori", "Susa"]\n')
    assert "variants.toml" not in {file.path for file in own.index().files}


def test_a_broken_list_is_said_and_left_out(own):
    """A list that cannot be read takes no answer away; the notes say what is wrong with it."""
    own.write("variants.toml", "[[group]]\nnames = 3\n")
    results = own.search("Stepanakert")
    assert results.passages == 4
    assert any("variants.toml: group 1 needs a list" in note.message for note in results.notes)


def test_nothing_found_blames_the_name_as_typed(names):
    """Clauses and relaxations are said as they were typed, other names or not."""
    results = names.search("Stepanakert zzz")
    assert [(one.text, one.passages) for one in results.clauses] == [("Stepanakert", 4), ("zzz", 0)]
    assert results.relaxation.text == "Stepanakert"


def test_an_article_shows_the_other_names(names):
    """In an article opened from a search the other names are marked as in the search."""
    hit = next(hit for hit in names.search("Stepanakert").hits if hit.language == "hy")
    with closing(Library(names.settings)) as library:
        marked = library.article(hit.article, SearchRequest("Stepanakert")).marks
        plain = library.article(hit.article, SearchRequest("Stepanakert", variants=False)).marks
    assert (marked, plain) == ((hit.marks,), ((),))


#: What each word finds across scripts in a collection of these words, one an article: itself and whole forms alone.
SURNAMES = "roman Роман Романов Romanov robert Робертов general Генералов генерал genera Ленин Lenin Лен"


@pytest.fixture(scope="module")
def surnames(tmp_path_factory):
    """A collection of surnames and of the words that are left of them without their endings; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("surnames"))
    for word in SURNAMES.split():
        trial.write(f"{word}.txt", f"{word}.")
    trial.index()
    return trial


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("Романов", {"romanov"}),
        ("Робертов", set()),
        ("Генералов", set()),
        ("Roman", set()),
        ("Romanov", {"романов"}),
        ("robert", set()),
        ("генерал", {"general"}),
        ("general", {"генерал"}),
        ("genera", set()),
        ("Lenin", {"ленин"}),
    ],
)
def test_across_scripts_whole_words_meet_and_no_stems(surnames, typed, also):
    """A Russian surname never meets a word without its ending, in either direction, nor is such a word marked."""
    other = scripts.script("Ж") if typed.isascii() else scripts.script("z")
    hits = surnames.search(typed, per_page=20).hits
    marked = {hit.text[slice(*mark)].lower() for hit in hits for mark in hit.marks}
    assert {word for word in marked if scripts.script(word) == other} == also


@pytest.fixture(scope="module")
def friends(tmp_path_factory):
    """Words that sound alike in two languages and mean different things; only to be read."""
    trial = Trial(tmp_path_factory.mktemp("friends"))
    trial.write("en.txt", "A Roman patron, his saray and his angina.")
    trial.write("ru.txt", "Это роман, патрон, сарай, ангина.")
    trial.index()
    return trial


@pytest.mark.parametrize("typed", ["Roman", "patron", "saray", "angina", "Роман", "патрон", "сарай", "ангина"])
def test_a_word_never_finds_its_false_friend(friends, typed):
    """A novel is not Roman: common words of one sound in two languages are left apart, and nothing is said of them."""
    results = friends.search(typed)
    assert (results.passages, results.notes) == (1, ())


def test_a_name_of_the_lists_meets_in_its_inflections(trial):
    """Of a name that a list knows any case meets, typed or in the collection; of a surname its own cases only."""
    trial.write("a.txt", "В Степанакерте тихо. Говорили с Алиевым. Али пришёл.")
    trial.write("b.txt", "Stepanakert was quiet. Aliyev spoke.")
    trial.index()
    assert len(trial.found("Степанакерту")) == 2
    assert len(trial.found("Алиевым")) == 2
    marks = [hit.text[slice(*mark)] for hit in trial.search("Aliyev").hits for mark in hit.marks]
    assert sorted(marks) == ["Aliyev", "Алиевым"]


@pytest.mark.parametrize("typed", ["Nagorno-Karabakh", "the Ilham Aliyev road"])
def test_no_query_is_suggested_for_a_name_of_several_words(names, typed):
    """A quotation asks something else, so the note says how to switch other names off instead."""
    (note,) = (note for note in names.search(typed).notes if "also searched" in note.message)
    assert note.suggestion is None
    assert note.message.endswith("(variants=off, --no-variants).")


@pytest.mark.parametrize("typed", ["Xankendi", "xankandi", "Ilham Eliyev"])
def test_a_name_of_the_lists_is_known_without_its_schwa(names, typed):
    """Who has no ə types e or a: the name is that of the list all the same."""
    assert found(names, typed) == found(names, "Ilham Aliyev" if " " in typed else "Stepanakert")


def test_a_name_without_its_schwa_is_no_other_word(names):
    """Tərtər is not known as Tartar, which is a people, and a name in a list goes before one without its schwa."""
    table = load_variants(names.settings.corpus, "caucasus")
    assert table.of(("tartar",), "Tartar") == []
    assert [group.origin for group in table.of(("terter",), "Terter")] == ["caucasus.json"]


NAMES = [name.text for group in shipped_groups("caucasus")[:40] for name in group.names]
PIECES = st.sampled_from([*NAMES, "OR", "NOT", "(", ")", '"', "NEAR/2", "title:", "and", "^2", "xyzzy", "=", "-"])


@pytest.fixture(scope="module")
def namer(tmp_path_factory):
    """The namer of a collection that has every name of the first groups of the shipped list."""
    trial = Trial(tmp_path_factory.mktemp("namer"))
    trial.write("a.txt", ". ".join(NAMES) + ".")
    trial.index()
    opened = open_current(trial.settings.index)
    reader = engine_named(opened.manifest.engine).reader(opened.folder)
    yield Namer(load_variants(trial.settings.corpus, trial.settings.variants), reader)
    reader.close()
    opened.close()


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_naming_never_changes_what_was_typed(namer, text):
    """Whatever is asked: without the other names the tree is the parser's, and it is rendered as that."""
    query = parse(text, ("en", "ru"))
    named = namer.named(query)
    assert as_typed(named.tree) == as_typed(query.tree)
    assert render(named.tree) == render(query.tree)
    for note in named.notes[len(query.notes) :]:
        assert note.kind == "expanded"
        assert text[note.start : note.end] == note.text


@pytest.mark.parametrize("typed", ["Степанакерте", "Степанакерта", "Ստեփանակերտում"])
def test_a_name_in_another_case_finds_what_the_name_finds(names, typed):
    """A case of a listed name stands for its group; the note says so and how it is undone."""
    assert found(names, typed) == "abcd"
    (note,) = names.search(typed).notes
    assert "Khankendi" in note.message
    assert note.suggestion == f"={typed}"


def test_a_surname_in_another_case_finds_the_surname_elsewhere(names):
    """Алиевым finds Aliyev, and neither Али nor any other name."""
    assert found(names, "Алиевым") == "ac"


def test_goris_does_not_find_gori(own):
    """A listed name is not found as its stem, where that is another word of the collection."""
    own.write("j.txt", "Goris has two bridges. They met in Goris's hall.")
    own.index()
    found_in = [own.search(typed).passages for typed in ("Goris", "=Goris")]
    assert found_in == [2, 2]
    assert "gori" not in {hit.text[slice(*mark)].lower() for hit in own.search("Goris").hits for mark in hit.marks}


def test_a_name_of_several_is_said_to_be_one_even_alone(names):
    """Where no other spelling stands in the collection, the note that it is the name of several comes all the same."""
    (note,) = names.search("Martuni").notes
    assert (note.kind, note.text) == ("info", "Martuni")
    assert "the name of several (town in Karabakh; town on Lake Sevan in Armenia)" in note.message


def test_no_name_is_listed_twice(trial):
    """A name that is Azerbaijani and Turkish is said once."""
    trial.write("az.txt", "Şuşa şəhəri qədim və gözəl bir şəhərdir, orada çox insan yaşayır və işləyir.")
    trial.write("tr.txt", "Şuşa şehri çok eski ve güzel bir şehirdir, orada birçok insan yaşıyor ve çalışıyor.")
    trial.write("en.txt", "Shusha is an old town on a hill, and many people have lived and worked there.")
    trial.index()
    results = trial.search("Shusha")
    assert all((note.message + results.understood).count("Şuşa") <= 2 for note in results.notes)
    assert results.understood.count("Şuşa") == 1
