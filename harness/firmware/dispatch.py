"""Find the interpreter's indirect calls: the instructions at which an operator starts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import capstone
from capstone.arm import ARM_INS_LDR, ARM_INS_MOV, ARM_OP_MEM, ARM_OP_REG, ARM_REG_R0

from harness.errors import HarnessError
from harness.firmware.memory_map import read_section

# What a register holds: the word at an offset from another value, or something unknown, numbered.
_Value = int | tuple["_Value", int]


def find_dispatches(
    elf_bytes: bytes, symbols: Mapping[str, tuple[int, int]], functions: Iterable[str]
) -> tuple[tuple[int, int], ...]:
    """Return address and size of every `BLX register` in the named functions that calls a kernel.

    The interpreter's loop also calls virtual methods of its own objects; those are left out.

    Raises:
        HarnessError: None of the functions is in the image, or none calls indirectly: operators
            could not be told apart.
    """
    decoder = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    decoder.detail = True
    decoder.skipdata = True  # literal pools stand between the instructions
    names = tuple(functions)
    found: list[tuple[int, int]] = []
    for function in names:
        if function in symbols:
            address, size = symbols[function]
            code = read_section(elf_bytes, address, size)
            found += _kernel_calls(decoder.disasm(code, address))
    if not found:
        raise HarnessError(
            f"firmware: no indirect call in {', '.join(names)}; correct runtime.toml"
        )
    return tuple(found)


def _kernel_calls(instructions: Iterable[Any]) -> Iterator[tuple[int, int]]:
    registers = _Registers()
    for instruction in instructions:
        if instruction.id == 0:  # data between the instructions
            continue
        if instruction.mnemonic == "blx" and instruction.operands[0].type == ARM_OP_REG:
            if not registers.call_is_virtual(instruction.operands[0].reg):
                yield instruction.address, instruction.size
            registers = _Registers()
        else:
            registers.step(instruction)


class _Registers:
    """Where the registers' values were loaded from.

    They are followed in the order of the code, not of its execution: the loads that a call needs
    stand directly before it.
    """

    def __init__(self) -> None:
        self._values: dict[int, _Value] = {}
        self._unknowns = 0

    def call_is_virtual(self, target: int) -> bool:
        """Whether `target` comes from the table to which the object in r0 points first."""
        value = self._value(target)
        return isinstance(value, tuple) and value[0] == (self._value(ARM_REG_R0), 0)

    def step(self, instruction: Any) -> None:  # noqa: ANN401 - capstone has no types
        """Follow one instruction."""
        result: _Value | None = None
        operands = instruction.operands
        if instruction.id == ARM_INS_LDR and operands[1].type == ARM_OP_MEM:
            memory = operands[1].mem
            if memory.index == 0:
                result = (self._value(memory.base), memory.disp)
        elif instruction.id == ARM_INS_MOV and operands[1].type == ARM_OP_REG:
            result = self._value(operands[1].reg)
        for register in instruction.regs_access()[1]:
            self._values.pop(register, None)
        if result is not None:
            self._values[operands[0].reg] = result

    def _value(self, register: int) -> _Value:
        if register not in self._values:
            self._unknowns += 1
            self._values[register] = self._unknowns
        return self._values[register]
