"""The sound of a synthesized machine: a motor that drives a fan through a gear.

Every part is of the order that rotating machines show (R. B. Randall, "Vibration-based Condition
Monitoring", Wiley, 2011, chapter 2): harmonics of the shaft's speed, the fan's blades, the gear's
mesh with sidebands a shaft speed apart, and flow noise, heard through a casing that resonates.
Levels are relative to one another; full scale is 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.tasks.audio import SAMPLE_RATE_HZ, Signal

SHAFT_HZ = (23.5, 25.5)
"""A four-pole motor on 50 Hz mains, more or less loaded."""
BLADES = 7
TEETH = 23
MESH_DEPTH = 0.3
"""Depth of the mesh's amplitude modulation by the shaft, which gives the sidebands."""
RESONANCE_HZ = (2900.0, 3500.0)
DAMPING = (0.02, 0.04)
"""Damping ratio of the casing's resonance."""
LOAD = (0.7, 1.3)
"""Tooth forces and flow noise grow with the load, the shaft's own harmonics do not."""
WANDER = 0.004
"""The speed wanders about its mean by this share (standard deviation)."""
LEVEL_DB = (-3.0, 3.0)
"""Distance and microphone differ from clip to clip."""
_WANDER_HZ = 2.0
_SHAFT_LEVELS = (0.030, 0.018, 0.010, 0.006)
_BLADE_LEVELS = (0.020, 0.010, 0.005)
_MESH_LEVELS = (0.030, 0.016, 0.010, 0.006)
_SPREAD = (0.7, 1.4)
_FLOW_LEVEL = 0.020
_ROOM_LEVEL = (0.001, 0.004)


@dataclass(frozen=True)
class Machine:
    """One machine of the type: its speed (turns a second), its casing, its levels.

    `resonance_hz` and `damping` (a ratio) are the casing's. The levels are amplitudes of the
    shaft's harmonics 1, 2, 3 ..., of the blades' and of the mesh's.
    """

    shaft_hz: float
    resonance_hz: float
    damping: float
    shaft_levels: tuple[float, ...]
    blade_levels: tuple[float, ...]
    mesh_levels: tuple[float, ...]


@dataclass(frozen=True)
class Turning:
    """How the shaft turned during a clip: `turns` done at each sample, and the load (1: rated)."""

    turns: Signal
    load: float


def make_machine(rng: np.random.Generator) -> Machine:
    """Return a machine of the type, as production spreads it."""

    def spread(levels: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(level * float(rng.uniform(*_SPREAD)) for level in levels)

    return Machine(
        shaft_hz=float(rng.uniform(*SHAFT_HZ)),
        resonance_hz=float(rng.uniform(*RESONANCE_HZ)),
        damping=float(rng.uniform(*DAMPING)),
        shaft_levels=spread(_SHAFT_LEVELS),
        blade_levels=spread(_BLADE_LEVELS),
        mesh_levels=spread(_MESH_LEVELS),
    )


def turn(machine: Machine, length: int, rng: np.random.Generator) -> Turning:
    """Return how the shaft turns during `length` samples, from a random angle on."""
    seconds = length / SAMPLE_RATE_HZ
    knots = max(int(seconds * _WANDER_HZ), 1) + 1
    drift = np.interp(
        np.linspace(0, 1, length), np.linspace(0, 1, knots), rng.standard_normal(knots)
    )
    speed = machine.shaft_hz * (1 + WANDER * drift)
    turns = rng.uniform(0, 1) + np.cumsum(speed) / SAMPLE_RATE_HZ
    return Turning(turns, float(rng.uniform(*LOAD)))


def run_normally(machine: Machine, turning: Turning, rng: np.random.Generator) -> Signal:
    """Return what a sound machine gives."""
    shaft = _harmonics(machine.shaft_levels, turning.turns, rng)
    blades = _harmonics(machine.blade_levels, BLADES * turning.turns, rng)
    mesh = _harmonics(machine.mesh_levels, TEETH * turning.turns, rng)
    mesh *= 1 + MESH_DEPTH * np.sin(2 * np.pi * (turning.turns + rng.uniform(0, 1)))
    flow = _FLOW_LEVEL * turning.load * _rumble(len(turning.turns), rng)
    return shaft + blades + turning.load * (mesh + resonate(machine, mesh)) + flow


def record(sound: Signal, rng: np.random.Generator) -> Signal:
    """Return `sound` as a microphone in a room takes it: at some level, with the room's noise."""
    level = 10 ** (rng.uniform(*LEVEL_DB) / 20)
    return level * sound + rng.uniform(*_ROOM_LEVEL) * rng.standard_normal(len(sound))


def resonate(machine: Machine, force: Signal) -> Signal:
    """Return the casing's answer to `force`: one mode, by impulse invariance.

    h(t) = exp(-2 pi zeta f t) sin(2 pi f t), its peak scaled to about 1 for a unit impulse.
    """
    from scipy.signal import lfilter

    decay = np.exp(-2 * np.pi * machine.damping * machine.resonance_hz / SAMPLE_RATE_HZ)
    angle = 2 * np.pi * machine.resonance_hz / SAMPLE_RATE_HZ
    feedback = [1.0, -2 * decay * np.cos(angle), decay**2]
    return np.asarray(lfilter([0.0, decay * np.sin(angle)], feedback, force), dtype=np.float64)


def _harmonics(levels: tuple[float, ...], turns: Signal, rng: np.random.Generator) -> Signal:
    orders = np.arange(1, len(levels) + 1)[:, None]
    phases = rng.uniform(0, 1, (len(levels), 1))
    tones: npt.NDArray[np.float64] = np.sin(2 * np.pi * (orders * turns + phases))
    return np.asarray(levels) @ tones


def _rumble(length: int, rng: np.random.Generator) -> Signal:
    """Flow noise: white noise through a first-order low pass near 800 Hz, at unit power."""
    from scipy.signal import lfilter

    pole = np.exp(-2 * np.pi * 800.0 / SAMPLE_RATE_HZ)
    gain = np.sqrt(1 - pole**2)
    return np.asarray(lfilter([gain], [1.0, -pole], rng.standard_normal(length)), dtype=np.float64)
