"""Links a small `main` with the whole port and one of its consoles, for any memory map."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.process import run
from harness.simulators.machines import KIB, Machine
from harness.simulators.protocol import Frame, FrameType

FIRMWARE = Path(__file__).parents[2] / "firmware"
SOURCE = Path(__file__).with_name("uart_firmware") / "main.cc"
STACK_BYTES = 1024
SIZES = (0, 1, 2, 31, 32, 33, 64, 255, 256, 257, 1000, 4096)
PATTERN = bytes((i * 7 + i // 256) % 256 for i in range(4096))


def machine(
    name: str,
    core: str,
    console: str,
    uart_base: int,
    code_origin: int = 0,
    ram_bytes: int = 16 * KIB,
    code_bytes: int = 128 * KIB,
) -> Machine:
    """Return a machine as the port sees it; nothing is placed in its window."""
    return Machine(
        name=name,
        core=core,
        code_origin=code_origin,
        code_bytes=code_bytes,
        ram_origin=0x2000_0000,
        ram_bytes=ram_bytes,
        console=console,
        uart_base=uart_base,
        window_origin=0x2000_0000,
        window_bytes=0,
    )


def expected_frames() -> list[Frame]:
    """Return what uart_firmware/main.cc sends."""
    inverted = bytes(255 - byte for byte in PATTERN)
    frames = []
    for size in SIZES:
        frames.append(Frame(FrameType.LOG, PATTERN[:size]))
        frames.append(Frame(FrameType.OUTPUT, inverted[:size]))
    return [*frames, Frame(FrameType.END, (2 * len(SIZES)).to_bytes(4, "little"))]


@dataclass(frozen=True)
class Change:
    """A text of one of the port's files, and what stands there instead."""

    file: str
    before: str
    after: str


WITHOUT_MPU = Change("machine.cc", "Register(kMpuCtrl) = kMpuEnable | kMpuDefaultMap;", "")
"""QEMU's Cortex-M0 has no MPU region, as the real one, yet lets the MPU be switched on."""


def build(
    target: Machine, folder: Path, changes: Sequence[Change] = (), source: Path = SOURCE
) -> Path:
    """Link a `main` with the port for `target` and return the ELF; the port is changed if asked."""
    (folder / "link.ld").write_text(_linker_script(target))
    flags = flags_of(target, f"-mcpu={target.core} -mfloat-abi=soft")
    build_port(target, folder, flags, changes)
    _archive(folder, "harness_app", [FIRMWARE / "app" / "protocol.cc"], flags)
    _run("arm-none-eabi-g++", *flags, "-c", source, "-o", folder / "operators.cc.obj")
    libraries = [folder / "libharness_port.a", folder / "libharness_app.a"]
    elf = folder / f"{target.name}-{target.console}.elf"
    _run(
        "arm-none-eabi-g++", *flags, "--specs=nano.specs", "-nostartfiles", "-Wl,--gc-sections",
        "-Wl,--no-warn-rwx-segments", "-Wl,--build-id=none", "-T", folder / "link.ld",
        folder / "operators.cc.obj", "-Wl,--start-group", *libraries, "-Wl,--end-group", "-o", elf,
    )  # fmt: skip
    return elf


def build_port(
    target: Machine, folder: Path, flags: Sequence[str], changes: Sequence[Change] = ()
) -> None:
    """Compile the port for `target` into libharness_port.a of `folder`."""
    port = []
    for name in ("startup", "machine", "language_support", f"console_{target.console}"):
        text = (FIRMWARE / "port" / f"{name}.cc").read_text()
        for change in changes:
            assert (change.before in text) == (change.file == f"{name}.cc"), change
            text = text.replace(change.before, change.after)
        port.append(folder / f"{name}.cc")
        port[-1].write_text(text)
    (folder / "libharness_port.a").unlink(missing_ok=True)
    _archive(folder, "harness_port", port, [*flags, "-fno-builtin"])


def flags_of(target: Machine, core_flags: str) -> list[str]:
    """Return the compiler's options for the port and what is linked with it."""
    flags = [*core_flags.split(), "-mthumb", "-O2", "-std=gnu++14"]
    flags += ["-ffunction-sections", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"]
    flags += ["-fno-asynchronous-unwind-tables", "-Wall", "-Wextra", "-Wshadow", "-Werror"]
    return [*flags, "-I", str(FIRMWARE), f"-DHARNESS_UART_BASE=0x{target.uart_base:08X}"]


def _linker_script(target: Machine) -> str:
    text = (FIRMWARE / "port" / "link.ld.in").read_text()
    values = {
        "FLASH_ORIGIN": target.code_origin,
        "FLASH_BYTES": target.code_bytes,
        "FLASH_LINK_BYTES": target.code_bytes,
        "RAM_ORIGIN": target.ram_origin,
        "RAM_LINK_BYTES": target.ram_bytes,
        "WINDOW_ORIGIN": target.window_origin,
        "STACK_BYTES": STACK_BYTES,
        "ARENA_BYTES": 0,
    }
    for name, value in values.items():
        text = text.replace(f"@HARNESS_{name}@", f"0x{value:X}")
    assert "@" not in text
    return text


def _archive(folder: Path, name: str, sources: Sequence[Path], flags: Sequence[str]) -> None:
    objects = []
    for source in sources:
        objects.append(folder / f"{source.stem}.o")
        _run("arm-none-eabi-g++", *flags, "-c", source, "-o", objects[-1])
    _run("arm-none-eabi-ar", "qcD", folder / f"lib{name}.a", *objects)


def _run(*command: str | Path) -> None:
    done = run([str(part) for part in command])
    assert done.returncode == 0, done.output
