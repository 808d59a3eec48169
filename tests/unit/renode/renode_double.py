"""Stands in for Renode: reads what the harness wrote as strictly as Renode, then plays a session.

It is a program of its own: `renode_double.py --version`, or with the options that the harness runs
Renode with. RENODE_DOUBLE names a failure to show, each as the real one shows it; without it the
session goes well. With RENODE_DOUBLE_MACHINE=1 nothing is played: the firmware is executed, on the
machine that the platform description makes (`renode_machine.py`).
"""

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_grammar import Part, parse_platform
from renode_grammar import GrammarError, Parsed, parse_script

NEEDED_ARENA = 4000

# docs/protocol.md
_HELLO, _TENSORS, _OUTPUT, _ARENA_TRIAL, _MEMORY, _END = 1, 3, 4, 5, 6, 8
_ARENA_SEARCH, _MEASURE = 1, 2

_OPTIONS = ["--console", "--disable-gui", "--plain"]
_WORD = re.compile(r"'(region \d+|end) \{0\}'")
_HALTED = "PC does not lay in memory or PC and SP are equal to zero. CPU was halted."


@dataclass(frozen=True)
class Setup:
    """What a script and the files beside it say. `backends` gives each UART's file by its name."""

    folder: Path
    script: Parsed
    parts: Mapping[str, Part]
    elf: bytes
    window: bytes
    window_origin: int
    vectors: int
    backends: Mapping[str, Path]
    instructions: int

    def console(self) -> Path:
        (name,) = [one for one in self.backends if one != "sysbus.harnessCounts"]
        return self.backends[name]

    def counts(self) -> Path:
        return self.backends["sysbus.harnessCounts"]


def read_setup(path: Path) -> Setup:
    """Read a script as the monitor would, and what it loads.

    Raises:
        GrammarError: The monitor would refuse it.
    """
    folder = path.parent
    script = parse_script(path.read_text(encoding="ascii"))

    def file(name: str) -> Path:
        return folder / script.only(name).arguments[0].rpartition("/")[2]

    parts = parse_platform(file("machine LoadPlatformDescription").read_text(encoding="ascii"))
    backends = {}
    for one in script.all("UART CreateFileBackend"):
        uart, place, _ = one.arguments
        if not parts.get(uart.removeprefix("sysbus."), Part()).type.startswith("UART."):
            raise GrammarError(f"There was an error executing command '{uart} CreateFileBackend'")
        backends[uart] = folder / place.rpartition("/")[2]
    binary = script.only("sysbus LoadBinary").arguments
    mips = int(script.only("sysbus.cpu PerformanceInMips").arguments[0])
    seconds = float(script.only("emulation RunFor").arguments[0].strip('"'))
    return Setup(
        folder=folder,
        script=script,
        parts=parts,
        elf=file("sysbus LoadELF").read_bytes(),
        window=(folder / binary[0].rpartition("/")[2]).read_bytes(),
        window_origin=int(binary[1], 0),
        vectors=int(script.only("sysbus.cpu VectorTableOffset").arguments[0], 0),
        backends=backends,
        instructions=round(seconds * mips * 1e6),
    )


@dataclass
class Played:
    """What a session leaves: console, hooks' lines, log, and whether the virtual time passed."""

    console: bytes
    lines: list[str]
    log: str = ""
    elapsed: bool = True

    def counts(self) -> bytes:
        text = "".join(f"{line}\n" for line in self.lines)
        return text.encode() + (b"." if self.elapsed else b"")


def words_of(setup: Setup) -> list[str]:
    """Return what the hooks write, in the order in which the firmware passes their addresses.

    That is the boot's end, then each region's begin and end, then the end of all.
    """
    words = [match[1] for _, text in setup.script.hooks for match in _WORD.finditer(text)]
    begins = sorted({int(one.split()[1]) for one in words if one != "end"} - {0})
    leaves = ["region 0"] if words.count("region 0") > 1 else []
    order = [line for one in begins for line in (f"region {one}", *leaves)]
    return [*(["region 0"] if "region 0" in words else []), *order, *(["end"] * words.count("end"))]


def play(setup: Setup) -> Played:
    """Return a session that goes well: what firmware sends that answers each sample backwards."""
    if not _vectors_in_memory(setup):
        return Played(b"", [], log=f"[ERROR] cpu: {_HALTED}")
    mode, count, size, low, high = struct.unpack_from("<5I", setup.window, 4)
    samples = [setup.window[64 + n * size : 64 + (n + 1) * size] for n in range(count)]
    frames = [_words(_HELLO, 1 << 16, 16384, 500)]
    outputs: list[bytes] = []
    if mode == _ARENA_SEARCH:
        frames += _trials(low, high)
        frames += [_words(_TENSORS, size, 4), _words(_MEMORY, 0xFFFF_FFFF, 1024)]
    else:
        outputs = [one[:4][::-1] for one in samples] * (2 if mode == _MEASURE else 1)
        frames.append(_words(_TENSORS, size, 4))
        frames += [
            _frame(_OUTPUT, struct.pack("<I", number) + output)
            for number, output in enumerate(outputs)
        ]
        frames.append(_words(_MEMORY, 1800, 0xFFFF_FFFF))
    frames.append(_words(_END, len(outputs)))
    lines = [f"{word} {1000 * (n + 1)}" for n, word in enumerate(words_of(setup))]
    return Played(b"".join(frames), lines)


def _trials(low: int, high: int) -> list[bytes]:
    tried = [high]
    while high - low > 16:
        tried.append(low + (high - low) // 32 * 16)
        low, high = (low, tried[-1]) if tried[-1] >= NEEDED_ARENA else (tried[-1], high)
    return [_words(_ARENA_TRIAL, one, int(one >= NEEDED_ARENA)) for one in [*tried, high]]


def _words(kind: int, *values: int) -> bytes:
    return _frame(kind, struct.pack(f"<{len(values)}I", *values))


def _frame(kind: int, payload: bytes) -> bytes:
    body = struct.pack("<BBI", 2, kind, len(payload)) + payload
    return b"HF" + body + struct.pack("<I", zlib.crc32(body))


def segments(elf: bytes) -> list[tuple[int, bytes]]:
    """Return physical address and content of what an ELF file says is to be loaded."""
    offset, size, count = struct.unpack_from("<I10xHH", elf, 28)
    found = []
    for number in range(count):
        kind, at, _, physical, length = struct.unpack_from("<5I", elf, offset + number * size)
        if kind == 1 and length:
            found.append((physical, elf[at : at + length]))
    return found


def _vectors_in_memory(setup: Setup) -> bool:
    """Whether the reset handler that the vector table names is code that was loaded."""
    loaded = segments(setup.elf)
    for start, data in loaded:
        if start <= setup.vectors and setup.vectors + 8 <= start + len(data):
            _, reset = struct.unpack_from("<2I", data, setup.vectors - start)
            return any(at <= reset - 1 < at + len(code) for at, code in loaded)
    return False


def _garbled(played: Played) -> Played:
    middle = len(played.console) // 2
    played.console = played.console[:middle] + b"?" + played.console[middle + 1 :]
    return played


def _cut(played: Played) -> Played:
    played.console = played.console[:-5]
    return played


def _cut_line(played: Played) -> Played:
    return Played(played.console, [*played.lines[:-1], played.lines[-1][:-1]], elapsed=True)


def _without_hooks(played: Played) -> Played:
    """Reset requests are carried out, so that the firmware starts again until the time is over."""
    return Played(played.console * 3, [])


def _fallen(played: Played) -> Played:
    *lines, last = played.lines
    return Played(played.console, [*lines, f"{last.split()[0]} 5"])


_PLAYED_BADLY: Mapping[str, Callable[[Played], Played]] = {
    "garbled-uart": _garbled,
    "partial-frame": _cut,
    "no-hooks": _without_hooks,
    "no-markers": lambda one: Played(one.console, one.lines[-1:]),
    "lost-marker": lambda one: Played(one.console, [*one.lines[:2], *one.lines[3:]]),
    "counts-fall": _fallen,
    "counts-garbled": lambda one: Played(one.console, ["region 0 12x", *one.lines]),
    "double-end": lambda one: Played(one.console, [*one.lines, one.lines[-1]]),
    "loop": lambda one: Played(one.console[:28], one.lines[:1]),
    "halted": lambda _: Played(b"", [], log=f"[ERROR] cpu: {_HALTED}"),
    "abort": lambda one: Played(
        one.console[:28], [], log="[ERROR] cpu: CPU abort [PC=0x4]: Trying to execute code outside."
    ),
    "python-error": lambda one: Played(
        one.console, [], log="[ERROR] cpu: Python runtime error: name 'machine' is not defined"
    ),
    "exit": lambda one: Played(one.console, one.lines, elapsed=False),
}


def _write(path: Path, data: bytes) -> None:
    """A file that exists is renamed first (SequencedFilePath), and each byte is flushed."""
    if path.exists():
        path.rename(f"{path}.{len(list(path.parent.glob(f'{path.name}.*'))) + 1}")
    with path.open("wb", buffering=0) as stream:
        stream.write(data)


def _stdin_ended() -> bool:
    """At the end of its input Renode turns idly, and then stops."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not os.read(0, 1)


def run(script: Path, failure: str) -> None:
    """Carry out one script, or fail in the way that `failure` names. The status is always 0."""
    if _stdin_ended():
        print("standard input has ended")
        return
    if failure == "hang":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(os.environ["RENODE_PATH"]).with_name("started").write_text(str(child.pid))
        time.sleep(600)
    try:
        setup = read_setup(script)
        if failure == "script-error":
            raise GrammarError("Error E04: Could not resolve type: 'UART.NRF52840_UART'.")
    except (GrammarError, KeyError, ValueError, OSError) as error:
        print(f"There was an error executing command 'machine LoadPlatformDescription @{script}'")
        print(error, end="\r\n")
        return
    while failure == "chatter":
        print("[ERROR] sysbus: WriteByte to non existing peripheral at 0x0." * 1000)
    while failure == "flood":
        with setup.console().open("ab") as stream:
            stream.write(bytes(1 << 16))
    _emulate(setup, failure)


def _emulate(setup: Setup, failure: str) -> None:
    if os.environ.get("RENODE_DOUBLE_MACHINE"):
        from renode_machine import execute

        played = execute(setup)
    else:
        played = _PLAYED_BADLY.get(failure, lambda one: one)(play(setup))
    if failure == "die":
        _write(setup.console(), played.console[:100])
        os.kill(os.getpid(), signal.SIGKILL)
    _write(setup.console(), played.console)
    counts = played.counts()
    _write(setup.counts(), counts[:-2] + b"." if failure == "partial-line" else counts)
    print(played.log)


def main(arguments: Sequence[str]) -> None:
    """Be the program `renode`."""
    failure = os.environ.get("RENODE_DOUBLE", "")
    if failure == "no-start":
        sys.exit("renode: error while loading shared libraries: libgtk-3.so.0: not found")
    if list(arguments) == ["--version"]:
        said = {"old": "Renode v1.15.3.0\n  build: 2b3b5ec", "no-version": "Segmentation fault"}
        said["newer"] = "1.17.0 (1.17.0+20260907gitf1dd1b4af)"
        version = os.environ.get("RENODE_DOUBLE_VERSION", "1.16.1")
        print(said.get(failure, f"Renode v{version}.17033\n  build: 20260216"))
    elif list(arguments[:3]) == _OPTIONS and list(arguments[4:]) == ["-e", "quit"]:
        run(Path(arguments[3].replace("\\ ", " ")), failure)
    else:
        print("usage: renode [options] [file-to-include / snapshot]")


if __name__ == "__main__":
    main(sys.argv[1:])
