"""Find the interpreter's indirect calls: the instructions at which an operator starts."""

from collections.abc import Iterable, Mapping

import capstone
from capstone.arm import ARM_OP_REG

from harness.errors import HarnessError
from harness.firmware.memory_map import read_section


def find_dispatches(
    elf_bytes: bytes, symbols: Mapping[str, tuple[int, int]], functions: Iterable[str]
) -> tuple[tuple[int, int], ...]:
    """Return address and size of every `BLX register` in the named functions.

    Raises:
        HarnessError: None of the functions is in the image, or none calls indirectly: operators
            could not be told apart.
    """
    decoder = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    decoder.detail = True
    decoder.skipdata = True  # literal pools stand between the instructions
    found: list[tuple[int, int]] = []
    for function in functions:
        if function not in symbols:
            continue
        address, size = symbols[function]
        code = read_section(elf_bytes, address, size)
        for instruction in decoder.disasm(code, address):
            if instruction.mnemonic == "blx" and instruction.operands[0].type == ARM_OP_REG:
                found.append((instruction.address, instruction.size))
    if not found:
        raise HarnessError(
            f"firmware: no indirect call in {', '.join(functions)}; correct runtime.toml"
        )
    return tuple(found)
