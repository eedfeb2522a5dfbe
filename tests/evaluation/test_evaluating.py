"""`kb-search evaluate`: the contract that scripts rely on."""

import json

import pytest

from kb_search import cli
from kb_search.evaluation.runs import DEPTH, read_run
from tests.evaluation.helpers import DOCUMENTS, GRADES, write_judged


@pytest.fixture
def evaluate(capsys):
    """Runs the command, and gives its exit code and what it printed."""

    def evaluated(*arguments):
        code = cli.run(["evaluate", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return evaluated


def test_what_is_measured_stands_beside_the_baseline(tmp_path, evaluate):
    """The answer has the measures, those of plain BM25 from the same run, and how sure both are."""
    code, out, err = evaluate(write_judged(tmp_path / "small"), "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert {key: answer[key] for key in ("collection", "documents", "queries", "judged")} == {
        "collection": "small", "documents": 5, "queries": 3, "judged": 3,
    }  # fmt: skip
    assert set(answer["measures"]) == {"nDCG@10", "AP", "R@100", "P@10"} <= set(answer["baseline"])
    assert answer["measures"]["AP"] == pytest.approx(2 / 3)
    for low, high in answer["intervals"].values():
        assert 0 <= low <= high <= 1
    assert set(answer["baseline"]["p"]) == set(answer["baseline"]["difference"]) == set(answer["measures"])


def test_a_run_can_be_measured_by_others(tmp_path, evaluate):
    """--run writes what was measured; compared with itself there is no difference."""
    folder, path = write_judged(tmp_path / "small"), tmp_path / "ours.run"
    evaluate(folder, "--run", path)
    assert {one.question for one in read_run(path)} == {"q1", "q2"}
    _, out, _ = evaluate(folder, "--compare", path, "--json")
    compared = json.loads(out)["compared"]
    assert set(compared["difference"].values()) == {0}
    assert set(compared["p"].values()) == {1}


def test_a_run_of_another_collection_is_refused(tmp_path, evaluate):
    """A run whose documents or questions are none of these would be 0 throughout: the message names the file."""
    path = tmp_path / "theirs.run"
    for line in ("q1 Q0 elsewhere 1 3.5 other\n", f"elsewhere Q0 {DOCUMENTS[0]['id']} 1 3.5 other\n", ""):
        path.write_text(line, "utf-8")
        code, _, err = evaluate(write_judged(tmp_path / "small"), "--compare", path)
        assert code == 2
        assert f"{path} ranks no document of small for any of its questions" in err


def test_a_run_has_a_thousand_documents_at_most(tmp_path, evaluate):
    """A question that finds everything keeps the best thousand."""
    rows = [{"id": f"d{number}", "text": f"Peace number {number} in the valley."} for number in range(DEPTH + 30)]
    path = tmp_path / "ours.run"
    evaluate(write_judged(tmp_path / "large", documents=rows), "--run", path)
    first = [one for one in read_run(path) if one.question == "q1"]
    assert len(first) == len({one.document for one in first}) == DEPTH


def test_without_judgements_a_run_is_written_all_the_same(tmp_path, evaluate):
    """Where nothing is judged there are no measures, and that is no error."""
    folder, path = write_judged(tmp_path / "small", grades=None), tmp_path / "ours.run"
    code, out, _ = evaluate(folder, "--run", path, "--json")
    assert code == 0
    assert json.loads(out)["measures"] == {}
    assert json.loads(out)["notes"] == ["No question is judged in qrels.tsv, so nothing is measured."]
    assert read_run(path)
    (folder / "queries.jsonl").write_text("", "utf-8")
    code, out, _ = evaluate(folder)
    assert (code, "Note: queries.jsonl asks nothing." in out) == (0, True)


def test_judgements_of_what_is_not_there_are_said(tmp_path, evaluate):
    """What is not asked is left out of the means; such questions, and missing documents, are named, some of many."""
    _, out, _ = evaluate(write_judged(tmp_path / "small"), "--json")
    before = json.loads(out)
    assert before["notes"] == []
    more = "".join(f"x{number:02}\td1\t1\n" for number in range(12)) + "q3\td404\t0\n"
    folder = write_judged(tmp_path / "small", grades=GRADES + more)
    _, out, _ = evaluate(folder, "--json")
    after = json.loads(out)
    assert (after["queries"], after["judged"], after["measures"]) == (3, 3, before["measures"])
    assert after["baseline"] == before["baseline"]
    [note] = after["notes"]
    assert "x00, x01, x02, x03, x04, x05, x06, x07 and 4 more" in note
    _, out, _ = evaluate(write_judged(tmp_path / "small", grades=GRADES + "q3\td404\t1\n"))
    assert "Note: Judged an answer in qrels.tsv but not in docs.jsonl, so never found: d404." in out


def test_a_person_reads_a_table(tmp_path, evaluate):
    """Without --json each measure stands with its interval, and the baseline with the difference."""
    code, out, _ = evaluate(write_judged(tmp_path / "small"))
    assert code == 0
    assert "5 documents, 3 questions, 3 of them judged" in out
    assert "beside the baseline run" in out


def test_what_cannot_be_evaluated_is_one_sentence(tmp_path, evaluate):
    """A folder without documents is wrong usage, and documents without any text leave nothing to find."""
    code, _, err = evaluate(tmp_path)
    assert code == 2
    assert "docs.jsonl cannot be read" in err
    code, out, err = evaluate(write_judged(tmp_path / "empty", documents=[DOCUMENTS[4]]), "--json")
    assert code == 0, err
    assert json.loads(out)["measures"]["AP"] == 0
