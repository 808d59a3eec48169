"""TensorFlow Lite Micro's source: recognised by its files, verified, identified by content."""

import hashlib
import json
from pathlib import Path

import pytest
from test_toolchain import put_tools

from harness.errors import HarnessError
from harness.firmware.tflm_source import (
    CRATE_CHECKSUM,
    detect_api,
    runtime_apis,
    source_from_crate,
    source_from_folder,
)
from harness.store import Workspace


def make_tree(root: Path, api: str) -> Path:
    """A folder with just the files by which `api` is recognised."""
    for name in runtime_apis()[api].detect.present:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// declarations\n")
    return root


@pytest.mark.parametrize("api", runtime_apis())
def test_each_api_is_recognised_by_its_files(tmp_path, api):
    assert detect_api(make_tree(tmp_path, api)) == api


def test_no_tree_has_two_apis():
    for name, api in runtime_apis().items():
        for other_name, other in runtime_apis().items():
            if name != other_name:
                contradicts = set(api.detect.present) & set(other.detect.absent)
                assert contradicts or set(other.detect.present) & set(api.detect.absent)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_no_tree_is_refused_with_what_to_give(tmp_path, exists):
    tree = tmp_path if exists else tmp_path / "absent"
    with pytest.raises(HarnessError, match=r"--tflm-dir .*(create_tflm_tree|no such folder)"):
        source_from_folder(tree)


def test_the_identity_follows_the_content_not_the_place(tmp_path):
    sources = [source_from_folder(make_tree(tmp_path / name, "tflm2020")) for name in "ab"]
    assert sources[0] == sources[1]
    assert sources[0].identity == f"sha256 {sources[0].digest[:12]}"
    (tmp_path / "b" / "tensorflow" / "more.cc").write_text("int x;")
    assert source_from_folder(tmp_path / "b").identity != sources[0].identity


def test_a_checkout_is_identified_by_its_commit(tmp_path, monkeypatch):
    tree = make_tree(tmp_path / "tree", "tflm2020")
    (tree / ".git").mkdir()
    (tmp_path / "bin").mkdir()
    put_tools(tmp_path / "bin", {"git": '[ "$3" = status ] || echo 0123456789abcdef'})
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert source_from_folder(tree).identity == "git 0123456789ab"


class Registry:
    """A stand-in for cargo that vendors a crate made here."""

    def __init__(self, folder: Path, monkeypatch) -> None:
        self.crate = folder / "crate"
        source = self.crate / "submodules" / "tensorflow" / "tensorflow" / "lite" / "a.cc"
        source.parent.mkdir(parents=True)
        source.write_text("int a;\n")
        self.source = source
        self.record(CRATE_CHECKSUM, hashlib.sha256(b"int a;\n").hexdigest())
        (folder / "bin").mkdir()
        self.bin = folder / "bin"
        self.cargo(f"mkdir vendor && cp -r {self.crate} vendor/tfmicro")
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")

    def cargo(self, script: str) -> None:
        put_tools(self.bin, {"cargo": script})

    def record(self, package: str, digest: str) -> None:
        name = self.source.relative_to(self.crate).as_posix()
        document = {"package": package, "files": {name: digest}}
        (self.crate / ".cargo-checksum.json").write_text(json.dumps(document))


@pytest.fixture
def registry(tmp_path, monkeypatch) -> Registry:
    return Registry(tmp_path, monkeypatch)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "cache")


def test_the_crate_is_verified_and_named_by_version_and_checksum(registry, workspace):
    source = source_from_crate(workspace)
    assert registry.source.read_bytes() in source.archive
    assert source.api == "tflm2020"
    assert source.identity == "tfmicro 0.1.0 b2da8beabd85"


def test_a_crate_with_another_checksum_is_refused(registry, workspace):
    registry.record("0" * 64, "0" * 64)
    with pytest.raises(HarnessError, match="checksum 000000000000 is not b2da8beabd85"):
        source_from_crate(workspace)


def test_a_file_that_was_changed_is_refused_by_name(registry, workspace):
    registry.source.write_text("int evil;\n")
    with pytest.raises(HarnessError, match=r"lite/a\.cc is missing or does not match its checksum"):
        source_from_crate(workspace)


@pytest.mark.parametrize("damage", ["not json", '{"package": "x"}'])
def test_a_crate_without_a_checksum_record_is_refused(registry, workspace, damage):
    (registry.crate / ".cargo-checksum.json").write_text(damage)
    with pytest.raises(HarnessError, match="has no checksum record"):
        source_from_crate(workspace)


def test_a_registry_out_of_reach_is_one_line_with_the_way_around(registry, workspace):
    registry.cargo("echo 'error: failed' >&2; echo '  no route to host' >&2; exit 101")
    with pytest.raises(HarnessError, match=r"failed \(no route to host\); check the network, or"):
        source_from_crate(workspace)


def test_a_missing_cargo_is_named(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match=r"^cargo: not found; run 'harness doctor --install'"):
        source_from_crate(workspace)
