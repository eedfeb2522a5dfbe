from hypothesis import given, settings
from hypothesis import strategies as st

from kb_search.web.runs import GAP, Run, cut, excerpt


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, tuple[tuple[int, int], ...], tuple[int, int]]:
    """A text, marks in order that do not overlap, and a window."""
    text = draw(st.text(max_size=40))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    marks = tuple(zip(edges[::2], edges[1::2], strict=False))
    window = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    return text, marks, (window[0], window[1])


@settings(deadline=None)
@given(marked_texts())
def test_runs_join_back_to_the_text(case: tuple[str, tuple[tuple[int, int], ...], tuple[int, int]]) -> None:
    """The runs of a window are its text, whatever is marked."""
    text, marks, (start, end) = case
    assert "".join(run.text for run in cut(text, marks, (start, end))) == text[start:end]


@settings(deadline=None)
@given(marked_texts())
def test_marked_runs_are_the_marks(case: tuple[str, tuple[tuple[int, int], ...], tuple[int, int]]) -> None:
    """In a whole text each mark is one run with its number, and it begins there."""
    text, marks, _ = case
    runs = [run for run in cut(text, marks) if run.mark]
    assert [(run.mark, run.text) for run in runs] == [
        (number, text[start:end]) for number, (start, end) in enumerate(marks, 1)
    ]
    assert all(run.first for run in runs)


def test_a_mark_over_a_border_has_one_name_and_two_runs() -> None:
    """Where a window cuts a mark, its number stays and only the first half is its beginning."""
    left = cut("peace talks", [(0, 11)], (0, 6), number=4)
    right = cut("peace talks", [(0, 11)], (6, 11), number=4)
    assert left == (Run("peace ", mark=4, first=True),)
    assert right == (Run("talks", mark=4, first=False),)


def test_words_left_out_are_a_visible_gap() -> None:
    """An excerpt shows a gap before, between and after its spans, and none where nothing is missing."""
    text = "One. Two. Three. Four."
    assert excerpt(text, (), ((5, 9), (17, 22))) == (GAP, Run("Two."), GAP, Run("Four."))
    assert excerpt(text, ((0, 3),), ((0, 22),)) == (Run("One", 1, first=True), Run(". Two. Three. Four."))


def test_an_excerpt_of_nothing_is_a_gap() -> None:
    """A text of which nothing is shown is one gap; an empty text is nothing."""
    assert excerpt("One.", (), ()) == (GAP,)
    assert excerpt("", (), ()) == ()
