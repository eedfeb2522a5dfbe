import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from kb_search import languagemodel

TEXTS = [
    "The two sides met in the valley on Tuesday and spoke about the road, the water and the school.",
    "Переговоры закончились поздно вечером, и стороны договорились о новой встрече в ноябре этого года.",
    "Переговори завершилися пізно ввечері, і сторони домовилися про нову зустріч у листопаді цього року.",
    "Görüşmeler dün akşam geç saatlerde sona erdi ve taraflar kasım ayında yeniden buluşmaya karar verdi.",
    "Բանակցություններն ավարտվեցին ուշ երեկոյան, և կողմերը պայմանավորվեցին կրկին հանդիպել նոյեմբերին։",
    "მოლაპარაკებები გვიან საღამოს დასრულდა და მხარეები ნოემბერში ხელახლა შეხვდებიან.",
    "会谈于周二深夜结束，双方同意十一月再次会面。",
    "LES ENTRETIENS SE SONT TERMINÉS TARD DANS LA SOIRÉE",
    "12 :: ?",
    "",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A user's cache that is empty at first."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder / "kb-search"


@pytest.fixture(scope="module")
def shipped():
    """The library's own identifier."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.fixture(scope="module")
def mapped(place):
    """The identifier over a copy in the cache."""
    languagemodel.identifier()
    return languagemodel.identifier()


@pytest.fixture
def once(monkeypatch, shipped):
    """The library's model is not unpacked again, which takes a second: who asks for it gets the one that there is."""
    monkeypatch.setattr(languagemodel.LanguageIdentifier, "from_model_file", lambda *_, **__: shipped)


def copy_in(place):
    """The one copy that stands in the cache."""
    (copy,) = place.iterdir()
    return copy


def is_mapped(identifier):
    """Whether an identifier reads a copy, and has not unpacked the library's model."""
    return isinstance(identifier.tk_nextmove, memoryview)


def test_the_model_is_unpacked_once(place, mapped):
    """The first call leaves a copy in the user's cache, whole and alone, and later ones map it."""
    assert is_mapped(mapped)
    assert {path.suffix for path in copy_in(place).iterdir()} == {".npy", ""}


def assert_alike(mapped, shipped, text):
    """The same languages in the same order, each as likely."""
    ours, theirs = mapped.rank(text), shipped.rank(text)
    assert [one for one, _ in ours] == [one for one, _ in theirs]
    assert [likely for _, likely in ours] == pytest.approx([likely for _, likely in theirs], abs=1e-6)


@pytest.mark.parametrize("text", TEXTS)
def test_a_copy_answers_as_the_library_does(text, mapped, shipped):
    """Every language is told with the probability that the library gives it."""
    assert is_mapped(mapped)
    assert not is_mapped(shipped)
    assert_alike(mapped, shipped, text)


@given(text=st.text(max_size=300))
def test_any_text_is_told_alike(text, mapped, shipped):
    """Whatever is asked, copy and library put the languages in the same order."""
    assert_alike(mapped, shipped, text)


def cut(path):
    """The first half of a file is left."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    """Nothing of a file is left."""
    path.write_bytes(b"")


def spoil(path):
    """One bit in the midst of a file is another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "harm"),
    [("probabilities.npy", cut), ("moves.npy", spoil), ("moves.npy", Path.unlink), ("names.npy", empty), ("sums", cut)],
)
@pytest.mark.usefixtures("once")
def test_a_damaged_copy_is_made_anew(name, harm, place, mapped):
    """A copy that is cut, changed or lacks a file is noticed when it is opened, and replaced by a whole one."""
    assert is_mapped(mapped)
    path = copy_in(place) / name
    fresh = path.with_name("fresh")
    shutil.copy(path, fresh)
    fresh.replace(path)  # the mapped one stays what it was
    harm(path)
    assert not is_mapped(languagemodel.identifier())
    assert is_mapped(languagemodel.identifier())


@pytest.mark.usefixtures("once")
def test_copies_of_other_versions_go(place, mapped):
    """Where a copy is written, those that another version of the library has left are removed; nothing else is."""
    assert is_mapped(mapped)
    copy = copy_in(place)
    other, stranger = place / "languages-1-0123456789abcdef", place / "0123456789abcdef"
    copy.rename(other)
    stranger.mkdir()
    languagemodel.identifier()
    assert {path.name for path in place.iterdir()} == {copy.name, stranger.name}
    stranger.rmdir()


def test_without_a_cache_all_goes_on(tmp_path, monkeypatch):
    """Where no copy can be written, the library's own model answers."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    made = languagemodel.identifier()
    assert not is_mapped(made)
    assert made.classify(TEXTS[0])[0] == "en"
