"""Draw quality against latency against flash: python docs/make_picture.py [bench.csv [out.svg]]."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from harness.boards import load_board
from harness.errors import HarnessError
from harness.results.csv_file import read_rows
from harness.results.row import Row

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "example" / "bench.csv"
PICTURE = ROOT / "docs" / "example" / "latency.svg"
BOARD, KERNELS = "nucleo-l4r5zi", "simd"
"""One board and kernel set: what is compared is the schemes."""

PANELS = {
    "digits": ("digits",),
    "motion": ("motion",),
    "keyword": ("keyword", "keyword-distilled"),
    "anomaly": ("anomaly",),
    "person": ("person",),
    "image": ("image", "image-transfer"),
}
"""Each task's panel: its model, and the variant that is drawn as a diamond."""

# Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = {
    "float32": "#000000",
    "int8": "#0072B2",
    "int8-per-tensor": "#56B4E9",
    "int16x8": "#009E73",
    "int4": "#D55E00",
    "int8-qat": "#CC79A7",
    "int4-qat": "#6F3AA0",
    "int8-sparse-80": "#E69F00",
    "int8-clustered-16": "#8C6D1F",
}
_OTHER = "#999999"
_AREA_PER_KIB = 0.7
_LEAST_POINTS = 5.0
_MOST_QUALITY = 100.0
_TICKS = ((1, 2, 5), (1, 1.5, 2, 3, 5, 7))
_FEWEST_TICKS = 3
_LEGEND_KIB = (50, 150, 400)
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#57606a",
    "axes.labelcolor": "#24292f",
    "svg.hashsalt": "harness",
    "svg.fonttype": "path",
}


def drawn_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the board and kernel set that have a quality and a latency."""
    return [
        row
        for row in rows
        if (row.board, row.kernels) == (BOARD, KERNELS)
        and row.quality_device is not None
        and row.latency_ms is not None
        and row.flash_bytes is not None
    ]


def picture(table: Path) -> str:
    """Return the SVG for a table; the same table gives the same bytes.

    Raises:
        HarnessError: The table cannot be read, or has no latencies of the board.
    """
    rows = drawn_rows(read_rows(table))
    if not rows:
        raise HarnessError(f"{table}: no latencies of {BOARD} with {KERNELS}; measure them first")
    with mpl.rc_context(_STYLE):
        figure = _figure(rows)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata=_NO_METADATA)
        plt.close(figure)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _figure(rows: Sequence[Row]) -> Figure:
    figure, axes = plt.subplots(2, 3, figsize=(9.2, 6.1), facecolor="#ffffff")
    for axis, (title, models) in zip(axes.flat, PANELS.items(), strict=True):
        _panel(axis, title, [row for row in rows if row.model in models])
    board = load_board(BOARD)
    figure.suptitle(
        f"What each scheme costs on {board.title}, {board.clock_hz / 1e6:g} MHz",
        fontsize=12,
        fontweight="bold",
        x=0.02,
        y=0.985,
        ha="left",
    )
    figure.text(
        0.02, 0.925, f"up: better, left: faster, small: less flash; kernels {KERNELS}", va="center"
    )
    figure.supxlabel(
        "milliseconds an inference (estimate; the bar is its band)", fontsize=9, y=0.115
    )
    _legends(figure, rows)
    figure.subplots_adjust(left=0.065, right=0.985, top=0.86, bottom=0.2, wspace=0.24, hspace=0.36)
    return figure


def _panel(axis: Axes, title: str, rows: Sequence[Row]) -> None:
    unit = "AUC" if rows and rows[0].metric == "auc" else "accuracy"
    axis.set_title(f"{title}: {unit}, %", loc="left", fontsize=10)
    axis.set_xscale("log")
    axis.grid(visible=True, which="major", color="#d8dee4", linewidth=0.6)
    axis.set_axisbelow(True)
    for row in sorted(rows, key=lambda row: -(row.flash_bytes or 0)):
        _point(axis, row, variant=row.model != title)
    _scales(axis, [100 * (row.quality_device or 0.0) for row in rows])


def _scales(axis: Axes, qualities: Sequence[float]) -> None:
    """Leave room for the marks, show at least a few points of quality, and tick round numbers."""
    low, high = min(qualities, default=0.0), max(qualities, default=_MOST_QUALITY)
    room = max(high - low, _LEAST_POINTS)
    middle = min((low + high) / 2, _MOST_QUALITY - room / 2)
    axis.set_ylim(middle - 0.65 * room, middle + 0.65 * room)
    axis.yaxis.set_major_locator(
        FixedLocator([tick for tick in axis.get_yticks() if tick <= _MOST_QUALITY])
    )
    first, last = axis.get_xlim()
    axis.set_xlim(first / 1.15, last * 1.15)
    for steps in _TICKS:
        ticks = [step * 10.0**power for power in range(-4, 7) for step in steps]
        shown = [tick for tick in ticks if first / 1.15 <= tick <= last * 1.15]
        if len(shown) >= _FEWEST_TICKS:
            break
    axis.xaxis.set_major_locator(FixedLocator(shown))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _point(axis: Axes, row: Row, *, variant: bool) -> None:
    latency, quality = row.latency_ms or 0.0, 100 * (row.quality_device or 0.0)
    colour = COLOURS.get(row.scheme, _OTHER)
    if row.cycles and row.cycles_low is not None and row.cycles_high is not None:
        ends = [latency * bound / row.cycles for bound in (row.cycles_low, row.cycles_high)]
        axis.plot(ends, [quality, quality], color=colour, linewidth=1.2, alpha=0.8)
    mark = axis.scatter(
        [latency],
        [quality],
        s=_AREA_PER_KIB * (row.flash_bytes or 0) / 1024,
        c=colour,
        marker="D" if variant else "o",
        alpha=0.75,
        edgecolors="#ffffff",
        linewidths=0.7,
    )
    mark.set_gid(f"{row.model}-{row.scheme}")


def _legends(figure: Figure, rows: Sequence[Row]) -> None:
    present = {row.scheme for row in rows}
    names = [name for name in COLOURS if name in present] + sorted(present - set(COLOURS))
    schemes = [_sample(name, COLOURS.get(name, _OTHER), 7) for name in names]
    sizes = [
        _sample(f"{size} KiB of flash", _OTHER, (_AREA_PER_KIB * size) ** 0.5)
        for size in _LEGEND_KIB
    ]
    variants = sorted({row.model for row in rows} - set(PANELS))
    if variants:
        sizes.append(_sample(", ".join(variants), _OTHER, 6, marker="D"))
    for handles, height in ((schemes, 0.045), (sizes, 0.0)):
        figure.legend(
            handles=handles,
            loc="lower center",
            bbox_to_anchor=(0.5, height),
            ncols=len(handles),
            frameon=False,
            columnspacing=1.2,
            handletextpad=0.3,
        )


def _sample(label: str, colour: str, size: float, marker: str = "o") -> Line2D:
    return Line2D(
        [], [], marker=marker, markersize=size, color=colour, linestyle="none", label=label
    )


def main(arguments: list[str]) -> None:
    """Draw the picture of a table."""
    table = Path(arguments[0]) if arguments else TABLE
    out = Path(arguments[1]) if arguments[1:] else PICTURE
    out.write_text(picture(table))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HarnessError as error:
        sys.exit(str(error))
