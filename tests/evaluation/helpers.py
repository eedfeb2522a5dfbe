"""A small judged collection in a folder."""

import json

DOCUMENTS = [
    {"id": "d1", "title": "Peace talks", "text": "The envoys talked of peace in the valley. They talked all night."},
    {"id": "d2", "title": "", "text": "A bridge was mended in the valley, and the toll was lowered."},
    {"id": 3, "title": "The bridge toll", "text": ""},
    {"id": "d4", "title": "", "text": "Snow fell on the border."},
    {"id": "d5", "title": " ", "text": " "},
]
QUESTIONS = [
    {"id": "q1", "text": "talks about peace"},
    {"id": "q2", "text": "the bridge"},
    {"id": "q3", "text": "zebra"},
]
GRADES = "q1\td1\t2\nq2\td2\t1\nq2\t3\t2\nq3\td4\t1\n"


def write_judged(folder, documents=None, questions=None, grades=GRADES):
    """Write the collection, or another one."""
    folder.mkdir(exist_ok=True)
    for name, rows in (("docs", documents or DOCUMENTS), ("queries", questions or QUESTIONS)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    if grades is not None:
        (folder / "qrels.tsv").write_text(grades, "utf-8")
    return folder
