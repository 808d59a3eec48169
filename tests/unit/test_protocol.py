"""Frames survive the way or are refused: nothing in between, and never another exception."""

import contextlib
import re
import struct
import zlib
from pathlib import Path

import pytest
from fake_emulator import end, error, hello, log, memory, output, trial, words
from hypothesis import given
from hypothesis import strategies as st

from harness.assets import asset_path
from harness.simulators import protocol
from harness.simulators.protocol import (
    PROTOCOL_VERSION,
    REQUEST_BYTES,
    UNKNOWN,
    ArenaTrial,
    DeviceError,
    ErrorCode,
    Frame,
    FrameType,
    ProtocolError,
    RunMode,
    build_request,
    encode_frame,
    read_frames,
    read_session,
)

FRAMES = st.lists(st.builds(Frame, st.sampled_from(FrameType), st.binary(max_size=40)), max_size=6)
CONSOLE = b"".join(
    [hello(), log("up"), output(0, b"\x01\x02"), memory(900, 64), output(1, b""), end(2)]
)


def encoded(frames: list[Frame]) -> bytes:
    return b"".join(encode_frame(frame.type, frame.payload) for frame in frames)


@given(FRAMES)
def test_frames_come_back_as_they_were_sent(frames):
    assert list(read_frames(encoded(frames))) == frames


@pytest.mark.parametrize("length", range(1, len(CONSOLE)))
def test_a_console_cut_anywhere_gives_the_whole_frames_before_the_cut_and_then_an_error(length):
    ends = [0]
    for frame in read_frames(CONSOLE):
        ends.append(ends[-1] + len(encode_frame(frame.type, frame.payload)))
    found = []
    cut = read_frames(CONSOLE[:length])
    expectation = contextlib.nullcontext() if length in ends else pytest.raises(ProtocolError)
    with expectation:
        for frame in cut:
            found.append(frame)
    assert found == list(read_frames(CONSOLE))[: len(found)]
    assert len(found) == sum(0 < place <= length for place in ends)


@given(st.data())
def test_a_flipped_bit_is_always_noticed(data):
    bit = data.draw(st.integers(0, 8 * len(CONSOLE) - 1))
    garbled = bytearray(CONSOLE)
    garbled[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProtocolError):
        list(read_frames(bytes(garbled)))


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_frames_or_a_protocol_error(noise, framed):
    console = CONSOLE[:30] + noise if framed else noise
    with contextlib.suppress(ProtocolError):
        read_session(console)


@given(FRAMES)
def test_any_whole_frames_are_a_session_or_a_protocol_error(frames):
    with contextlib.suppress(ProtocolError):
        read_session(encoded(frames))


def test_another_version_is_refused_by_number():
    body = struct.pack("<BBI", 3, FrameType.HELLO, 0)
    frame = b"HF" + body + struct.pack("<I", zlib.crc32(body))
    with pytest.raises(ProtocolError, match="speaks protocol 3, not 2"):
        list(read_frames(frame))


def test_an_unknown_type_is_refused_by_number():
    body = struct.pack("<BBI", PROTOCOL_VERSION, 99, 0)
    frame = b"HF" + body + struct.pack("<I", zlib.crc32(body))
    with pytest.raises(ProtocolError, match="byte 0 has the unknown type 99"):
        list(read_frames(frame))


def test_a_length_beyond_the_console_is_refused_without_reading_it():
    with pytest.raises(ProtocolError, match="ends inside the frame"):
        list(read_frames(struct.pack("<2sBBI", b"HF", PROTOCOL_VERSION, 2, 0xFFFF_FFFF)))


def test_a_session_holds_what_every_frame_said():
    console = (
        hello() + log(" a \n") + trial(64, True) + trial(32, False)
        + output(0, b"xy") + memory(900, UNKNOWN) + end(1)
    )  # fmt: skip
    session = read_session(console)
    assert session.complete
    assert session.inputs == ()
    assert session.outputs == (b"xy",)
    assert session.trials == (ArenaTrial(64, True), ArenaTrial(32, False))
    assert session.log == ("a",)
    assert (session.stack_bytes, session.persistent_bytes) == (900, None)
    assert session.error is None


def test_inputs_that_the_device_computed_are_kept_in_order():
    inputs = [
        encode_frame(FrameType.INPUT, struct.pack("<I", number) + data)
        for number, data in enumerate((b"ab", b"cd"))
    ]
    assert read_session(b"".join(inputs) + end(0)).inputs == (b"ab", b"cd")
    with pytest.raises(ProtocolError, match="input 0 is missing"):
        read_session(inputs[1] + end(0))


@pytest.mark.parametrize("console", [b"", hello(), hello() + output(0, b"x")])
def test_a_session_without_an_end_is_not_complete(console):
    assert not read_session(console).complete


def test_an_error_makes_a_session_incomplete_even_if_it_ends():
    session = read_session(error(ErrorCode.FAULT, "fault", 0x8200, 0x1234) + end(0))
    assert not session.complete
    assert session.error == DeviceError(ErrorCode.FAULT, 0x8200, 0x1234, "fault")
    assert str(session.error) == "fault at 0x00001234, CFSR 0x00008200"


@pytest.mark.parametrize(
    ("console", "message"),
    [
        (output(1, b""), "output 0 is missing"),
        (output(0, b"") + output(2, b""), "output 1 is missing"),
        (output(0, b"") + end(2), "sent 1 outputs and says 2"),
        (words(FrameType.ARENA_TRIAL, 16), "ARENA_TRIAL frame has only 4 bytes"),
        (words(FrameType.END), "END frame has only 0 bytes"),
        (words(FrameType.ERROR, 99, 0, 0), "unknown error 99"),
    ],
)
def test_frames_that_contradict_each_other_are_refused(console, message):
    with pytest.raises(ProtocolError, match=message):
        read_session(console)


def test_text_of_the_device_cannot_act_on_a_terminal():
    session = read_session(log("\x1b[2Jhi\x07\nthere") + encode_frame(FrameType.LOG, b"\xff"))
    assert session.log == ("?[2Jhi??there", "\N{REPLACEMENT CHARACTER}")


def _fields(header: str, struct_name: str) -> list[tuple[str, int]]:
    """The fields of a C++ struct of 32-bit words: name and how many."""
    body = re.search(rf"struct {struct_name} {{(.*?)}};", header, re.DOTALL)[1]
    found = re.findall(r"^\s*(?:uint32_t|RunMode) (\w+)(?:\[(\d+)\])?;", body, re.MULTILINE)
    return [(name, int(count or 1)) for name, count in found]


def _constants(header: str) -> dict[str, int]:
    pairs = re.findall(r"\bk(\w+) = (0x[0-9A-Fa-f]+|\d+)", header)
    return {name: int(value, 0) for name, value in pairs}


def _header(name: str) -> str:
    return Path(asset_path("firmware") / "app" / name).read_text()


def test_a_request_has_the_layout_that_the_firmware_declares():
    request = build_request(
        RunMode.ARENA_SEARCH, [b"abcd", b"efgh"], arena_low=0x10, arena_high=0x20
    )
    values = iter(struct.unpack_from("<16I", request))
    found = {
        name: [next(values) for _ in range(count)]
        for name, count in _fields(_header("request.h"), "Request")
    }
    assert found == {
        "magic": [_constants(_header("request.h"))["RequestMagic"]],
        "mode": [1],
        "sample_count": [2],
        "sample_bytes": [4],
        "arena_low": [0x10],
        "arena_high": [0x20],
        "reserved": [0] * 9,
        "crc": [zlib.crc32(request[:60])],
    }
    assert request[REQUEST_BYTES:] == b"abcdefgh"


def test_both_sides_number_everything_alike():
    request, frames = _constants(_header("request.h")), _constants(_header("protocol.h"))
    camel = {mode: "".join(w.title() for w in mode.name.split("_")) for mode in RunMode}
    assert {camel[mode]: mode for mode in RunMode}.items() <= request.items()
    for kind in (FrameType, ErrorCode):
        for member in kind:
            assert frames["".join(word.title() for word in member.name.split("_"))] == member
    assert frames["ProtocolVersion"] == protocol.PROTOCOL_VERSION


def test_samples_of_different_sizes_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="differ in size"):
        build_request(RunMode.ACCURACY, [b"a", b"bc"])
