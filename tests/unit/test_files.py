"""Files are written whole or not at all."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness_command import environment

from harness import files
from harness.errors import HarnessError
from harness.files import read_bytes, write_atomically


def test_text_and_bytes_are_written_into_folders_that_are_made(tmp_path):
    write_atomically(tmp_path / "a" / "b" / "text", "größe\n")
    write_atomically(tmp_path / "a" / "b" / "bytes", b"\x00\xff")
    assert (tmp_path / "a" / "b" / "text").read_bytes() == "größe\n".encode()
    assert read_bytes(tmp_path / "a" / "b" / "bytes") == b"\x00\xff"
    assert len(list((tmp_path / "a" / "b").iterdir())) == 2


class FullDisk:
    """A stream that fails as on a full disk, when written or only when closed."""

    def __init__(self, handle: int, at: str) -> None:
        self._handle, self._at = handle, at

    def __enter__(self) -> "FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)
        if self._at == "close":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self, _: bytes) -> None:
        if self._at == "write":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("at", ["write", "close"])
def test_a_full_disk_leaves_the_earlier_file_and_no_other(tmp_path, monkeypatch, at):
    path = tmp_path / "bench.csv"
    write_atomically(path, "earlier")
    monkeypatch.setattr(files.os, "fdopen", lambda handle, _: FullDisk(handle, at))
    with pytest.raises(HarnessError, match=r"bench\.csv: cannot be written \(No space left"):
        write_atomically(path, "later")
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    command = [shutil.which("mount") or "", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted by root only")
    yield place
    subprocess.run([shutil.which("umount") or "", str(place)], check=True)


def test_a_file_system_that_really_is_full_keeps_the_earlier_file(small_disk):
    path = small_disk / "bench.csv"
    write_atomically(path, b"e" * 20_000)
    with pytest.raises(HarnessError, match="No space left on device"):
        write_atomically(path, b"l" * 60_000)
    assert path.read_bytes() == b"e" * 20_000
    assert list(small_disk.iterdir()) == [path]


def test_a_device_and_a_fifo_are_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    (tmp_path / "null").symlink_to(os.devnull)
    write_atomically(tmp_path / "null", "away")
    assert (tmp_path / "null").is_symlink()
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_is_refused_in_one_line(tmp_path):
    with pytest.raises(HarnessError, match="cannot be written"):
        write_atomically(tmp_path, "text")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no such name on this system")
def test_standard_output_that_is_a_file_keeps_what_is_printed_after(tmp_path):
    program = (
        "from pathlib import Path; from harness.files import write_atomically\n"
        "print('before', flush=True); write_atomically(Path('/dev/stdout'), 'text\\n')\n"
        "print('after')"
    )
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, env=environment(), check=True)
    assert (tmp_path / "out").read_text() == "before\ntext\nafter\n"
    assert Path("/dev/stdout").is_symlink()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match=r"file/bench\.csv: cannot be written"):
        write_atomically(tmp_path / "file" / "bench.csv", "text")


def test_a_reader_never_sees_half_of_a_file(tmp_path):
    path = tmp_path / "result"
    contents = [bytes([number]) * 300_000 for number in (1, 2)]
    write_atomically(path, contents[0])
    done = threading.Event()

    def write() -> None:
        for turn in range(60):
            write_atomically(path, contents[turn % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(path.read_bytes())
    writer.join()
    assert seen <= set(contents)


def test_threads_that_write_at_once_leave_the_mask_for_new_files_alone(tmp_path):
    before = os.umask(0o027)
    try:
        threads = [
            threading.Thread(target=write_atomically, args=(tmp_path / f"{i}", b"x"))
            for i in range(32)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        after = os.umask(0o027)
    finally:
        os.umask(before)
    assert after == 0o027
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}


def test_reading_what_is_not_there_names_the_file(tmp_path):
    with pytest.raises(HarnessError, match=r"absent\.toml: cannot be read \(No such file"):
        read_bytes(tmp_path / "absent.toml")
