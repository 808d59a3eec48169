"""What a sweep shows as it goes on."""

import io
import threading

import pytest
from rich.console import Console

from harness.bench.progress import LineProgress, LiveProgress, show_progress


def console(width: int = 60) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=False)


def test_lines_tell_each_step_that_is_carried_out_and_each_cell():
    out = console()
    progress = LineProgress(2, out)
    progress.event({"started": "digits int8: linking"})
    progress.event({"finished": "digits int8: linking"})
    progress.cell_done("digits int8 pico", "ok")
    progress.cell_done("digits int8 nano33ble", "does-not-fit")
    assert out.file.getvalue().splitlines() == [
        "  digits int8: linking",
        "[1/2] digits int8 pico: ok",
        "[2/2] digits int8 nano33ble: does-not-fit",
    ]


@pytest.mark.parametrize("name", ["a[/b]", "[red]x", "[1/2]", "x" * 200])
def test_a_name_is_printed_as_it_is_on_one_line(name):
    out = console()
    progress = LineProgress(1, out)
    progress.event({"started": name})
    progress.cell_done(name, "ok")
    assert out.file.getvalue() == f"  {name}\n[1/1] {name}: ok\n"


def test_cells_from_many_threads_are_all_counted():
    out = console()
    progress = LineProgress(40, out)
    threads = [threading.Thread(target=progress.cell_done, args=("c", "ok")) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.split("/")[0] for line in out.file.getvalue().splitlines()) == sorted(
        f"[{number}" for number in range(1, 41)
    )


def rendered(progress: LiveProgress) -> str:
    out = console(100)
    out.print(progress._render())
    return out.file.getvalue()


def test_the_live_display_shows_done_running_and_left():
    progress = LiveProgress(3, console())
    progress.event({"started": "digits[x]: linking"})
    progress.event({"started": "motion: converting"})
    progress.event({"finished": "motion: converting"})
    progress.event({"finished": "never started"})
    progress.cell_done("c", "ok")
    text = rendered(progress)
    assert "1 cells done, 1 steps running, 2 left" in text
    assert "digits[x]: linking" in text
    assert "motion" not in text


def test_off_a_terminal_lines_go_to_standard_error(capsys):
    with show_progress(1) as progress:
        progress.cell_done("cell", "ok")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "[1/1] cell: ok\n")


def test_quiet_says_nothing(capsys):
    with show_progress(1, quiet=True) as progress:
        progress.event({"started": "x"})
        progress.cell_done("cell", "ok")
    assert capsys.readouterr().err == ""
