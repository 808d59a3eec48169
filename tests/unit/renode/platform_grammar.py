"""Renode's platform descriptions (.repl) as its documentation describes them, and what they make.

Written from renode/renode-docs source/advanced/platform_description_format.md at 044bbd9f, from
renode/renode src/Renode/PlatformDescription/Syntax/Grammar.cs at 0c2a908e, and from constructors in
renode/renode-infrastructure, as `TYPES` names them; never from what the harness writes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from renode_grammar import GrammarError

_NUMBER = r"0x[0-9A-Fa-f]+|\d+"
_IDENTIFIER = r"[A-Za-z][A-Za-z0-9_]*"
_KEYWORDS = {"using", "new", "as", "init", "local", "prefixed", "true", "false", "none", "empty",
             "reset", "preinit"}  # fmt: skip
_CPU_TYPES = {  # renode/tlib arch/arm/helper.c, of 1.16.1
    "cortex-m0", "cortex-m0+", "cortex-m1", "cortex-m23", "cortex-m3", "cortex-m33", "cortex-m4",
    "cortex-m4f", "cortex-m55", "cortex-m7", "cortex-m85",
}  # fmt: skip


@dataclass(frozen=True)
class Type:
    """A type: its size in bytes (0: given as an attribute), and its attributes by name.

    Those in `required` have no default in the constructor. `ranged` types do not know their size.
    """

    bytes: int
    attributes: Mapping[str, str]
    required: frozenset[str] = frozenset()
    ranged: bool = False
    uart: bool = False


_UARTS = "Peripherals/UART"
TYPES: Mapping[str, Type] = {
    # Cores/Arm-M/CortexM.cs: CortexM(string cpuType, IMachine machine, NVIC nvic, ...)
    "CPU.CortexM": Type(0, {"cpuType": "cpu", "nvic": "nvic"}, frozenset({"cpuType", "nvic"})),
    # IRQControllers/NVIC.cs: all parameters have defaults
    "IRQControllers.NVIC": Type(0x1000, {"systickFrequency": "number", "priorityMask": "number"}),
    "Memory.MappedMemory": Type(0, {"size": "number"}, frozenset({"size"})),
    # UART/NRF52840_UART.cs at 1bfd798f: (IMachine machine, bool easyDMA = false), Size 0x1000
    "UART.NRF52840_UART": Type(0x1000, {"easyDMA": "bool"}, uart=True),
    # UART/STM32F7_USART.cs: (IMachine machine, uint frequency, bool lowPowerMode = false)
    "UART.STM32F7_USART": Type(0x400, {"frequency": "number"}, frozenset({"frequency"}), uart=True),
    # UART/STM32_UART.cs: (IMachine machine, uint frequency = 8000000), no IKnownSize
    "UART.STM32_UART": Type(0, {"frequency": "number"}, ranged=True, uart=True),
    "UART.PL011": Type(0x1000, {"fifoSize": "number", "frequency": "number"}, uart=True),
    "UART.CMSDK_APB_UART": Type(0x1000, {"frequency": "number"}, uart=True),
    "UART.TrivialUart": Type(4, {}, uart=True),  # UART/TrivialUart.cs: no parameters, Size 4
}

# What the shipped platforms have, of what a run uses: platforms/cpus/nrf52840.repl at 05ac5d6a,
# stm32f103.repl at 17ecdb56, stm32f746.repl at 04a2579d; boards/arduino_nano_33_ble.repl at
# 2ca78fc8 uses the first.
_NRF52840 = """
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m4"
    nvic: nvic

nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    -> cpu@0

uart0: UART.NRF52840_UART @ sysbus 0x40002000
    easyDMA: true

uart1: UART.NRF52840_UART @ sysbus 0x40028000
    easyDMA: true

flash: Memory.MappedMemory @ sysbus 0x0
    size: 0x100000

ram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x40000
"""
_STM32 = """
cpu: CPU.CortexM @ sysbus
    cpuType: "{cpu}"
    nvic: nvic

nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    -> cpu@0

fsmcBank1: Memory.MappedMemory @ sysbus {bank}
    size: 0x10000000

sram: Memory.MappedMemory @ sysbus 0x20000000
    size: {sram}

flash: Memory.MappedMemory @ sysbus {flash}

"""
SHIPPED: Mapping[str, str] = {
    "platforms/cpus/nrf52840.repl": _NRF52840,
    "platforms/boards/arduino_nano_33_ble.repl": _NRF52840,
    "platforms/cpus/stm32f103.repl": _STM32.format(
        cpu="cortex-m3", bank="0x60000000", sram="0x10000000",
        flash="0x00000000\n    size: 0x20000000",
    )
    + """usart1: UART.STM32_UART @ sysbus <0x40013800, +0x100>

usart2: UART.STM32_UART @ sysbus <0x40004400, +0x100>

usart3: UART.STM32_UART @ sysbus <0x40004800, +0x100>
""",
    "platforms/cpus/stm32f746.repl": _STM32.format(
        cpu="cortex-m7", bank="0xC0000000", sram="0x60000",
        flash="0x08000000\n    size: 0x200000",
    )
    + """usart1: UART.STM32F7_USART @ sysbus 0x40011000
    frequency: 200000000

usart2: UART.STM32F7_USART @ sysbus 0x40004400
    frequency: 200000000

usart3: UART.STM32F7_USART @ sysbus 0x40004800
    frequency: 200000000

usart6: UART.STM32F7_USART @ sysbus 0x40011400
    frequency: 200000000
""",
}  # fmt: skip


@dataclass
class Part:
    """One variable of a description, merged of all its entries."""

    type: str = ""
    origin: int | None = None
    bytes: int = 0
    ranged: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


_CREATING = re.compile(
    rf"({_IDENTIFIER}): ({_IDENTIFIER}(?:\.{_IDENTIFIER})+) @ sysbus"
    rf"(?: ({_NUMBER})| <({_NUMBER}), \+({_NUMBER})>)?"
)
_UPDATING = re.compile(rf"({_IDENTIFIER}):")
_ATTRIBUTE = re.compile(rf'({_IDENTIFIER}): ({_NUMBER}|true|false|"[^"\\]*"|{_IDENTIFIER})')
_TAG = re.compile(rf'Tag <({_NUMBER}), ({_NUMBER})> "[A-Za-z0-9_]+"')


def parse_platform(text: str) -> dict[str, Part]:
    """Return the parts of a description by name, with those of the platform that it uses.

    Raises:
        GrammarError: Renode would refuse it, or make another machine than a run needs.
    """
    if not text.isascii() or "\t" in text or not text.endswith("\n"):
        raise GrammarError("tabs, other characters than ASCII, or a last line without its end")
    parts: dict[str, Part] = {}
    blocks = [block.splitlines() for block in text.strip("\n").split("\n\n")]
    for number, block in enumerate(blocks):
        if block[0].startswith("using "):
            if number or len(block) > 1:
                raise GrammarError("a `using` stands first, alone")
            parts |= _used(block[0])
        else:
            _read_entry(parts, block)
    _check(parts)
    return parts


def _used(line: str) -> dict[str, Part]:
    match = re.fullmatch(r'using "([a-z0-9_/.]+)"', line)
    if match is None or match[1] not in SHIPPED:
        raise GrammarError(f"{line!r} names no shipped platform")
    return parse_platform(SHIPPED[match[1]].strip("\n") + "\n")


def _read_entry(parts: dict[str, Part], lines: Sequence[str]) -> None:
    creating, updating = _CREATING.fullmatch(lines[0]), _UPDATING.fullmatch(lines[0])
    if creating is None and updating is None:
        raise GrammarError(f"{lines[0]!r} is no entry")
    name = (creating or updating)[1]
    if name in _KEYWORDS:
        raise GrammarError(f"{name!r} is a keyword")
    if name == "sysbus":
        _check_init(lines[1:])
        return
    if creating is not None:
        if name in parts:
            raise GrammarError(f"{name}: declared twice")
        origin = creating[3] or creating[4]
        parts[name] = Part(
            type=creating[2],
            origin=None if origin is None else int(origin, 0),
            bytes=int(creating[5] or "0", 0),
            ranged=creating[5] is not None,
        )
    elif name not in parts:
        raise GrammarError(f"{name}: updated, but never created")
    for line in lines[1:]:
        if not re.match(r" {4}\S", line):
            raise GrammarError(f"{line!r}: an attribute is indented by four spaces")
        _read_attribute(parts[name], line[4:])


def _read_attribute(part: Part, text: str) -> None:
    if part.type == "IRQControllers.NVIC" and re.fullmatch(r"(?:IRQ )?-> cpu@0", text):
        part.attributes["->"] = "cpu"
        return
    match = _ATTRIBUTE.fullmatch(text)
    known = TYPES.get(part.type, Type(0, {})).attributes
    if match is None or match[1] not in known:
        raise GrammarError(f"{part.type} has no attribute {text!r}")
    kind, value = known[match[1]], match[2]
    forms = {"number": _NUMBER, "bool": "true|false", "nvic": "nvic", "cpu": '"[a-z0-9+-]+"'}
    if not re.fullmatch(forms[kind], value):
        raise GrammarError(f"{part.type}: {match[1]}: {value} is of another kind")
    part.attributes[match[1]] = value


def _check_init(lines: Sequence[str]) -> None:
    """An `init` without `add` takes the place of the platform's own, which would fetch a file."""
    if not lines or lines[0] != "    init:" or len(lines) < 2:
        raise GrammarError("sysbus: only an init section may be here")
    for line in lines[1:]:
        match = _TAG.fullmatch(line[8:])
        if line[:8] != " " * 8 or match is None or int(match[1], 0) > int(match[2], 0):
            raise GrammarError(f"{line!r} is no tag")


def _check(parts: Mapping[str, Part]) -> None:
    """Everything that a run needs is there, whole, and nothing overlaps."""
    for name, part in parts.items():
        _check_part(name, part)
    if parts["nvic"].origin != 0xE000_E000 or parts["nvic"].attributes.get("->") != "cpu":
        raise GrammarError("nvic: not where the core expects it, or not connected to it")
    cpu = parts["cpu"]
    if cpu.origin is not None or cpu.attributes["cpuType"].strip('"') not in _CPU_TYPES:
        raise GrammarError(f"cpu: {cpu}")
    placed = sorted(
        (one.origin, one.origin + one.bytes, name)
        for name, one in parts.items()
        if one.origin is not None
    )
    for (_, below, first), (above, _, second) in pairwise(placed):
        if below > above:
            raise GrammarError(f"{first} overlaps {second}")
    if placed[-1][1] > 1 << 32:
        raise GrammarError(f"{placed[-1][2]} is beyond the address space")


def _check_part(name: str, part: Part) -> None:
    kind = TYPES.get(part.type)
    if kind is None:
        raise GrammarError(f"{name}: {part.type!r} is no known type")
    if not kind.required <= part.attributes.keys():
        raise GrammarError(f"{name}: misses {sorted(kind.required - part.attributes.keys())}")
    if part.ranged != kind.ranged:
        raise GrammarError(f"{name}: {part.type} says its size if, and only if, it has none")
    part.bytes = part.bytes or kind.bytes or int(part.attributes.get("size", "0"), 0)
    if part.type != "CPU.CortexM" and (part.origin is None or not part.bytes):
        raise GrammarError(f"{name}: is nowhere, or has no bytes")
    if part.type == "Memory.MappedMemory" and (part.origin % 0x400 or part.bytes % 0x400):
        raise GrammarError(f"{name}: no whole pages of 0x400 bytes")
