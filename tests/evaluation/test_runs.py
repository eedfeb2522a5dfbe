"""Runs as TREC keeps them."""

from itertools import pairwise

import pytest

from kb_search.errors import UsageError
from kb_search.evaluation.runs import Scored, read_run, write_run


def test_a_run_is_written_and_read(tmp_path):
    """A run has six columns, ranks from 1 for each question, and is read as it was."""
    run = (Scored("q1", "a", 2.5), Scored("q1", "b", 1.0), Scored("q2", "a", 0.5))
    write_run(tmp_path / "x.run", run, "tag")
    lines = (tmp_path / "x.run").read_text("utf-8").splitlines()
    assert [line.split()[3] for line in lines] == ["1", "2", "1"]
    assert lines[0] == "q1 Q0 a 1 2.500000000 tag"
    assert read_run(tmp_path / "x.run") == run


def test_ties_keep_their_order_in_other_tools(tmp_path):
    """Scores fall strictly, since tools sort by them alone and break ties in ways of their own."""
    write_run(tmp_path / "x.run", [Scored("q", str(number), 1.0) for number in range(1000)], "tag")
    read = read_run(tmp_path / "x.run")
    assert all(one.score > other.score for one, other in pairwise(read))
    assert [one.document for one in read] == [str(number) for number in range(1000)]


@pytest.mark.parametrize("line", ["q Q0 d 1 2", "q Q0 d 1 nan tag", "q Q0 d 1 high tag", "a b"])
def test_a_line_that_is_none_of_a_run_is_named(tmp_path, line):
    """What cannot be read is an error with file and line."""
    (tmp_path / "x.run").write_text(f"q Q0 d 1 2 tag\n{line}\n", "utf-8")
    with pytest.raises(UsageError, match=r"x\.run, line 2"):
        read_run(tmp_path / "x.run")


def test_a_run_that_cannot_be_written_is_said(tmp_path):
    """A path in a folder that is not there is an error, not a traceback."""
    with pytest.raises(UsageError, match="cannot be written"):
        write_run(tmp_path / "nowhere" / "x.run", [], "tag")
