"""The synthesized machine turns, and fails, as the formulas that it names say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import hilbert

from harness.tasks.audio import SAMPLE_RATE_HZ
from harness.tasks.machine import Turning, make_machine, resonate, run_normally, turn
from harness.tasks.machine_faults import FAULTS, GRADES, ball_pass_outer, bearing, imbalance, rub

SECONDS = 8
MACHINE = replace(make_machine(np.random.default_rng(1)), shaft_hz=25.0, resonance_hz=3200.0)
STEADY = Turning(25.0 * np.arange(SECONDS * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ, load=1.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def spectrum(signal: np.ndarray) -> np.ndarray:
    """Amplitudes at steps of 1/8 Hz."""
    return np.abs(np.fft.rfft(signal - signal.mean())) * 2 / len(signal)


def amplitude_at(signal: np.ndarray, hz: float) -> float:
    return float(spectrum(signal)[round(hz * SECONDS)])


def test_the_ball_pass_frequency_is_that_of_the_bearing_6205() -> None:
    # 3.585 blows a turn: the figure that the bearing's makers and the CWRU data set give.
    assert ball_pass_outer(1.0) == pytest.approx(3.585, abs=0.001)


def test_bearing_blows_come_at_the_ball_pass_frequency() -> None:
    envelope = np.abs(hilbert(bearing(MACHINE, STEADY, 1, rng())))
    found = spectrum(envelope)[: 150 * SECONDS].argmax() / SECONDS
    assert found == pytest.approx(ball_pass_outer(25.0), rel=0.01)


def test_bearing_blows_ring_in_the_casing() -> None:
    sound = spectrum(bearing(MACHINE, STEADY, 1, rng()))
    assert sound.argmax() / SECONDS == pytest.approx(3200.0, rel=0.03)


def test_imbalance_is_the_first_harmonic_alone() -> None:
    sound = imbalance(MACHINE, STEADY, 1, rng())
    pull = amplitude_at(sound, 25.0)
    assert pull > MACHINE.shaft_levels[0]
    assert np.mean(sound**2) == pytest.approx(pull**2 / 2, rel=1e-6)


def test_rub_gives_harmonics_and_half_orders_and_bursts() -> None:
    sound = rub(MACHINE, STEADY, 2, rng())
    floor = np.median(spectrum(sound)[: 100 * SECONDS])
    for hz in (12.5, 25.0, 37.5, 50.0):
        assert amplitude_at(sound, hz) > 10 * floor
    loud = sound.reshape(-1, SAMPLE_RATE_HZ // 25)
    by_angle = np.mean(loud**2, axis=0)
    # Friction acts for a fifth of the turn.
    assert 0.1 < np.mean(by_angle > 0.1 * by_angle.max()) < 0.35


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_grow_with_their_grade(fault: str) -> None:
    powers = [
        np.mean(FAULTS[fault](MACHINE, STEADY, grade, rng()) ** 2) for grade in range(len(GRADES))
    ]
    assert powers[0] * 1.5 < powers[1]
    assert powers[1] * 4 < powers[2]


def test_the_casing_rings_at_its_resonance_with_its_damping() -> None:
    blow = np.zeros(2048)
    blow[0] = 1.0
    sound = resonate(MACHINE, blow)
    time = np.arange(2048) / SAMPLE_RATE_HZ
    decay = np.exp(-2 * np.pi * MACHINE.damping * MACHINE.resonance_hz * time)
    expected = decay * np.sin(2 * np.pi * MACHINE.resonance_hz * time)
    np.testing.assert_allclose(sound, expected, atol=1e-9)


def test_a_sound_machine_shows_shaft_blades_and_mesh_with_sidebands() -> None:
    sound = run_normally(MACHINE, STEADY, rng())
    floor = np.median(spectrum(sound)[: 1000 * SECONDS])
    for hz in (25, 7 * 25, 23 * 25, 22 * 25, 24 * 25):
        assert amplitude_at(sound, hz) > 10 * floor


def test_the_shaft_turns_at_its_speed() -> None:
    turning = turn(MACHINE, SECONDS * SAMPLE_RATE_HZ, rng())
    assert np.all(np.diff(turning.turns) > 0)
    assert turning.turns[-1] - turning.turns[0] == pytest.approx(25.0 * SECONDS, rel=0.01)
    assert 0.7 <= turning.load <= 1.3
