"""Programs of one's own, run on the emulator: a calibration finds what a board's flash costs."""

from pathlib import Path

import pytest

from harness.bench.context import Context
from harness.board_tables import Calibration
from harness.boards import Board, load_board
from harness.calibration.calibrate import calibrate
from harness.calibration.estimators import estimators
from harness.calibration.measurements import read_measurements
from harness.process import run
from harness.simulators.machines import MACHINES

pytestmark = pytest.mark.emulator

BOARD = "nucleo-l4r5zi"
ASM = Path(__file__).parent / "asm"
FETCH, DATA = 13.0, 8.5

PROGRAM = """
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r4, =table
    movs r5, #{turns}
    b harness_profile_begin
    .ltorg
    .balign 32
mark harness_profile_begin
    nop
1:  .rept {nops}
    nop
    .endr
    mov r6, r4
    mov r7, #{reads}
2:  ldr r0, [r6], #8
    subs r7, #1
    bne 2b
    subs r5, #1
    bne.w 1b
mark harness_profile_end
    nop
    end_by_reset
    .balign 32
table:
    .space 8 * 256
"""
"""Each turn runs through `nops` of two bytes and reads `reads` words of eight bytes of flash."""

RUNS = {"code": (2048, 1), "data": (64, 256), "both": (1024, 200), "little": (800, 40)}
TURNS = 5


def build(folder: Path, name: str) -> Path:
    nops, reads = RUNS[name]
    source, elf = folder / f"{name}.S", folder / f"{name}.elf"
    source.write_text(PROGRAM.format(turns=TURNS, nops=nops, reads=reads))
    machine = MACHINES[load_board(BOARD).emulation.qemu]
    options = ["-mcpu=cortex-m4", "-mthumb", f"-Wa,-I,{ASM}", "-nostdlib"]
    options += [f"-Wa,--defsym,STACK_TOP={machine.ram_origin + 4096}"]
    options += [f"-Wl,--defsym=IMAGE_START={machine.code_origin},-T,{ASM / 'link.ld'}"]
    built = run(["arm-none-eabi-gcc", *options, source, "-o", elf])
    assert built.returncode == 0, built.output
    return elf


def with_coefficients(board: Board, fetch: float, data: float) -> Board:
    trial = Calibration(
        source="the test",
        fetch_read_cycles=fetch,
        data_read_cycles=data,
        clock_hz=board.clock_hz,
        csv="none",
        sha256="0" * 64,
        rows=3,
        worst_error=0,
        leave_one_out_worst=0,
        timing="none",
        harness="none",
    )
    return board.model_copy(update={"calibration": trial})


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "measured.csv"
    for name in RUNS:
        build(tmp_path, name)
    path.write_text("cycles,elf,source\n" + "".join(f"1,{name}.elf,the test\n" for name in RUNS))
    return path


def test_coefficients_of_programs_of_ones_own_are_found(csv: Path, tmp_path: Path) -> None:
    board = load_board(BOARD)
    ctx = Context(store_url=str(tmp_path / "store"), jobs=1, fresh=False)
    estimator_of = estimators(ctx, BOARD, "invoke_warm", quiet=True)
    silicon = with_coefficients(board, FETCH, DATA)
    measured = read_measurements(csv)
    cycles = {row.name: estimator_of(row)(silicon) for row in measured.rows}
    lines = [f"{cycles[f'{name}.elf']},{name}.elf,the test\n" for name in RUNS]
    csv.write_text("cycles,elf,source\n" + "".join(lines))
    found = calibrate(board, read_measurements(csv), estimator_of, timing="core 1")
    assert found.calibration.fetch_read_cycles == pytest.approx(FETCH)
    assert found.calibration.data_read_cycles == pytest.approx(DATA)
    assert found.fit.leave_one_out_worst < 1e-9
    code = next(row.observation for row in found.fit.rows if row.observation.name == "code.elf")
    nops, reads = RUNS["code"]
    words = 2 * nops // 8  # far more than the instruction cache holds: each turn reads all anew
    assert TURNS * words <= code.fetch_reads <= TURNS * (words + 6)
    assert code.data_reads <= TURNS * reads
