"""Profiles of the sweep's cells: as measured, on a changed board, and of a neighbouring cell."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.bench.choice import Choice
from harness.bench.context import Context
from harness.bench.profiling import ProfiledCell, estimate_cell
from harness.bench.spec import AS_IS
from harness.bench.step_device import WARM
from harness.cycles.energy import Energy, energy
from harness.cycles.estimate import Estimate
from harness.cycles.what_if import WhatIf
from harness.errors import HarnessError
from harness.model_file.logical import logical_view
from harness.model_file.macs import operator_macs
from harness.model_file.model import ModelFile
from harness.names import unknown_name
from harness.profile.battery import Battery, battery_note
from harness.profile.profile import OperatorLabel, Profile, Subject, make_profile
from harness.profile.tables import decimal
from harness.simulators.trace import INTERPRETER

AXES = {
    "model": "models",
    "scheme": "schemes",
    "board": "boards",
    "kernels": "kernels",
    "optimize": "optimize",
}
"""What two cells may differ in, and the name that a choice has for it."""

_AS_IT_IS = WhatIf()
_KERNELS = "simd"
_USUAL = (_KERNELS, "O2")


def profile_of(
    ctx: Context,
    profiled: ProfiledCell,
    region: str,
    what_if: WhatIf = _AS_IT_IS,
    battery: Battery | None = None,
) -> Profile:
    """Return the profile of one region of a measured cell, on its board or a changed one.

    With a `battery` a note says how long it lasts; a changed board has no such note.

    Raises:
        HarnessError: The region was not run, the board cannot be changed so, binutils are
            missing, or the battery's life is not known.
    """
    cell = profiled.cell
    estimate = estimate_cell(ctx, profiled, what_if, regions=(region,))
    subject = Subject(
        board=cell.board.name,
        model=cell.subject.name,
        scheme=cell.scheme,
        kernels=cell.kernels,
        optimize=cell.optimize,
        changes="" if what_if.is_nothing else what_if.describe(),
    )
    notes = what_if.notes(cell.board)
    if what_if.is_nothing and estimate.region(region):
        notes = (*notes, _energy_note(profiled, estimate, region))
        if battery is not None:
            notes = (*notes, battery_note(profiled, estimate.cycles(region), battery))
    return make_profile(
        subject,
        region,
        what_if.clock_hz or cell.board.clock_hz,
        estimate,
        labels_of(profiled.model, estimate, region),
        profiled.elf,
        notes,
    )


def labels_of(model: ModelFile, estimate: Estimate, region: str) -> tuple[OperatorLabel, ...]:
    """Return the names of a region's operators; none where the calls seen are not the model's."""
    seen = [part.index for part in estimate.region(region) if part.index != INTERPRETER]
    if seen != [operator.index for operator in model.operators]:
        return ()
    return tuple(_labels(model))


def _labels(model: ModelFile) -> Iterator[OperatorLabel]:
    logical = logical_view(model)
    for operator in model.operators:
        shape = model.tensors[operator.outputs[0]].shape if operator.outputs else ()
        macs = operator_macs(logical.operators[operator.index], logical.tensors)
        yield OperatorLabel(operator.index, operator.custom_name or operator.name, shape, macs)


def _energy_note(profiled: ProfiledCell, estimate: Estimate, region: str) -> str:
    found = energy(profiled.cell.board, estimate.cycles(region))
    if not isinstance(found, Energy):
        return f"energy unknown: {found}"
    band = found.microjoules
    return (
        f"energy {decimal(band.typical)} uJ ({decimal(band.low)} to {decimal(band.high)}): "
        f"{found.current}"
    )


def chosen_cell(
    choice: Choice,
    model: str,
    scheme: str,
    board: str,
    kernels: str | None,
    optimize: str | None,
) -> Choice:
    """Return `choice` for one cell; kernels are by default the fast ones, or a given tree's."""
    named = kernels or ("" if choice.tflm_dir is not None else _KERNELS)
    return replace(
        choice,
        models=(model,),
        schemes=() if scheme == AS_IS else (scheme,),
        boards=(board,),
        kernels=(named,) if named else (),
        optimize=(optimize,) if optimize else (),
    )


def neighbour(choice: Choice, differences: Iterable[str]) -> Choice:
    """Return `choice`, of one cell, with what `AXIS=VALUE` words say in place of its own.

    Raises:
        HarnessError: A word has another form, its axis is unknown, or one axis is named twice.
    """
    found: dict[str, Any] = {}
    for word in differences:
        axis, equals, value = word.partition("=")
        if not equals or not value:
            raise HarnessError(f"--against {word}: give AXIS=VALUE, such as scheme=int16x8")
        if axis not in AXES:
            raise unknown_name("--against axis", axis, AXES)
        if AXES[axis] in found:
            raise HarnessError(f"--against {word}: {axis} is named twice; give it once")
        found[AXES[axis]] = (value,)
    return replace(choice, **found)


def folder_name(profile: Profile) -> str:
    """Return what the folder of a profile is called: what is as usual needs no word."""
    subject = profile.subject
    words = [Path(subject.elf).stem if subject.elf else subject.model]
    words += [subject.scheme, subject.board]
    words += [word for word in (subject.kernels, subject.optimize) if word not in _USUAL]
    words += [] if subject.elf or profile.region == WARM else [profile.region]
    words += [subject.changes]
    named = "-".join(word for word in words if word)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"profile-{named}")
