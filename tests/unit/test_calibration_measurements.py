"""Promises about the CSV of measured cycles: what it may say, and one line for what it may not."""

import hashlib
import re
from pathlib import Path

import pytest

from harness.calibration.measurements import CellRun, ElfRun, read_measurements
from harness.errors import HarnessError

CELLS = """\
name,cycles,model,scheme,kernels,optimize,source
first,1000,digits,int8,simd,O2,a board
second,2.5e3,motion,int8,,,a board
third,70,digits,float32,reference,O3,another board
"""

ELFS = """\
cycles,elf,begin,end,visit
1000,a.elf,,,
2000,a.elf,start,stop,2
3000,b.elf,,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("a.elf", "b.elf"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path / "measured.csv"


def test_cells_are_read_with_what_they_leave_open(file: Path) -> None:
    file.write_text(CELLS)
    found = read_measurements(file)
    assert [row.cycles for row in found.rows] == [1000, 2500, 70]
    assert found.rows[0].run == CellRun("digits", "int8", "simd", "O2")
    assert found.rows[1].run == CellRun("motion", "int8", None, None)
    assert found.sources == ("a board", "another board")
    assert found.sha256 == hashlib.sha256(CELLS.encode()).hexdigest()


def test_firmware_is_found_beside_the_file(file: Path) -> None:
    file.write_text(ELFS.replace("b.elf,,,", "b.elf,,,1"))
    found = read_measurements(file)
    assert found.rows[1].run == ElfRun(file.parent / "a.elf", "start", "stop", 2)
    assert found.rows[2].run == ElfRun(file.parent / "b.elf", None, None, 1)
    assert [row.line for row in found.rows] == [2, 3, 4]


def test_a_model_file_is_found_beside_the_file(file: Path) -> None:
    file.write_text(CELLS.replace("first,1000,digits", "first,1000,my.tflite"))
    run = read_measurements(file).rows[0].run
    assert run == CellRun(str(file.parent / "my.tflite"), "int8", "simd", "O2")


def test_rows_without_a_name_go_by_what_ran(file: Path) -> None:
    file.write_text(CELLS.replace("first,", ",").replace("second,", ","))
    names = [row.name for row in read_measurements(file).rows]
    assert names == ["digits int8 simd O2", "motion int8", "third"]


def test_firmware_without_a_name_goes_by_its_path_and_visit(file: Path) -> None:
    file.write_text(ELFS)
    names = [row.name for row in read_measurements(file).rows]
    assert names == ["a.elf", "a.elf start visit 2", "b.elf"]


def test_a_byte_order_mark_and_empty_lines_do_no_harm(file: Path) -> None:
    file.write_text("\ufeff" + CELLS + "\n,,,,,,\n")
    assert len(read_measurements(file).rows) == 3


@pytest.mark.parametrize(
    ("text", "before", "after", "message"),
    [
        (CELLS, "cycles", "cylces", ":1: unknown column 'cylces'; did you mean 'cycles'?"),
        (CELLS, "name,cycles", "name,name", ":1: two columns are called 'name'"),
        (ELFS, "cycles,", "source,", ":1: no column 'cycles'; add the measured clock cycles"),
        (ELFS, "elf,", "name,", ":1: no column 'elf', nor 'model' and 'scheme'"),
        (CELLS, "70,", "0,", ":4: cycles: '0' is no number above 0"),
        (CELLS, "70,", "-7,", ":4: cycles: '-7' is no number above 0"),
        (CELLS, "70,", "nan,", ":4: cycles: 'nan' is no number above 0"),
        (CELLS, "70,", "inf,", ":4: cycles: 'inf' is no number above 0"),
        (CELLS, "70,", "12k,", ":4: cycles: '12k' is no number above 0"),
        (CELLS, "70,", ",", ":4: cycles: '' is no number above 0"),
        (CELLS, "digits,float32", ",float32", ":4: neither 'elf' nor 'model'; name one"),
        (CELLS, "digits,float32", "digits,", ":4: scheme: is empty; name the model's scheme"),
        (CELLS, ",another board", "", ":4: not as many fields as the header has"),
        (CELLS, "another board", "another,board", ":4: not as many fields as the header has"),
        (CELLS, "third,70,digits,float32,reference,O3", "third,9,digits,int8,simd,O2",
         ":4: the same run as in line 2; keep one of them"),
        (CELLS, "third", "first", ":4: also called 'first', as line 2; tell them apart"),
        (CELLS, "third,70,digits,float32,reference,O3,another board\n", "",
         ": 2 measurements; two coefficients need at least 3"),
        (ELFS, "b.elf,,,", "c.elf,,,", "c.elf: no such file; correct the name"),
        (ELFS, "stop,2", "stop,0", ":3: visit: '0' is no whole number from 1 on"),
        (ELFS, "b.elf,,,", "a.elf,,,1", ":4: the same run as in line 2; keep one"),
        (ELFS, "1000,a.elf", '1000,"a.elf', ": not CSV ("),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(
    file: Path, text: str, before: str, after: str, message: str
) -> None:
    assert before in text
    file.write_text(text.replace(before, after, 1))
    with pytest.raises(HarnessError, match=re.escape(message)) as caught:
        read_measurements(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_of_the_other_kind_of_run_must_be_empty(file: Path) -> None:
    header = "cycles,elf,model,scheme,visit\n"
    file.write_text(header + "1,a.elf,,int8,\n2,b.elf,,,\n3,,digits,int8,\n")
    with pytest.raises(HarnessError, match=":2: scheme: means nothing for an ELF"):
        read_measurements(file)
    file.write_text(header + "1,a.elf,,,\n2,b.elf,,,\n3,,digits,int8,2\n")
    with pytest.raises(HarnessError, match=":4: visit: means nothing for a model"):
        read_measurements(file)
    file.write_text(header + "1,a.elf,digits,,\n2,b.elf,,,\n3,,digits,int8,\n")
    with pytest.raises(HarnessError, match=":2: both 'elf' and 'model'; name one"):
        read_measurements(file)


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.write_bytes(b"cycles,elf\n\xff\xfe,a\n")
    with pytest.raises(HarnessError, match="not UTF-8 text; save it as UTF-8"):
        read_measurements(file)
    file.write_bytes(b"")
    with pytest.raises(HarnessError, match="no column 'cycles'"):
        read_measurements(file)
