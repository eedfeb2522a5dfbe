"""The tree of errors: what is drawn at the top of the module is what there is."""

import ast
import re
from pathlib import Path

import pytest

from kb_search import errors
from kb_search.errors import KbSearchError

SOURCE = Path(errors.__file__).parent


def classes(base=KbSearchError):
    """The errors of the module, each after the one that it is a case of."""
    yield base
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from classes(child)


def drawn():
    """Name, depth, exit code and status of each line of the drawing; None where the line leaves one out."""
    for line in errors.__doc__.splitlines():
        found = re.match(r"^    ([│ ├└─]*)(\w+)(?: +exit (\d) +)?(?: *(\d{3}))?(?:\s|$)", line)
        if found:
            depth = len(found[1]) // 4
            yield found[2], depth, *(int(part) if part else None for part in (found[3], found[4]))


DRAWN = list(drawn())


def test_the_drawing_shows_every_error_under_its_parent():
    """The names and the branches of the drawing are the classes and their bases."""
    branch, tree = [], {}
    for name, depth, _, _ in DRAWN:
        branch[depth:] = [name]
        tree[name] = branch[depth - 1] if depth else "Exception"
    assert tree == {one.__name__: one.__bases__[0].__name__ for one in classes()}


@pytest.mark.parametrize(("name", "exit_code", "status"), [(name, code, status) for name, _, code, status in DRAWN])
def test_the_drawing_tells_exit_code_and_status(name, exit_code, status):
    """What is drawn beside an error is what a program that ends with it returns, and what a page answers."""
    error = getattr(errors, name)
    assert exit_code in (error.exit_code, None)
    assert status in (error.http_status, None)


def test_the_branches_without_figures_inherit_them():
    """Where the drawing leaves the figures out, they are those of the branch."""
    for name, _, exit_code, _ in DRAWN:
        if exit_code is None:
            assert issubclass(getattr(errors, name), errors.IndexProblem)
            assert (getattr(errors, name).exit_code, getattr(errors, name).http_status) == (3, 503)


@pytest.mark.parametrize("error", list(classes()), ids=lambda error: error.__name__)
def test_every_error_says_what_it_is(error):
    """Each has a docstring, a stable kind, an exit code of the four and an HTTP status for faults."""
    assert error.__doc__
    assert re.fullmatch(r"[a-z_]+", error.kind)
    assert error.exit_code in (0, 1, 2, 3)
    assert 400 <= error.http_status < 600
    assert str(error("Cannot read it.")) == "Cannot read it."


def test_kinds_are_different():
    """The kind that a JSON answer carries names one error and no other."""
    kinds = [error.kind for error in classes()]
    assert len(set(kinds)) == len(kinds)


def test_errors_that_live_elsewhere_are_named():
    """A reader of the drawing is told of every error that is defined in another module."""
    names = {error.__name__ for error in classes()}
    elsewhere = [
        node.name
        for path in SOURCE.rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in names for base in node.bases)
    ]
    assert [name for name in elsewhere if f"`{name}`" not in errors.__doc__] == []


def test_no_error_is_raised_bare():
    """Whoever raises one of these errors says what happened."""
    names = {error.__name__ for error in classes()}
    bare = [
        f"{path.name}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and is_bare(node.exc, names)
    ]
    assert bare == []


def is_bare(node, names):
    """Whether an expression names one of these errors, and nothing is said with it."""
    if isinstance(node, ast.Call) and not node.args:
        node = node.func
    return isinstance(node, ast.Name) and node.id in names
