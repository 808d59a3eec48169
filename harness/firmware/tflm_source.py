"""Where TensorFlow Lite Micro's source comes from: the crate, or a tree that the user has."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.kernel_sets import REFERENCE, kernels_of_tree
from harness.process import run
from harness.store.artifact_store import digest_of
from harness.store.workspace import Workspace, pack_tree
from harness.toml_file import read_toml

CRATE = "tfmicro"
CRATE_VERSION = "0.1.0"
CRATE_CHECKSUM = "b2da8beabd85d11badfc2d603a31c9fb468702cda5fc034ac872fbaf43544e94"
"""SHA-256 of the crate file, as the registry's index and `.cargo-checksum.json` give it."""

_SOURCE_SUFFIXES = (".h", ".hpp", ".c", ".cc", ".cpp", ".inc")
_CRATE_FOLDERS = ("tensorflow",)
_TREE_FOLDERS = ("tensorflow", "signal", "third_party")


class Detection(BaseModel):
    """Files, relative to the tree, that must be present and absent for an API to be recognised."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    present: tuple[str, ...]
    absent: tuple[str, ...] = ()


class Dispatch(BaseModel):
    """The functions (mangled) whose indirect calls start operators."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    functions: tuple[str, ...]


class Registration(BaseModel):
    """The C++ statements that register one operator, with {operator} and {function} to fill in.

    `custom` is for a custom operator of ours, `declaration` declares the function of another
    package's kernel; both are empty where there can be none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    statement: str
    custom: str = ""
    declaration: str = ""


class RuntimeApi(BaseModel):
    """What `firmware/runtime/NAME/runtime.toml` says of one TensorFlow Lite Micro API."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    status: str
    detect: Detection
    dispatch: Dispatch
    registration: Registration


@dataclass(frozen=True)
class TflmSource:
    """A source tree: its API and kernel set, its identity as the row names it, its files packed."""

    api: str
    kernels: str
    identity: str
    archive: bytes

    @property
    def digest(self) -> str:
        """Hash of the files: what a build depends on."""
        return digest_of(self.archive)


def runtime_apis() -> dict[str, RuntimeApi]:
    """Return every API that has a folder in `firmware/runtime/`, by the folder's name."""
    folder = asset_path("firmware") / "runtime"
    found = sorted(folder.glob("*/runtime.toml"))
    return {path.parent.name: read_toml(path, RuntimeApi) for path in found}


def detect_api(tree: Path) -> str:
    """Return the name of the API that the files of `tree` have.

    Raises:
        HarnessError: The folder is not there, or is no tree that the harness knows.
    """
    if not tree.is_dir():
        raise HarnessError(f"--tflm-dir {tree}: no such folder")
    for name, api in runtime_apis().items():
        has_all = all((tree / path).is_file() for path in api.detect.present)
        if has_all and not any((tree / path).exists() for path in api.detect.absent):
            return name
    raise HarnessError(
        f"--tflm-dir {tree}: not a TensorFlow Lite Micro tree; give what upstream's "
        "create_tflm_tree.py wrote, which holds tensorflow/ and third_party/"
    )


def source_from_folder(tree: Path) -> TflmSource:
    """Return the user's own tree as a source.

    Its identity is the git commit where the folder is a checkout, and a hash of its files where it
    is none or has changes.

    Raises:
        HarnessError: As `detect_api`.
    """
    api = detect_api(tree)
    archive = pack_tree(tree, _SOURCE_SUFFIXES, _TREE_FOLDERS)
    content = f"sha256 {digest_of(archive)[:12]}"
    return TflmSource(api, kernels_of_tree(tree), _git_identity(tree, content) or content, archive)


def _git_identity(tree: Path, content: str) -> str | None:
    """Name a checkout by its commit, and by `content` too where files differ from the commit."""
    if not (tree / ".git").exists():
        return None
    commit = run(["git", "-C", tree, "rev-parse", "HEAD"])
    changes = run(["git", "-C", tree, "status", "--porcelain"])
    if commit.returncode != 0 or changes.returncode != 0:
        return None
    name = f"git {commit.stdout.strip()[:12]}"
    return f"{name} changed, {content}" if changes.stdout.strip() else name


def source_from_crate(workspace: Workspace) -> TflmSource:
    """Bring the crate with cargo, verify it, and return its TensorFlow tree.

    Raises:
        HarnessError: cargo is missing, the registry is out of reach, or a checksum is wrong.
    """
    with workspace.scratch() as folder:
        (folder / "src").mkdir()
        (folder / "src" / "lib.rs").touch()
        (folder / "Cargo.toml").write_text(
            '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2018"\n'
            f'[dependencies]\n{CRATE} = "={CRATE_VERSION}"\n'
        )
        done = run(["cargo", "vendor", "--quiet", "vendor"], cwd=folder)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise HarnessError(
                f"cargo vendor {CRATE} {CRATE_VERSION}: failed ({last.strip()}); check the "
                "network, or give a tree with --tflm-dir"
            )
        crate = folder / "vendor" / CRATE
        _verify_crate(crate)
        archive = pack_tree(crate / "submodules" / "tensorflow", _SOURCE_SUFFIXES, _CRATE_FOLDERS)
    identity = f"{CRATE} {CRATE_VERSION} {CRATE_CHECKSUM[:12]}"
    return TflmSource("tflm2020", REFERENCE, identity, archive)


def _verify_crate(crate: Path) -> None:
    try:
        record = json.loads((crate / ".cargo-checksum.json").read_text())
        package, files = record["package"], record["files"]
    except (OSError, ValueError, KeyError) as error:
        raise HarnessError(f"crate {CRATE} {CRATE_VERSION}: has no checksum record") from error
    if package != CRATE_CHECKSUM:
        raise HarnessError(
            f"crate {CRATE} {CRATE_VERSION}: checksum {package[:12]} is not {CRATE_CHECKSUM[:12]}; "
            "the registry served something else, do not use it"
        )
    for name, digest in files.items():
        path = crate / name
        if not path.is_file() or digest_of(path.read_bytes()) != digest:
            raise HarnessError(
                f"crate {CRATE} {CRATE_VERSION}: {name} is missing or does not match its checksum"
            )
