"""Machine code in, instructions with everything that timing depends on out."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from harness.cycles.classify import TimingClass, base_mnemonic, classify, sets_flags
from harness.cycles.decode_mve import classify_encoding, loop_end_target
from harness.errors import HarnessError

BranchKind = Literal[
    "none", "conditional", "direct", "call", "indirect", "pop_pc", "load_pc", "table", "loop_end"
]
"""How an instruction leaves the straight line.

`call` is BL; `indirect` takes its target from a register (BX, BLX, MOV PC); `pop_pc` is POP or LDM
with the program counter in its list.
"""

FLAGS = "flags"
"""The name that stands for the condition flags among registers."""

_NOTHING: frozenset[str] = frozenset()
_WIDE = 0xE800
_ALIASES = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12"}
_REGISTER = re.compile(r"\b(r\d+|sp|lr|pc|sb|sl|fp|ip|[sdq]\d+)\b")
_ACCUMULATING = re.compile(r"[su]mlal\w*|umaal|smlsl\w*")
_READS_DESTINATION = re.compile(r"movt|bf[ic]|v\w*ml[as]\w*|vfn?m[as]\w*|vshll?c")
_TWO_OPERAND_MOVES = re.compile(
    r"mov[sw]?|movt|mvns?|rev\w*|rbit|clz|[su]xt[bh]\w*|adr|rrxs?|neg|lsls|lsrs|asrs|rors"
)
_TWO_RESULTS = re.compile(r"[su]mull|[su]mlal\w*|umaal|smlsl\w*")
_NO_RESULT = re.compile(r"cmp|cmn|tst|teq|vcmpe?|cbn?z|b|bl|bl?x(ns)?|tb[bh]|msr|pld|vpst")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a block.

    `size` is 2 or 4 bytes. `reads` and `writes` are names of registers (r0..r12, sp, lr, pc,
    s0..s31 also for what they are the halves of, and `flags`); `accumulates` are those of `reads`
    that only an accumulation adds to. `base` and `index` form a load's or store's address.
    `registers` counts the list of a load or store multiple, in words. `target` is the address of a
    direct branch, `target_size` the size of the instruction there, None where it is not known.
    `predicated` instructions stand in an IT block and may be skipped.
    """

    address: int
    size: int
    mnemonic: str
    timing: TimingClass
    reads: frozenset[str] = _NOTHING
    writes: frozenset[str] = _NOTHING
    accumulates: frozenset[str] = _NOTHING
    base: str = ""
    index: str = ""
    writeback: bool = False
    registers: int = 0
    branch: BranchKind = "none"
    target: int | None = None
    target_size: int | None = None
    predicated: bool = False

    @property
    def sets_flags(self) -> bool:
        """Whether the instruction writes the condition flags."""
        return FLAGS in self.writes

    @property
    def misaligned(self) -> bool:
        """Whether it is a 32-bit instruction that crosses a word boundary."""
        return self.size == 4 and self.address % 4 != 0  # noqa: PLR2004

    @property
    def literal(self) -> bool:
        """Whether it loads relative to the program counter."""
        return self.base == "pc"


def instruction_size(halfword: int) -> int:
    """Return the bytes of the instruction whose first halfword is `halfword`: 2 or 4."""
    return 4 if halfword >= _WIDE else 2


class CodeReader(Protocol):
    """Where machine code comes from."""

    def read(self, address: int, size: int) -> bytes:
        """Return up to `size` bytes from `address` on, fewer at the end of what is there.

        Raises:
            HarnessError: There is nothing at the address.
        """


def decode_block(code: CodeReader, address: int, length: int) -> tuple[Instruction, ...]:
    """Return the `length` instructions at `address`.

    What cannot be decoded is an instruction too, classified by its encoding if it is one of
    Armv8.1-M, otherwise of the timing class "unknown". Fewer than `length` are returned only where
    the code ends.

    Raises:
        HarnessError: `code` holds nothing at `address`.
    """
    data = code.read(address, 4 * length)
    decoded: list[Instruction] = []
    offset = 0
    in_it = 0
    while len(decoded) < length and offset + 2 <= len(data):
        for at, size, mnemonic, operands in _disassembler().disasm_lite(
            data[offset:], address + offset, length - len(decoded)
        ):
            decoded.append(_decoded(at, size, _form(mnemonic, operands, in_it > 0)))
            in_it = len(mnemonic) - 1 if decoded[-1].timing == "it" else max(in_it - 1, 0)
            offset += size
        if len(decoded) < length and offset + 2 <= len(data):
            other = _undecoded(data[offset : offset + 4], address + offset, in_it > 0)
            decoded.append(other)
            in_it = max(in_it - 1, 0)
            offset += other.size
    if decoded and decoded[-1].target is not None:
        target_size = _size_at(code, decoded[-1].target)
        decoded[-1] = replace(decoded[-1], target_size=target_size)
    return tuple(decoded)


def _size_at(code: CodeReader, address: int) -> int | None:
    try:
        return instruction_size(int.from_bytes(code.read(address, 2), "little"))
    except HarnessError:
        return None


class _Form(NamedTuple):
    """What an instruction's text says, wherever it stands."""

    mnemonic: str
    timing: TimingClass
    reads: frozenset[str]
    writes: frozenset[str]
    accumulates: frozenset[str]
    base: str
    offset_register: str
    writeback: bool
    registers: int
    branch: BranchKind
    target: int | None
    predicated: bool


@lru_cache(maxsize=1)
def _disassembler():  # type: ignore[no-untyped-def]  # noqa: ANN202 -- capstone has no types
    import capstone

    # The modes of Armv8-M and of Cortex-M7's FPv5 only add to what Armv7-M encodes.
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    return capstone.Cs(capstone.CS_ARCH_ARM, mode)


def _decoded(address: int, size: int, form: _Form) -> Instruction:
    return Instruction(address, size, *form[:11], None, form.predicated)


def _undecoded(code: bytes, address: int, predicated: bool) -> Instruction:
    first = int.from_bytes(code[:2], "little")
    size = min(instruction_size(first), len(code))
    if size < 4:  # noqa: PLR2004
        return Instruction(address, 2, "", "unknown", predicated=predicated)
    second = int.from_bytes(code[2:4], "little")
    timing = classify_encoding(first, second)
    if timing == "loop_end":
        target = loop_end_target(address, second)
        return Instruction(address, 4, "le", timing, branch="loop_end", target=target)
    return Instruction(address, 4, "", timing, predicated=predicated)


@lru_cache(maxsize=65536)
def _form(mnemonic: str, operands: str, predicated: bool) -> _Form:
    base = base_mnemonic(mnemonic, predicated)
    types = mnemonic.partition(".")[2]
    timing = classify(base, types, operands)
    named = [_ALIASES.get(name, name) for name in _REGISTER.findall(operands)]
    kind, target = _branch(base, operands, named, mnemonic, predicated)
    results, sources, accumulated = _data_flow(base, timing, operands, named)
    address_base, index, writeback = _addressing(timing, operands, named)
    if writeback:
        results = [*results, address_base]
    if address_base:
        sources = [*sources, address_base, *([index] if index else [])]
    writes, reads = _expand(results), _expand(sources)
    if sets_flags(base) or (base == "vmrs" and "apsr" in operands):
        writes |= {FLAGS}
    if kind == "conditional" and base == "b":
        reads |= {FLAGS}
    return _Form(
        base,
        timing,
        reads,
        writes,
        _expand(accumulated),
        address_base,
        index,
        writeback,
        _list_length(operands) if timing.endswith("multiple") else 0,
        kind,
        target,
        predicated,
    )


def _branch(
    base: str, operands: str, named: list[str], mnemonic: str, predicated: bool
) -> tuple[BranchKind, int | None]:
    """Return how the instruction branches, and where to if that is static."""
    if base in ("b", "bl", "cbz", "cbnz"):
        target = int(operands.rpartition("#")[2], 0)
        always = mnemonic in ("b", "b.w") and not predicated
        kind: BranchKind = "call" if base == "bl" else "direct" if always else "conditional"
        return kind, target
    if base in ("tbb", "tbh"):
        return "table", None
    if base.startswith(("pop", "ldm")) and named[-1:] == ["pc"]:
        return "pop_pc", None
    writes_pc = named[:1] == ["pc"]
    if base in ("bx", "blx", "bxns", "blxns") or (writes_pc and base in ("mov", "add")):
        return "indirect", None
    return ("load_pc" if writes_pc and base == "ldr" else "none"), None


def _data_flow(
    base: str, timing: TimingClass, operands: str, named: list[str]
) -> tuple[list[str], list[str], list[str]]:
    """Return registers written, read and accumulated to, without those of the address."""
    if "load" in timing or "store" in timing:
        return _transferred(base, timing, operands, named)
    if _NO_RESULT.fullmatch(base):
        return [], named, []
    count = 2 if _TWO_RESULTS.fullmatch(base) or _moves_pair(base, named) else 1
    results, sources = named[:count], named[count:]
    if _ACCUMULATING.fullmatch(base) or _READS_DESTINATION.fullmatch(base):
        return (
            results,
            [*sources, *results],
            results if "ml" in base or "fm" in base or "fn" in base else [],
        )
    if timing == "multiply_accumulate":
        return results, sources, sources[-1:]
    if base[0] != "v" and operands.count(",") == 1 and not _TWO_OPERAND_MOVES.fullmatch(base):
        return results, [*sources, *results], []
    return results, sources, []


def _transferred(
    base: str, timing: TimingClass, operands: str, named: list[str]
) -> tuple[list[str], list[str], list[str]]:
    """Return what a load or store writes and reads, without its address."""
    if timing.endswith("multiple"):
        moved = named if operands.startswith("{") else named[1:]
    else:
        moved = [_ALIASES.get(n, n) for n in _REGISTER.findall(operands.partition("[")[0])]
    if "load" in timing:
        return moved, [], []
    return (moved[:1], moved[1:], []) if "ex" in base else ([], moved, [])


def _moves_pair(base: str, named: list[str]) -> bool:
    """Say whether VMOV writes two registers: both core registers, or both halves of a pair."""
    if base != "vmov" or len(named) < 3:  # noqa: PLR2004
        return False
    return named[0][0] == "r" or named[0][0] == "s"


def _addressing(timing: TimingClass, operands: str, named: list[str]) -> tuple[str, str, bool]:
    """Return base register, index register and whether the base is written back."""
    if timing.endswith("multiple"):
        if operands.startswith("{"):
            return "sp", "", True
        return named[0], "", "!" in operands
    if timing == "branch" or "[" not in operands or not ("load" in timing or "store" in timing):
        return "", "", False
    inside, _, after = operands.partition("[")[2].partition("]")
    registers = [_ALIASES.get(name, name) for name in _REGISTER.findall(inside)]
    if not registers:
        return "", "", False
    index = registers[1] if len(registers) > 1 else ""
    return registers[0], index, after.startswith(("!", ","))


@lru_cache(maxsize=4096)
def _expanded(name: str) -> frozenset[str]:
    number = int(name[1:]) if name[1:].isdigit() else 0
    if name[0] == "d":
        return frozenset((f"s{2 * number}", f"s{2 * number + 1}"))
    if name[0] == "q":
        return frozenset(f"s{4 * number + part}" for part in range(4))
    return frozenset((name,))


def _expand(names: list[str]) -> frozenset[str]:
    if not names:
        return _NOTHING
    return _expanded(names[0]).union(*map(_expanded, names[1:]))


def _list_length(operands: str) -> int:
    """Return the words of a register list; a double register is two."""
    listed = _REGISTER.findall(operands.partition("{")[2])
    return sum(2 if name[0] == "d" else 1 for name in listed)
