"""How long the suite of the engines may take."""

import pytest
from hypothesis import settings

#: An index in a cluster takes a second to make, where others take 20 ms: so many times fewer examples are tried there.
_FEWER = 4


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Try fewer examples where they are indexed in a cluster."""
    kept = getattr(item.obj, "_hypothesis_internal_use_settings", None)
    if kept and "opensearch" in getattr(item, "callspec", item).__dict__.get("params", {}).values():
        item.obj._hypothesis_internal_use_settings = settings(kept, max_examples=max(kept.max_examples // _FEWER, 1))
    try:
        return (yield)
    finally:
        if kept:
            item.obj._hypothesis_internal_use_settings = kept
