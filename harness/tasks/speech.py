"""Words spoken by espeak-ng, a speech synthesizer with many accents and voices."""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.process import run
from harness.tasks.audio import Signal, read_signal, resampled

PROGRAM = "espeak-ng"
PROGRAM_LIMIT_S = 60.0
QUIET = 0.01
"""What is below this share of an utterance's peak, before and after it, counts as silence."""


@dataclass(frozen=True)
class Utterance:
    """Some words in one voice.

    `voice` is espeak-ng's name of accent and variant, `en-us+f2`; `speed` is in words a minute,
    `pitch` from 0 to 99.
    """

    text: str
    voice: str
    speed: int
    pitch: int


def synthesizer_version() -> str:
    """Return name and version of the installed espeak-ng.

    Raises:
        HarnessError: It is not installed.
    """
    printed = run([PROGRAM, "--version"], timeout_s=PROGRAM_LIMIT_S).stdout
    found = re.search(r"\d+(\.\d+)+", printed)
    return f"{PROGRAM} {found[0] if found else 'unknown'}"


def check_voices(voices: Iterable[str]) -> None:
    """Refuse voices that the installed espeak-ng lacks: it would speak with its default one.

    Raises:
        HarnessError: espeak-ng is not installed, or lacks a voice.
    """
    accents = _listed("en", column=1)
    variants = _listed("variant", column=4)
    for voice in voices:
        accent, _, variant = voice.partition("+")
        if accent not in accents or (variant and f"!v/{variant}" not in variants):
            raise HarnessError(
                f"{PROGRAM}: voice {voice}: not installed; install espeak-ng 1.51 with its data"
            )


def speak(utterances: Sequence[Utterance]) -> list[Signal]:
    """Return what espeak-ng says, at 16 kHz, without the silence before and after.

    Programs run side by side, as many as there are processors; the order is that of `utterances`.

    Raises:
        HarnessError: espeak-ng is not installed or fails.
    """
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        paths = [Path(folder) / f"{number}.wav" for number in range(len(utterances))]
        return list(pool.map(_speak, utterances, paths))


def _speak(utterance: Utterance, path: Path) -> Signal:
    command = [PROGRAM, "-v", utterance.voice, "-s", str(utterance.speed)]
    command += ["-p", str(utterance.pitch), "-w", str(path), "--", utterance.text]
    done = run(command, timeout_s=PROGRAM_LIMIT_S)
    if done.returncode != 0 or not path.is_file():
        said = " ".join(done.output.split()) or f"status {done.returncode}"
        raise HarnessError(f"{PROGRAM}: cannot speak with voice {utterance.voice} ({said})")
    signal, rate = read_signal(path)
    path.unlink()
    return _trimmed(resampled(signal, rate))


def _trimmed(signal: Signal) -> Signal:
    loud = np.flatnonzero(np.abs(signal) > QUIET * np.abs(signal).max())
    if not len(loud):
        raise HarnessError(f"{PROGRAM}: gave silence; install espeak-ng 1.51 with its data")
    return signal[loud[0] : loud[-1] + 1]


def _listed(language: str, column: int) -> set[str]:
    printed = run([PROGRAM, f"--voices={language}"], timeout_s=PROGRAM_LIMIT_S).stdout
    return {words[column] for line in printed.splitlines() if len(words := line.split()) > column}
