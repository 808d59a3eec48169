"""Wav files of any rate and width become 16 kHz PCM, and noise is mixed in as loud as stated."""

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from harness.errors import HarnessError
from harness.tasks.audio import LOUDEST, SAMPLE_RATE_HZ, read_signal, recordings, to_pcm
from harness.tasks.noise import KINDS, make_noise, mix


def from_pcm(pcm):
    """Return `pcm` on the scale of `to_pcm`, of which this is the inverse."""
    return pcm.astype(np.float64) / LOUDEST


TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)


def write(path: Path, signal: np.ndarray, rate: int = SAMPLE_RATE_HZ) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(path, rate, signal)
    return path


def strongest_hz(signal: np.ndarray, rate: int = SAMPLE_RATE_HZ) -> float:
    return float(np.abs(np.fft.rfft(signal)).argmax() * rate / len(signal))


@pytest.mark.parametrize(
    "stored",
    [
        to_pcm(TONE),
        np.rint(TONE * 127 + 128).astype(np.uint8),
        np.rint(TONE * (2**31 - 1)).astype(np.int32),
        TONE.astype(np.float32),
        TONE,
    ],
    ids=["int16", "uint8", "int32", "float32", "float64"],
)
def test_every_width_gives_the_same_sound(tmp_path: Path, stored: np.ndarray) -> None:
    signal, rate = read_signal(write(tmp_path / "tone.wav", stored))
    assert rate == SAMPLE_RATE_HZ
    np.testing.assert_allclose(signal, TONE, atol=1 / 127)


def test_sixteen_bit_samples_are_kept_as_they_are(tmp_path: Path) -> None:
    pcm = np.arange(-32_768, 32_768, dtype=np.int16)
    (read,) = recordings([write(tmp_path / "all.wav", pcm)])
    np.testing.assert_array_equal(read, pcm)
    np.testing.assert_array_equal(to_pcm(from_pcm(pcm)), pcm)


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack([to_pcm(TONE), np.zeros(len(TONE), np.int16)], axis=1)
    signal, _ = read_signal(write(tmp_path / "stereo.wav", both))
    np.testing.assert_allclose(signal, TONE / 2, atol=1e-4)


def test_another_rate_is_resampled_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)
    paths = [
        write(tmp_path / "set" / "yes" / "a.wav", to_pcm(TONE)),
        write(tmp_path / "set" / "yes" / "b.wav", to_pcm(other), 44_100),
        write(tmp_path / "set" / "yes" / "c.wav", to_pcm(other), 44_100),
    ]
    with caplog.at_level(logging.WARNING):
        read = list(recordings(paths))
    assert [len(pcm) for pcm in read] == [SAMPLE_RATE_HZ] * 3
    assert strongest_hz(from_pcm(read[1])) == 440
    assert caplog.messages == [
        f"{tmp_path / 'set'}: resampled 2 of 3 files to 16000 Hz: they have 44100 Hz (as b.wav)"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a wav file that can be read"),
        (b"RIFF\x00\x00", "not a wav file that can be read"),
        (b"no sound" * 10, "not a wav file that can be read"),
    ],
)
def test_what_is_no_wav_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=f"broken.wav: {message}.*convert it to 16-bit PCM"):
        read_signal(path)


@pytest.mark.parametrize(
    ("signal", "rate", "message"),
    [
        (np.zeros(0, np.int16), 16_000, "no samples; remove the file"),
        (np.zeros(9, np.int16), 7, "sample rate 7 Hz; convert the file to 16000 Hz"),
        (np.array([0, np.nan], np.float32), 16_000, "NaN or an infinity"),
    ],
)
def test_a_wav_file_without_sound_is_refused(
    tmp_path: Path, signal: np.ndarray, rate: int, message: str
) -> None:
    with pytest.raises(HarnessError, match=f"bad.wav: .*{message}"):
        read_signal(write(tmp_path / "bad.wav", signal, rate))


@pytest.mark.parametrize("lost_bytes", [2, 1_001, 16_000])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, lost_bytes: int) -> None:
    path = write(tmp_path / "cut.wav", to_pcm(TONE))
    path.write_bytes(path.read_bytes()[:-lost_bytes])
    with pytest.raises(HarnessError, match=r"cut\.wav: shorter than its header says; copy, unpack"):
        read_signal(path)


def test_chunks_that_are_no_audio_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "remark.wav", to_pcm(TONE))
    content = path.read_bytes() + b"note" + (4).to_bytes(4, "little") + b"hums"
    path.write_bytes(content[:4] + (len(content) - 8).to_bytes(4, "little") + content[8:])
    signal, _ = read_signal(path)
    assert len(signal) == len(TONE)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"gone.wav: cannot be read \(No such file"):
        read_signal(tmp_path / "gone.wav")


@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path_factory, data) -> None:
    path = write(tmp_path_factory.getbasetemp() / "damaged.wav", to_pcm(TONE[:40]))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 43))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        signal, rate = read_signal(path)
    except HarnessError as error:
        assert "\n" not in str(error)
    else:
        assert len(signal) > 0 < rate


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_noise_is_as_loud_as_the_ratio_says(kind: str, snr_db: float) -> None:
    rng = np.random.default_rng(1)
    babble = rng.standard_normal(3 * SAMPLE_RATE_HZ)
    noise = make_noise(kind, SAMPLE_RATE_HZ, rng, babble)
    word = TONE[:8_000]
    mixed = mix(word, noise, snr_db, start=4_000)
    rest = mixed.copy()
    rest[4_000:12_000] -= word
    measured = 10 * np.log10(np.mean(word**2) / np.mean(rest**2))
    assert measured == pytest.approx(snr_db, abs=1e-9)
    np.testing.assert_allclose(mixed[:4_000], rest[:4_000])


def test_noises_have_the_spectra_of_their_names() -> None:
    rng = np.random.default_rng(2)

    def band(kind: str, low: float, high: float) -> float:
        noise = make_noise(kind, 1 << 17, rng, np.zeros(0))
        power = np.abs(np.fft.rfft(noise)) ** 2 / len(noise) ** 2 * 2
        frequencies = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE_HZ)
        return float(power[(frequencies >= low) & (frequencies < high)].sum())

    assert band("white", 1000, 2000) == pytest.approx(band("white", 5000, 6000), rel=0.05)
    assert band("pink", 100, 200) == pytest.approx(band("pink", 3200, 6400), rel=0.1)
    assert band("hum", 40, 800) > 0.95
