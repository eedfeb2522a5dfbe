"""Make the shipped list of names, `src/kb_search/data/variants/caucasus.json`, from `tools/caucasus.txt`.

    python tools/make_variants.py GEONAMES

GEONAMES is a file of places as JSON lines (`name`, `country`, `variants`: a list of `name` and `script`), taken from
GeoNames (CC BY 4.0). A spelling of a place that GeoNames knows must not have a `*` in the table, one that it does not
know must: so every `*` is a name that rests on us alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tools" / "caucasus.txt"
PRODUCT = ROOT / "src" / "kb_search" / "data" / "variants" / "caucasus.json"

SOURCE = (
    "Made by tools/make_variants.py from tools/caucasus.txt; change them there. Spellings of places in Armenia and "
    "Azerbaijan are from GeoNames (https://www.geonames.org), licence CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/), selected and sorted by language; some were added. Spellings of "
    "members of parliament were compared with EveryPolitician (https://everypolitician.org)."
)

_LINE = re.compile(r"(?:\[(?P<place>[^/\]]+)/(?P<country>[A-Z]{2})\] )?(?P<about>[^|]+)\|(?P<names>.+)")
_NAME = re.compile(r"(?P<text>[^(*!]+?)(?P<only>!)?\s*(?:\((?P<period>[^)]*)\))?(?P<ours>\*)?$")


class Spelling(NamedTuple):
    """One name of the table; `ours` says that GeoNames does not have it."""

    language: str
    text: str
    period: str
    only: bool
    ours: bool


class Entry(NamedTuple):
    """One line of the table."""

    kind: str
    about: str
    place: str
    names: tuple[Spelling, ...]


def entries(text: str) -> Iterator[Entry]:
    """The groups of the table, in order. Raises ValueError for a line that cannot be read."""
    kind = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("== "):
            kind = line[3:].strip()
        elif line.strip() and not line.startswith("#"):
            found = _LINE.fullmatch(line)
            if not found:
                raise ValueError(f"line {number} of the table is no group: {line}")
            place = f"{found['place']}/{found['country']}" if found["place"] else ""
            yield Entry(kind, found["about"].strip(), place, tuple(_spellings(found["names"])))


def _spellings(text: str) -> Iterator[Spelling]:
    for part in text.split("|"):
        language, _, names = part.partition(":")
        for name in names.split(","):
            found = _NAME.fullmatch(name.strip())
            if not found:
                raise ValueError(f"{name!r} is no name")
            yield Spelling(
                language.strip(), found["text"].strip(), found["period"] or "", bool(found["only"]), bool(found["ours"])
            )


def known_spellings(path: Path) -> dict[str, set[str]]:
    """For each place of GeoNames all its spellings; two of one name count as one."""
    known: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        place = json.loads(line)
        names = {place["name"], *(variant["name"] for variant in place["variants"])}
        known.setdefault(f"{place['name']}/{place['country']}", set()).update(map(_letters, names))
    return known


def _letters(name: str) -> str:
    """A name as it is compared: GeoNames writes the schwa of Azerbaijani in two ways."""
    return name.replace("ǝ", "ə")


def faults(table: list[Entry], known: dict[str, set[str]]) -> Iterator[str]:
    """What the table claims of GeoNames that is not so."""
    for entry in table:
        for name in entry.names:
            if not entry.place:
                if name.ours:
                    yield f"{name.text}: a * has a meaning only in a group that is checked against GeoNames"
            elif entry.place not in known:
                yield f"{entry.place} is not in GeoNames"
            elif (_letters(name.text) in known[entry.place]) == name.ours:
                yield f"{name.text} of {entry.place} is {'' if name.ours else 'not '}in GeoNames"


def product(table: list[Entry]) -> str:
    """The list as it is shipped: JSON, a group a line, in the form of `variants.toml`."""
    groups = ",\n".join(json.dumps(_group(entry), ensure_ascii=False) for entry in table)
    return f'{{"source": {json.dumps(SOURCE)},\n"group": [\n{groups}\n]}}\n'


def _group(entry: Entry) -> dict[str, object]:
    languages = dict.fromkeys(name.language for name in entry.names)
    names = {one: [_name(name) for name in entry.names if name.language == one] for one in languages}
    return {"about": entry.about, "kind": entry.kind, **names}


def _name(name: Spelling) -> str | dict[str, object]:
    if not name.period and not name.only:
        return name.text
    period = {"period": name.period} if name.period else {}
    return {"name": name.text, **period, **({"only": True} if name.only else {})}


def main() -> int:
    """Write the list, unless the table and GeoNames disagree."""
    table = list(entries(TABLE.read_text("utf-8")))
    wrong = list(faults(table, known_spellings(Path(sys.argv[1]))))
    print("\n".join(wrong) or f"{len(table)} groups, {sum(len(entry.names) for entry in table)} names")
    if not wrong:
        PRODUCT.write_text(product(table), "utf-8")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
