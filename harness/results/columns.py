"""The reference of the columns: what `docs/columns.md` says, made from the row itself."""

from harness.results.row import Row, decimals


def column_reference_markdown() -> str:
    """Return the reference of the CSV columns, the content of `docs/columns.md`."""
    lines = [
        "# Columns of the results",
        "",
        "One line a column, in the order of the file. Generated from `harness/results/row.py`.",
        "An empty field is an unknown figure, never zero. The file is UTF-8 with LF line ends.",
        "",
        "| column | values | meaning |",
        "|---|---|---|",
    ]
    for name, field in Row.model_fields.items():
        lines.append(f"| `{name}` | {_values(name)} | {field.description} |")
    return "\n".join(lines) + "\n"


def _values(column: str) -> str:
    places = decimals(column)
    if column == "status":
        return "one of six"
    if column == "realtime":
        return "yes or no"
    if places is not None:
        return f"{places} decimals"
    return "whole number" if "int" in str(Row.model_fields[column].annotation) else "text"
