"""The command `schema`: print the JSON Schema of a kind of TOML file."""

from typing import Annotated

import typer


def _names() -> list[str]:
    from harness.toml_schema import toml_files

    return list(toml_files())


def schema(
    name: Annotated[
        str,
        typer.Argument(
            help="board, bench, budgets, model, kernels, core, operators or runtime.",
            metavar="NAME",
            autocompletion=_names,
        ),
    ],
) -> None:
    """Print the JSON Schema of a kind of TOML file, for editors to complete and check it.

    Refer to the schema on the file's first line: #:schema ./board.schema.json

    Example: harness schema board > board.schema.json
    """
    from harness.toml_schema import schema_text

    typer.echo(schema_text(name), nl=False)
