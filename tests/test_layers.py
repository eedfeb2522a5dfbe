"""Which way imports point, and which library is at home where."""

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "kb_search"

# A unit imports only from lines below its own; units on one line are strangers. A package counts as one unit.
LAYERS = """
__main__
cli
commands
web evaluation
indexer search watching
answering workers together following
aids asking
planning previous ranking highlight facets suggest collocations spellings expanding naming relaxing remarks likeness
namefinding transcription
corpus engines journal duplicates silence sidecars inflections endings fieldvalues knownnames
reading
loaders passages parsing columnwriter latentwriter copies generations wire variants
parser
clauses fingerprints reprints contents stopwords nearness
filters rendering signs
sentences query notes overview latentlearner records numbering
scripts latent wording weakwords
datecounts results analysis abbreviations paragraphs lexing filelist manifest nursery columns
document language arrays runhashes declension falsefriends
languagemodel
config
errors disk
"""

# Each library with the units that may import it.
OWNERS = {
    "bs4": {"loaders"},
    "lxml": {"loaders"},
    "trafilatura": {"loaders"},
    "yaml": {"loaders"},
    "charset_normalizer": {"loaders"},
    "mammoth": {"loaders"},
    "markdown_it": {"loaders"},
    "pypdfium2": {"loaders"},
    "snowballstemmer": {"analysis"},
    "nltk": {"sentences", "collocations"},
    "py3langid": {"languagemodel"},
    "anyascii": {"scripts"},
    "flask": {"web"},
    "werkzeug": {"web"},
    "markupsafe": {"web"},
    "jinja2": {"web"},
    "whoosh": {"engines.whoosh"},
    "tantivy": {"engines.tantivy"},
    "opensearchpy": {"engines.cluster"},
    "numpy": {
        "arrays",
        "columns",
        "columnwriter",
        "copies",
        "datecounts",
        "duplicates",
        "engines",
        "evaluation",
        "facets",
        "fingerprints",
        "languagemodel",
        "latent",
        "latentlearner",
        "latentwriter",
        "numbering",
        "passages",
        "ranking",
        "reprints",
        "runhashes",
        "silence",
        "suggest",
        "wording",
    },
    "scipy": {"latentlearner"},
    "ir_measures": {"evaluation.measures"},
    "rapidfuzz": {"engines", "suggest", "spellings"},
    "tomlkit": {"sidecars"},
    "watchfiles": {"watching"},
    "click": {"cli", "commands"},
    "rich": {"commands"},
    "waitress": {"commands"},
    "fcntl": {"generations"},
}


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name below `kb_search`."""
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCE.rglob("*.py")
        if path != SOURCE / "__init__.py"
    }


@cache
def parsed(path: Path) -> ast.Module:
    """The source of a module as a tree, read once."""
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """All import statements of a module, wherever they stand."""
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)]


def imported_names(path: Path) -> set[str]:
    """The dotted names that a module imports; `from kb_search import x` counts as `kb_search.x`."""
    names = set()
    for node in imports(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif node.module == "kb_search":
            names |= {f"kb_search.{alias.name}" for alias in node.names}
        else:
            names.add(node.module or "")
    return names


def level(unit: str) -> int:
    """The line of a unit, counted from below; -1 where it has none."""
    rows = [row.split() for row in reversed(LAYERS.strip().splitlines())]
    return next((number for number, row in enumerate(rows) if unit in row), -1)


@pytest.mark.parametrize("name", sorted(modules()))
def test_module_imports_only_from_layers_below(name):
    """A unit has a place in the table and imports only from lines below its own."""
    unit = name.split(".")[0]
    assert level(unit) >= 0, f"{unit} has no place in the table of layers"
    for imported in imported_names(modules()[name]):
        if not imported.startswith("kb_search.") or imported == "kb_search.__version__":
            continue
        other = imported.split(".")[1]
        assert other == unit or level(other) < level(unit), f"{name} may not import {imported}"


@pytest.mark.parametrize("name", sorted(modules()))
def test_library_is_imported_only_where_it_is_at_home(name):
    """Each library is imported by its owner alone, so that it can be replaced in one place."""
    for imported in imported_names(modules()[name]):
        owners = OWNERS.get(imported.split(".")[0])
        if owners:
            at_home = any(name == owner or name.startswith(f"{owner}.") for owner in owners)
            assert at_home, f"{name} may not import {imported}; {sorted(owners)} may"


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_stand_at_the_top(name):
    """No import hides in a function; what is loaded late goes through importlib, in a few places that say why."""
    at_top = [node for node in parsed(modules()[name]).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len(imports(modules()[name])) == len(at_top)
    if "importlib" in {one.split(".")[0] for one in imported_names(modules()[name])}:
        assert name in {
            "cli", "collocations", "commands.indexing", "engines", "loaders", "latentwriter", "evaluation.measures",
        }  # fmt: skip


def test_no_unit_of_the_table_is_written_twice():
    """The table of layers names each unit once."""
    units = LAYERS.split()
    assert len(units) == len(set(units))
