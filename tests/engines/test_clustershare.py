"""Tests of what an index folder keeps of its cluster: which folder is a copy of which."""

import os
import shutil
from types import SimpleNamespace

import pytest

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.engines import clustershare
from kb_search.engines.clustershare import owner


@pytest.fixture
def folder(tmp_path):
    """An index folder that no cluster knows yet."""
    (tmp_path / "first" / "generations").mkdir(parents=True)
    return tmp_path / "first"


def of(index):
    """The owner of an index folder."""
    return owner(index / "generations" / "000001", ["http://127.0.0.1:9200"])


@pytest.fixture
def mounted(monkeypatch):
    """What has index folders be roots of file systems: all have the number 2, and the systems' own are handed over."""
    found = clustershare.Path.stat

    def mount(systems):
        def stat(path, **how):
            at = found(path, **how)
            return os.stat_result((at.st_mode, 2, *at[2:])) if path in systems else at

        monkeypatch.setattr(clustershare.Path, "stat", stat)
        monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_fsid=systems[path]))

    return mount


def test_a_folder_keeps_its_owner_where_it_is_and_where_it_is_moved_to(folder):
    """What is asked twice, or under another name, has the same owner."""
    mine = of(folder)
    assert of(folder) == mine
    assert of(folder.rename(folder.with_name("second"))) == mine


def test_a_copy_has_an_owner_of_its_own(folder):
    """Neither takes the other's, whichever is asked first."""
    mine = of(folder)
    shutil.copytree(folder, folder.with_name("second"))
    assert of(folder.with_name("second")) != mine
    assert of(folder) == mine


@pytest.mark.parametrize("systems", [(7, 8), (0, 0)], ids=["told apart", "not told apart"])
def test_a_copy_has_an_owner_of_its_own_even_with_the_same_number(folder, mounted, systems):
    """The roots of two file systems have the same number; a copy from one to the other is no folder that was moved."""
    copy = folder.with_name("second")
    mounted(dict(zip((folder, copy), systems, strict=True)))
    mine = of(folder)
    shutil.copytree(folder, copy)
    assert of(copy) != mine
    assert of(folder) == mine


def test_a_file_system_that_is_mounted_elsewhere_keeps_its_owner(folder, mounted):
    """A folder that is the root of a file system is known under another path."""
    second = folder.with_name("second")
    mounted({folder: 7, second: 7})
    mine = of(folder)
    assert of(folder.rename(second)) == mine
