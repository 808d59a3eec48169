"""Machine code for tests of the timing model: bytes at an address, and how to write some."""

from dataclasses import dataclass

from harness.cycles.band import Band
from harness.cycles.block_cost import cost_block
from harness.cycles.core_table import load_core_table
from harness.cycles.cost import BlockCost
from harness.cycles.decode import Instruction, decode_block
from harness.errors import HarnessError

ORIGIN = 0x1000

OPCODES: dict[str, tuple[int, ...]] = {
    "ldr r0, [r4]": (0x6820,),
    "ldr r1, [r4, #4]": (0x6861,),
    "ldr.w r0, [r4]": (0xF8D4, 0x0000),
    "ldr r0, [r4], #4": (0xF854, 0x0B04),
    "ldr r1, [r4], #4": (0xF854, 0x1B04),
    "ldr r1, [r5], #4": (0xF855, 0x1B04),
    "ldr r0, [pc, #4]": (0x4801,),
    "ldr r0, [r0]": (0x6800,),
    "ldr r0, [r4, r5]": (0x5960,),
    "str r0, [r4]": (0x6020,),
    "str r0, [r4, r5]": (0x5160,),
    "str r0, [r0]": (0x6000,),
    "adds r4, #4": (0x3404,),
    "adds r4, r4, r5": (0x1964,),
    "add.w r1, r1, r2": (0xEB01, 0x0102),
    "add.w r4, r4, r5, lsl #2": (0xEB04, 0x0485),
    "mul r0, r1, r2": (0xFB01, 0xF002),
    "mla r0, r1, r2, r3": (0xFB01, 0x3002),
    "udiv r0, r1, r2": (0xFBB1, 0xF0F2),
    "smull r0, r1, r2, r3": (0xFB82, 0x0103),
    "ldrd r0, r1, [r4]": (0xE9D4, 0x0100),
    "ldmia r4!, {r0, r1, r2}": (0xCC07,),
    "push {r4, lr}": (0xB510,),
    "pop {r4, pc}": (0xBD10,),
    "nop": (0xBF00,),
    "cmp r0, r1": (0x4288,),
    "ite eq": (0xBF0C,),
    "moveq r0, #1": (0x2001,),
    "movne r0, #2": (0x2002,),
    "bx lr": (0x4770,),
    "tbb [pc, r0]": (0xE8DF, 0xF000),
    "ldr.w pc, [r4]": (0xF8D4, 0xF000),
    "vldr s0, [r4]": (0xED94, 0x0A00),
    "vldr s2, [r4, #4]": (0xED94, 0x1A01),
    "vldmia r4!, {s14}": (0xECB4, 0x7A01),
    "vldmia r5!, {s15}": (0xECF5, 0x7A01),
    "vfma.f32 s0, s14, s15": (0xEEA7, 0x0A27),
    "vfma.f32 s1, s14, s15": (0xEEE7, 0x0A27),
    "vadd.f32 s0, s0, s1": (0xEE30, 0x0A20),
    "vadd.f32 s2, s3, s3": (0xEE31, 0x1AA1),
    "vdiv.f32 s2, s3, s4": (0xEE81, 0x1A82),
    "vstr s0, [r4]": (0xED84, 0x0A00),
    "vmov s0, r1": (0xEE00, 0x1A10),
    "vmov r0, r1, s0, s1": (0xEC51, 0x0A10),
    "vpush {d8}": (0xED2D, 0x8B02),
    "smlad r0, r1, r2, r0": (0xFB21, 0x0002),
    "sxtb16 r0, r1": (0xFA2F, 0xF081),
    "uxtb r0, r1": (0xB2C8,),
    "ldrsb r0, [r4]": (0xF994, 0x0000),
    "movs r0, #1": (0x2001,),
    "muls r0, r1, r0": (0x4348,),
    "dsb": (0xF3BF, 0x8F4F),
    "mrs r0, primask": (0xF3EF, 0x8010),
    "bl .+8": (0xF000, 0xF802),
    "b .-2": (0xE7FD,),
    "bne .-2": (0xD1FD,),
    "cbz r0, .+8": (0xB110,),
    "svc #0": (0xDF00,),
}
"""What GNU as makes of each text, as halfwords; a dot is the instruction's own address."""


@dataclass(frozen=True)
class CodeBytes:
    """Code that lies at an address, and nothing else does."""

    data: bytes
    origin: int = ORIGIN

    def read(self, address: int, size: int) -> bytes:
        offset = address - self.origin
        if not 0 <= offset < len(self.data):
            raise HarnessError(f"nothing at {address:#x}")
        return self.data[offset : offset + size]


def encoded(*texts: str | tuple[int, ...]) -> bytes:
    """Return instructions as they lie in memory: texts of `OPCODES`, or halfwords."""
    values = [OPCODES[text] if isinstance(text, str) else text for text in texts]
    return b"".join(half.to_bytes(2, "little") for value in values for half in value)


def decoded(*texts: str | tuple[int, ...], origin: int = ORIGIN) -> tuple[Instruction, ...]:
    """Return the instructions of these opcodes, laid out from `origin` on."""
    return decode_block(CodeBytes(encoded(*texts), origin), origin, len(texts))


def cost(
    core: str, *texts: str | tuple[int, ...], memory: str = "ram", origin: int = ORIGIN
) -> BlockCost:
    """Return the cost of these opcodes when all data lies in one memory ("": unknown)."""
    block = decoded(*texts, origin=origin)
    return cost_block(block, load_core_table(core), {one.address: memory for one in block})


def cycles(
    core: str, *texts: str | tuple[int, ...], memory: str = "ram", origin: int = ORIGIN
) -> Band:
    """Return the cycles of these opcodes when the block falls through."""
    return cost(core, *texts, memory=memory, origin=origin).cycles
