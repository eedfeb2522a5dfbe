"""The shipped list is what its table says, and the table says of GeoNames what is so."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GEONAMES = ROOT.parent / "shared" / "data" / "names" / "places.jsonl"


@pytest.fixture(scope="module")
def maker():
    """The program that makes the list, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("make_variants", ROOT / "tools" / "make_variants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(maker):
    """The groups of the table."""
    return list(maker.entries(maker.TABLE.read_text("utf-8")))


def test_the_shipped_list_is_made_from_the_table(maker, table):
    """Nobody changed the product by hand, or the table without making it anew."""
    assert maker.PRODUCT.read_text("utf-8") == maker.product(table)
    assert "CC BY 4.0" in json.loads(maker.PRODUCT.read_text("utf-8"))["source"]


def test_what_is_said_to_be_in_geonames_is_there(maker, table):
    """Every spelling without a `*` in a group that names its place is one of GeoNames."""
    if not GEONAMES.exists():
        pytest.skip("the extract of GeoNames does not stand beside this checkout")
    assert list(maker.faults(table, maker.known_spellings(GEONAMES))) == []


def test_false_claims_are_found(maker):
    """A spelling that GeoNames lacks, a needless `*` and an unknown place are faults."""
    lines = (
        "[Mill/AM] town | en: Mill, Old Mill, Mühle*\n[Nowhere/AM] town | en: Nowhere, Elsewhere\n"
        "a river | en: Mill Brook*, Brook"
    )
    found = list(maker.faults(list(maker.entries(lines)), {"Mill/AM": {"Mill", "Mühle"}}))
    assert found[:2] == ["Old Mill of Mill/AM is not in GeoNames", "Mühle of Mill/AM is in GeoNames"]
    assert found[2] == "Nowhere/AM is not in GeoNames"
    assert found[-1].startswith("Mill Brook: a * has a meaning only")


def test_a_line_of_the_table_is_read(maker):
    """Language, name, period, `!` for only and `*` for ours."""
    (entry,) = maker.entries("== place\n# a remark\n[Mill/AM] old town | en: Mill (1871–1918)*, Old Mill | tr: Şule!\n")
    assert (entry.kind, entry.about, entry.place) == ("place", "old town", "Mill/AM")
    assert [tuple(name) for name in entry.names] == [
        ("en", "Mill", "1871–1918", False, True),
        ("en", "Old Mill", "", False, False),
        ("tr", "Şule", "", True, False),
    ]
    with pytest.raises(ValueError, match="line 1 of the table is no group"):
        list(maker.entries("no group"))
