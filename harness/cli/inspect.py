"""`harness inspect`: show what a .tflite file holds and which runtimes can run it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from harness.model_file.model import ModelFile, Tensor

_MOST_SCALES = 1


def inspect(
    file: Annotated[Path, typer.Argument(help="A TensorFlow Lite model.", metavar="FILE.tflite")],
) -> None:
    """Show a .tflite file: operators, tensors, quantization, and which runtimes can run it.

    Example: harness inspect model.tflite
    """
    from rich.markup import escape

    from harness.cli.tables import make_console
    from harness.files import read_bytes
    from harness.model_file.operator_table import load_operator_table, runtime_names
    from harness.model_file.reader import read_model
    from harness.model_file.support import unsupported_reason

    model = read_model(read_bytes(file), str(file))
    console = make_console()
    console.print(f"[bold]{escape(model.name)}[/bold]", soft_wrap=True)
    console.print(f"size    {model.size_bytes:,} bytes, {len(model.operators)} operators")
    console.print(f"sha256  {model.sha256}", soft_wrap=True)
    for kind, tensors in (("input", model.input_tensors), ("output", model.output_tensors)):
        for tensor in tensors:
            console.print(f"{kind:<8}{escape(_describe(tensor))}", soft_wrap=True)
    console.print(_operator_table(model))
    for api in runtime_names():
        table = load_operator_table(api)
        reason = unsupported_reason(model, table)
        verdict = "[green]can run it[/green]" if reason is None else "[red]cannot run it[/red]: "
        console.print(
            f"{api} ({escape(table.title)}): {verdict}{escape(reason or '')}", soft_wrap=True
        )


def _operator_table(model: "ModelFile") -> "Table":
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from harness.model_file.logical import logical_view
    from harness.model_file.macs import operator_macs

    logical = logical_view(model)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("#", "operator", "inputs", "outputs"):
        table.add_column(heading, justify="right" if heading == "#" else "left")
    table.add_column("MACs", justify="right")
    for operator in model.operators:
        table.add_row(
            str(operator.index),
            escape(operator.custom_name or operator.name),
            escape(_shapes(model, operator.inputs)),
            escape(_shapes(model, operator.outputs)),
            _count(operator_macs(logical.operators[operator.index], logical.tensors)),
        )
    table.add_section()
    table.add_row("", "all", "", "", _count(model.macs))
    return table


def _shapes(model: "ModelFile", indices: Sequence[int]) -> str:
    present = (model.tensor(index) for index in indices)
    return "\n".join(_short(tensor) for tensor in present if tensor is not None)


def _short(tensor: "Tensor") -> str:
    channels = f" {len(tensor.scales)} scales" if len(tensor.scales) > _MOST_SCALES else ""
    return f"{tensor.type} {_shape(tensor)}{channels}"


def _describe(tensor: "Tensor") -> str:
    quantization = ""
    if tensor.scales:
        quantization = f", scale {tensor.scales[0]:.6g}, zero point {tensor.zero_points[0]}"
    return f"{tensor.name}: {tensor.type} {_shape(tensor)}, {tensor.bytes:,} bytes{quantization}"


def _shape(tensor: "Tensor") -> str:
    return "x".join(map(str, tensor.shape)) or "scalar"


def _count(macs: int | None) -> str:
    return "unknown" if macs is None else f"{macs:,}"
