"""Three faults of a rotating machine, each in three grades, as additions to its normal sound.

Bearing: each ball that rolls over a spall on the outer race strikes it, and the casing rings. The
ball pass frequency is n/2 (1 - d/D cos(phi)) times the shaft's speed; the balls slip, so the blows
jitter by a percent or two (R. B. Randall and J. Antoni, "Rolling element bearing diagnostics: a
tutorial", Mechanical Systems and Signal Processing 25, 2011).

Imbalance: a mass m off the axis by e pulls with m e omega^2 once a turn, so the shaft's first
harmonic grows.

Rub: the rotor touches the stator for a part of each turn. The contact cuts the orbit off, which
gives harmonics and, touching harder every second turn, half-order tones; friction gives bursts of
broadband noise (A. Muszynska, "Rotordynamics", CRC Press, 2005, chapter 5).
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from harness.tasks.audio import Signal
from harness.tasks.machine import Machine, Turning, resonate

BALLS = 9
BALL_MM = 7.94
PITCH_MM = 39.04
CONTACT_ANGLE = 0.0
"""The deep-groove bearing 6205."""
SLIP = 0.015
"""Standard deviation of the time between blows, as a share of it."""

BLOW_LEVELS = (0.016, 0.025, 0.08)
IMBALANCE_GROWTHS = (1.5, 3.0, 10.0)
"""How much of its own amplitude the first harmonic gains."""
RUB_LEVELS = (0.0025, 0.004, 0.015)
CONTACT = 0.2
"""The part of a turn for which the rotor touches."""

GRADES = ("mild", "moderate", "severe")


def ball_pass_outer(shaft_hz: float) -> float:
    """Return the frequency of blows (Hz) on a spall of the outer race."""
    return BALLS / 2 * shaft_hz * (1 - BALL_MM / PITCH_MM * math.cos(CONTACT_ANGLE))


def bearing(machine: Machine, turning: Turning, grade: int, rng: np.random.Generator) -> Signal:
    """Return the ringing of the casing under the blows of the balls; `grade` counts from 0."""
    per_turn = ball_pass_outer(1.0)
    first, last = turning.turns[0], turning.turns[-1]
    count = int((last - first) * per_turn * (1 + 6 * SLIP)) + 2
    spacing = (1 + SLIP * rng.standard_normal(count)) / per_turn
    angles = first + np.cumsum(spacing) - spacing[0] * rng.uniform(0, 1)
    places = np.searchsorted(turning.turns, angles[(angles > first) & (angles < last)])
    blows = np.zeros(len(turning.turns))
    blows[places] = BLOW_LEVELS[grade] * turning.load * rng.uniform(0.8, 1.2, len(places))
    return resonate(machine, blows)


def imbalance(machine: Machine, turning: Turning, grade: int, rng: np.random.Generator) -> Signal:
    """Return what the first harmonic gains; `grade` counts from 0."""
    pull = IMBALANCE_GROWTHS[grade] * machine.shaft_levels[0]
    return pull * np.sin(2 * np.pi * (turning.turns + rng.uniform(0, 1)))


def rub(machine: Machine, turning: Turning, grade: int, rng: np.random.Generator) -> Signal:
    """Return friction bursts, and harmonics of half the shaft's speed; `grade` counts from 0."""
    touch = turning.turns + rng.uniform(0, 1)
    orbit = np.cos(2 * np.pi * touch)
    edge = math.cos(math.pi * CONTACT)
    beyond: Signal = np.maximum(orbit - edge, 0) / (1 - edge)
    # Every second turn touches harder, so the contact force repeats every two turns.
    force = beyond * (1 + 0.5 * np.cos(np.pi * touch))
    friction = force * rng.standard_normal(len(touch))
    sound: Signal = force - force.mean() + friction + resonate(machine, friction)
    return RUB_LEVELS[grade] * sound


FAULTS: Mapping[str, Callable[[Machine, Turning, int, np.random.Generator], Signal]] = (
    MappingProxyType({"bearing": bearing, "imbalance": imbalance, "rub": rub})
)
