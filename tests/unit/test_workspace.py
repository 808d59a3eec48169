"""Packed objects as local folders, and private folders for tools."""

import io
import os
import tarfile
import time

import pytest

from harness.errors import HarnessError
from harness.store import Workspace, open_store
from harness.store.workspace import pack, pack_tree


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "cache")


def test_a_packed_object_is_unpacked_once(store, workspace):
    digest = store.put(pack({"a/b.h": b"1", "c.cc": b"2"}))
    place = workspace.unpacked(store, digest)
    assert {p.relative_to(place).as_posix() for p in place.rglob("*.*")} == {"a/b.h", "c.cc"}
    (place / "mark").touch()
    assert workspace.unpacked(store, digest) == place
    assert (place / "mark").exists()


def test_an_archive_depends_on_names_and_contents_only():
    assert pack({"b": b"2", "a": b"1"}) == pack({"a": b"1", "b": b"2"})
    assert pack({"a": b"1"}) != pack({"a": b"2"})
    assert pack({"a": b"1"}) != pack({"b": b"1"})


def test_a_tree_packs_the_chosen_files_wherever_it_stands(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "src" / "deep").mkdir(parents=True)
        (folder / "other").mkdir()
        (folder / "src" / "deep" / "a.h").write_text("a")
        (folder / "src" / "b.txt").write_text("no")
        (folder / "other" / "c.h").write_text("no")
        (folder / "src" / "link.h").symlink_to(folder / "other" / "c.h")
    packed = [pack_tree(tmp_path / name, [".h"], ["src"]) for name in ("one", "two")]
    assert packed[0] == packed[1]
    with tarfile.open(fileobj=io.BytesIO(packed[0])) as archive:
        assert archive.getnames() == ["src/deep/a.h", "src/link.h"]
        assert all(member.isfile() for member in archive)


@pytest.mark.parametrize("name", ["../out", "/abs"])
def test_an_archive_cannot_write_outside_its_folder(store, workspace, tmp_path, name):
    digest = store.put(pack({name: b"x"}))
    with pytest.raises(HarnessError, match="not a plain file"):
        workspace.unpacked(store, digest)
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == b"x"]


def test_scratch_is_private_and_goes_away(workspace):
    with workspace.scratch() as one, workspace.scratch() as other:
        assert one != other
        (one / "file").write_text("x")
    assert not one.exists()
    assert not other.exists()


def test_scratch_goes_away_after_an_error_too(workspace):
    with pytest.raises(ZeroDivisionError), workspace.scratch() as folder:
        raise ZeroDivisionError
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_names_the_setting(store, tmp_path):
    (tmp_path / "file").write_text("")
    workspace = Workspace(tmp_path / "file")
    digest = store.put(pack({"a": b"1"}))
    with pytest.raises(HarnessError, match="HARNESS_CACHE"), workspace.scratch():
        pass
    with pytest.raises(HarnessError, match="HARNESS_CACHE"):
        workspace.unpacked(store, digest)


def test_scratch_of_a_process_that_was_killed_is_removed_and_that_of_others_kept(workspace):
    ended = 2**22 + 1  # Linux numbers processes up to 2^22
    with workspace.scratch() as folder:
        orphan = folder.parent / folder.name.replace(f"-{os.getpid()}-", f"-{ended}-")
        orphan.mkdir()
        hours_ago = time.time() - 7200
        os.utime(orphan, (hours_ago, hours_ago))
        elsewhere = folder.parent / "another-machine-1-x"
        elsewhere.mkdir()
        workspace.remove_abandoned()
        assert not orphan.exists()
        assert folder.exists()
        assert elsewhere.exists()
