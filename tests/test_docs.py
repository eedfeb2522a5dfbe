"""The documents keep their word: commands run, links lead somewhere, and the layers are drawn as they are tested."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from kb_search.config import Settings
from tests.test_layers import LAYERS, modules

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])

# What begins like this starts a server, a container or the tests, and is left out.
NOT_RUN = ("make ", "kb-search serve", "docker ", "git clone")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NOT_SEARCHED_LINK = re.compile(r"^(https?:|#|mailto:)")


def blocks(document):
    """The fenced blocks of a document: language and lines."""
    text = document.read_text("utf-8")
    return [(found[1], found[2].splitlines()) for found in FENCED.finditer(text)]


def commands(document):
    """The commands of a document's console blocks, in order."""
    lines = [line for language, block in blocks(document) if language == "console" for line in block]
    return [line[2:] for line in lines if line.startswith("$ ") and not line[2:].startswith(NOT_RUN)]


WITH_COMMANDS = [document for document in DOCUMENTS if commands(document)]


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.name)
def test_fenced_commands_of_a_document_run(document, tmp_path):
    """Every command in a console block ends well, in order, in a folder with the sample collection."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in commands(document):
        done = subprocess.run(
            shlex.split(command), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


def test_the_readme_has_commands_to_run():
    """The README shows how to index and search, so that the test above has something to hold."""
    assert any(command.startswith("kb-search index") for command in commands(ROOT / "README.md"))
    assert any(command.startswith("kb-search search") for command in commands(ROOT / "README.md"))


def test_the_two_commands_stand_on_the_first_screen_of_the_readme():
    """`make run` and `make test` stand within the README's first thirty lines."""
    first = (ROOT / "README.md").read_text("utf-8").splitlines()[:30]
    assert any(line.startswith("make run") for line in first)
    assert any(line.startswith("make test") for line in first)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(document):
    """A relative link names a file that exists."""
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text("utf-8")):
        if not NOT_SEARCHED_LINK.match(target):
            assert (document.parent / target.partition("#")[0]).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_fenced_blocks_that_are_not_run_say_so(document):
    """A shell block that the test above leaves out holds only commands that start a server, a container or tests."""
    for language, lines in blocks(document):
        if language in {"sh", "bash", "shell"}:
            text = "\n".join(lines)
            assert any(name.strip() in text for name in (*NOT_RUN, "pytest", "benchmarks/")), text


def test_every_setting_is_told():
    """The README or docs/ENGINES.md names each setting."""
    told = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/ENGINES.md"))
    assert not [setting.name for setting in fields(Settings) if f"`{setting.name}`" not in told]


def test_each_module_has_a_task_in_the_architecture():
    """The tables of docs/ARCHITECTURE.md name each module once, by its dotted name, and no other."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"^\| `([\w.]+)` \| \S", text, re.MULTILINE)
    assert sorted(named) == sorted(modules())


def test_the_table_of_layers_in_the_architecture_is_the_tested_one():
    """docs/ARCHITECTURE.md draws the layers as the test holds them, but for units that are still to come."""
    drawn = [
        row for _, block in blocks(ROOT / "docs" / "ARCHITECTURE.md") for row in [[line.split() for line in block]]
    ]
    there = {path.stem for path in (ROOT / "src" / "kb_search").iterdir()}
    tested = [[unit for unit in row.split() if unit in there] for row in LAYERS.strip().splitlines()]
    assert [sorted(row) for row in tested] in [[sorted(row) for row in table] for table in drawn]
