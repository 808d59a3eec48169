"""A store in a bucket, and stores that err, stall, lose objects or are full."""

import errno
import signal
import tempfile
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import pytest
from cluster_lab import BUCKET, free_port
from cluster_lab import small_disk as mounted_disk

from harness.bench.artifacts import SampleSet
from harness.bench.context import Context
from harness.errors import LostObject, MachineFault, Stop
from harness.schemes.keras_inspection import keras_version
from harness.store import ArtifactStore, Workspace, open_store
from harness.store.files import RemoteFiles, open_files


def driver(**config: Any) -> Any:
    """S3's driver for itself, which tries once."""
    settings = {"retries": {"total_max_attempts": 1}, **config}
    filesystem = fsspec.filesystem("s3", skip_instance_cache=True, config_kwargs=settings)
    filesystem.retries = 1
    return filesystem


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """The folder of a disk with 4 MiB."""
    try:
        with mounted_disk(tmp_path / "disk", 4) as folder:
            yield folder
    except PermissionError:
        pytest.skip("only root may mount a disk")


def test_many_writers_of_one_object_in_a_bucket_leave_it_whole(s3):
    store = open_store(f"{s3}/{uuid.uuid4().hex}")
    blobs = [bytes([number]) * 20_000 for number in range(4)] * 4
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(store.put, blobs))
    assert [store.get(digest) for digest in digests] == blobs


def test_what_another_process_wrote_meanwhile_is_seen(s3):
    url = f"{s3}/{uuid.uuid4().hex}"
    store = open_store(url)
    assert store.result("key") is None
    other = fsspec.filesystem("s3", skip_instance_cache=True)
    place = f"{url}/results/key.json"
    theirs = ArtifactStore("x", open_files(f"memory://{uuid.uuid4().hex}"))
    theirs.remember("key", lambda: 5, lambda _: [])
    other.pipe_file(place, theirs.files.read("results/key.json"))
    assert store.result("key") == 5
    other.rm_file(place)
    assert store.result("key") is None


class DriverError(Exception):
    """As a driver raises it: neither ours nor Python's."""


class Flaky:
    """A file system that fails `failures` times before it serves, counting what it is asked."""

    def __init__(self, failures: int, error: Exception) -> None:
        self._failures, self._error = failures, error
        self.asked = 0
        self._files: dict[str, bytes] = {}

    def _fail(self) -> None:
        self.asked += 1
        if self.asked <= self._failures:
            raise self._error

    def cat_file(self, path: str) -> bytes:
        self._fail()
        if path not in self._files:
            raise FileNotFoundError(path)
        return self._files[path]

    def pipe_file(self, path: str, data: bytes) -> None:
        self._fail()
        self._files[path] = data

    def exists(self, path: str) -> bool:
        self._fail()
        return path in self._files

    def rm_file(self, path: str) -> None:
        self._fail()
        del self._files[path]


def flaky(failures: int, error: Exception, patience_s: float = 30) -> tuple[ArtifactStore, Flaky]:
    filesystem = Flaky(failures, error)
    return ArtifactStore("x://b", RemoteFiles("x://b", filesystem, "b", patience_s)), filesystem


@pytest.fixture
def no_waiting(monkeypatch):
    monkeypatch.setattr("harness.store.files._FIRST_WAIT_S", 0.0)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "error", [OSError("reset"), TimeoutError(), ConnectionResetError(), DriverError("busy")]
)
def test_a_fault_that_passes_is_not_noticed(error):
    store, filesystem = flaky(3, error)
    assert store.get(store.put(b"content")) == b"content"
    assert filesystem.asked == 3 + 3


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), r"store x://b: .* it does not answer in time .*AWS_ENDPOINT_URL"),
        (DriverError("gone\n away"), r"store x://b: .* \(gone away\); check the network"),
        (OSError(errno.EIO, "broken"), r"store x://b: .* check the network and the endpoint"),
    ],
)
def test_a_fault_that_stays_is_one_line_after_a_while(error, words):
    store, filesystem = flaky(1_000_000, error, patience_s=0.05)
    with pytest.raises(MachineFault, match=f"^{words}") as raised:
        store.put(b"content")
    assert "\n" not in str(raised.value)
    assert filesystem.asked > 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError("AccessDenied"), "access is refused .*check the credentials"),
        (type("NoCredentialsError", (Exception,), {"__module__": "botocore"})(), "credentials"),
        (OSError(errno.ENOSPC, "No space left"), "it is full; free space"),
    ],
)
def test_what_no_other_try_mends_is_refused_at_once(error, words):
    store, filesystem = flaky(1_000_000, error)
    with pytest.raises(MachineFault, match=words):
        store.put(b"content")
    assert filesystem.asked == 1


def test_a_mistake_in_the_program_is_not_taken_for_a_fault_of_the_store():
    store, filesystem = flaky(1, TypeError("a mistake"))
    with pytest.raises(TypeError, match="a mistake"):
        store.put(b"content")
    assert filesystem.asked == 1


def test_a_bucket_that_is_missing_and_an_endpoint_that_is_away_are_told_apart(s3, monkeypatch):
    nowhere = open_files(f"{s3}-of-nobody/prefix", patience_s=0)
    with pytest.raises(MachineFault, match="there is no such bucket or folder; create it"):
        nowhere.write("file", b"content")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(MachineFault, match=r"Could not connect.*AWS_ENDPOINT_URL"):
        RemoteFiles(s3, driver(), BUCKET, patience_s=0).write("file", b"content")


def test_a_server_that_stalls_is_waited_for_and_at_last_given_up(s3, s3_server):
    filesystem = driver(read_timeout=0.5)
    RemoteFiles(s3, filesystem, BUCKET).write("file", b"content")
    s3_server.program.signal_all(signal.SIGSTOP)
    resumed = threading.Timer(2.0, s3_server.program.signal_all, [signal.SIGCONT])
    try:
        with pytest.raises(MachineFault, match="it does not answer in time"):
            RemoteFiles(s3, filesystem, BUCKET, patience_s=0).read("file")
        resumed.start()
        assert RemoteFiles(s3, filesystem, BUCKET).read("file") == b"content"
    finally:
        resumed.join()


def test_a_damaged_object_in_a_bucket_is_removed_and_made_anew(s3):
    url = f"{s3}/{uuid.uuid4().hex}"
    store = open_store(url)
    digest = store.put(b"content")
    path = f"{url}/objects/{digest[:2]}/{digest}"
    filesystem = fsspec.filesystem("s3")
    filesystem.pipe_file(path, b"contend")
    with pytest.raises(LostObject, match="is missing or damaged"):
        store.get(digest)
    assert not filesystem.exists(path)
    assert store.get(store.put(b"content")) == b"content"


def test_one_damaged_transfer_is_read_again(tmp_path):
    class Damaging:
        """Damages what it reads first."""

        def __init__(self, files) -> None:
            self._files, self._reads = files, 0

        def __getattr__(self, name):
            return getattr(self._files, name)

        def read(self, path: str) -> bytes | None:
            self._reads += 1
            return b"damaged" if self._reads == 1 else self._files.read(path)

    files = open_files(str(tmp_path))
    digest = ArtifactStore("x", files).put(b"content")
    assert ArtifactStore("x", Damaging(files)).get(digest) == b"content"


def test_a_full_disk_is_a_fault_of_the_machine_and_leaves_nothing_half_written(small_disk):
    store = open_store(str(small_disk / "store"))
    kept = store.put(b"small")
    with pytest.raises(MachineFault, match=r"No space left on device.*free space or choose anot"):
        store.put(bytes(8 << 20))
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == [kept]
    workspace = Workspace(small_disk)
    with (
        pytest.raises(MachineFault, match=r"No space left.*free space or set HARNESS_CACHE"),
        workspace.scratch() as folder,
    ):
        (folder / "large").write_bytes(bytes(8 << 20))
    workspace.check_room()
    (small_disk / "ballast").write_bytes(bytes(3 << 20))
    with pytest.raises(MachineFault, match="the disk is full; free space or set HARNESS_CACHE"):
        workspace.check_room()
    (small_disk / "ballast").unlink()
    assert store.get(store.put(b"again")) == b"again"


@pytest.mark.parametrize(
    "outcome", [Stop("failed", "the compiler ended"), OSError(28, "No space left on device")]
)
def test_a_step_that_fails_while_temporary_files_have_no_room_is_no_row(
    tmp_path, small_disk, monkeypatch, outcome
):
    def compute():
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    (small_disk / "ballast").write_bytes(bytes(4_000_000))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    ctx = Context(str(tmp_path / "store"), jobs=1)
    with pytest.raises(MachineFault, match="the disk is full; free space or set TMPDIR"):
        ctx.step("samples", "digits: reading", {"a": 1}, SampleSet, compute)


def test_a_keras_file_is_refused_in_one_line_where_temporary_files_have_no_room(
    small_disk, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(MachineFault, match=r"^mine\.keras: .*No space left.*set TMPDIR"):
        keras_version(bytes(8 << 20), "keras", "mine.keras")
