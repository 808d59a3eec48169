"""Where the figures of a report come from: tools, packages, time, models, machines."""

from harness.results.results import Results

_COLUMNS = (
    ("compiler", "compiler"),
    ("emulator", "emulator"),
    ("TFLM", "tflm"),
    ("timing model", "timing"),
    ("API of TFLM", "runtime"),
    ("simulator", "simulator"),
    ("optimization", "optimize"),
    ("computed by", "features"),
)
_SHOWN_ABOVE = frozenset({"compiler", "emulator", "tflm"})


def provenance(results: Results) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return pairs of a name and its values: of the table's columns, then of the manifest."""
    found: list[tuple[str, tuple[str, ...]]] = [("table", (results.name,))]
    manifest = results.manifest
    if manifest is not None:
        found.append(("made", (f"{manifest.created:%Y-%m-%d %H:%M} UTC",)))
        found.append(("harness", (manifest.harness,)))
    for title, column in _COLUMNS:
        values = dict.fromkeys(getattr(row, column) for row in results.rows)
        named = tuple(str(value) for value in values if value is not None)
        if named:
            found.append((title, named))
    if manifest is not None:
        packages = [
            f"{name} {text}" for name, text in manifest.tools.items() if name not in _SHOWN_ABOVE
        ]
        found.append(("packages", tuple(packages)))
    data = dict.fromkeys(
        str(text) for row in results.rows if (text := results.details(row).get("data"))
    )
    if data:
        found.append(("data", tuple(data)))
    return tuple(found)


def model_hashes(results: Results) -> tuple[tuple[str, str, str], ...]:
    """Return model, scheme and SHA-256 of each file that was measured, each once."""
    return tuple(
        dict.fromkeys(
            (row.model, row.scheme, row.model_sha256) for row in results.rows if row.model_sha256
        )
    )


def machines(results: Results) -> tuple[str, ...]:
    """Return a line a board: what each region of the emulated machine stands for."""
    if results.manifest is None:
        return ()
    return tuple(
        f"{mapping.board} on {mapping.machine}: "
        + "; ".join(f"{region} is {' and '.join(own)}" for region, own in mapping.regions.items())
        for mapping in results.manifest.machines
    )
