"""The device protocol (docs/protocol.md): requests to the firmware, frames from it."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

PROTOCOL_VERSION = 2
REQUEST_MAGIC = 0x31515248
REQUEST_BYTES = 64
UNKNOWN = 0xFFFF_FFFF

_SYNC = b"HF"
_HEADER = struct.Struct("<2sBBI")
_CRC = struct.Struct("<I")


class RunMode(IntEnum):
    """What the firmware is asked to do."""

    ARENA_SEARCH = 1
    MEASURE = 2
    ACCURACY = 3


class FrameType(IntEnum):
    """What a frame carries."""

    HELLO = 1
    LOG = 2
    TENSORS = 3
    OUTPUT = 4
    ARENA_TRIAL = 5
    MEMORY = 6
    ERROR = 7
    END = 8
    INPUT = 9


class ErrorCode(IntEnum):
    """Why the firmware ended a run early."""

    BAD_REQUEST = 1
    ALLOCATION_FAILED = 2
    INVOKE_FAILED = 3
    ABORTED = 4
    FAULT = 5


class ProtocolError(Exception):
    """The console's bytes are not a sequence of whole frames."""


@dataclass(frozen=True)
class Frame:
    """One frame: its type and its payload."""

    type: FrameType
    payload: bytes

    def words(self, count: int) -> tuple[int, ...]:
        """Return the first `count` little-endian 32-bit words of the payload.

        Raises:
            ProtocolError: The payload is shorter.
        """
        if len(self.payload) < 4 * count:
            raise ProtocolError(f"a {self.type.name} frame has only {len(self.payload)} bytes")
        return struct.unpack_from(f"<{count}I", self.payload)


@dataclass(frozen=True)
class DeviceError:
    """What the firmware said as it gave up. `detail` is the CFSR after a fault."""

    code: ErrorCode
    detail: int
    program_counter: int
    text: str

    def __str__(self) -> str:
        place = f" at 0x{self.program_counter:08x}" if self.program_counter else ""
        cause = f", CFSR 0x{self.detail:08x}" if self.code is ErrorCode.FAULT else ""
        return f"{self.text}{place}{cause}"


@dataclass(frozen=True)
class ArenaTrial:
    """Whether the model allocated and ran in an arena of so many bytes."""

    arena_bytes: int
    works: bool


@dataclass(frozen=True)
class Session:
    """Everything that one run sent. `complete` says whether it ended as a run should.

    `inputs` are the input tensors that the device computed itself; empty where it copied them.
    """

    outputs: tuple[bytes, ...]
    inputs: tuple[bytes, ...]
    trials: tuple[ArenaTrial, ...]
    log: tuple[str, ...]
    error: DeviceError | None
    complete: bool
    stack_bytes: int | None
    persistent_bytes: int | None


def build_request(
    mode: RunMode,
    samples: Sequence[bytes],
    *,
    arena_low: int = 0,
    arena_high: int = 0,
) -> bytes:
    """Return the bytes for the sample window: a request and the samples, all of one size.

    `arena_low` and `arena_high` bound an arena search; both are multiples of 16 bytes.
    """
    size = len(samples[0]) if samples else 0
    if any(len(sample) != size for sample in samples):
        raise ValueError("samples differ in size")
    head = struct.pack(
        "<15I", REQUEST_MAGIC, mode, len(samples), size, arena_low, arena_high, *([0] * 9)
    )
    return head + _CRC.pack(zlib.crc32(head)) + b"".join(samples)


def encode_frame(frame_type: FrameType, payload: bytes) -> bytes:
    """Return a frame's bytes as the firmware sends them."""
    head = _HEADER.pack(_SYNC, PROTOCOL_VERSION, frame_type, len(payload))
    body = head[len(_SYNC) :] + payload
    return _SYNC + body + _CRC.pack(zlib.crc32(body))


def read_frames(console: bytes) -> Iterator[Frame]:
    """Yield the frames of a console's bytes, in order.

    Raises:
        ProtocolError: A frame is garbled, cut short, of another version or unknown.
    """
    position = 0
    while position < len(console):
        if len(console) - position < _HEADER.size:
            raise ProtocolError(f"the console ends inside a frame's header at byte {position}")
        sync, version, kind, length = _HEADER.unpack_from(console, position)
        end = position + _HEADER.size + length
        if sync != _SYNC:
            raise ProtocolError(f"no frame starts at byte {position} of the console")
        if version != PROTOCOL_VERSION:
            raise ProtocolError(f"the firmware speaks protocol {version}, not {PROTOCOL_VERSION}")
        if end + _CRC.size > len(console):
            raise ProtocolError(f"the console ends inside the frame at byte {position}")
        body = console[position + len(_SYNC) : end]
        if _CRC.unpack_from(console, end)[0] != zlib.crc32(body):
            raise ProtocolError(f"the frame at byte {position} has a wrong checksum")
        if kind not in FrameType.__members__.values():
            raise ProtocolError(f"the frame at byte {position} has the unknown type {kind}")
        yield Frame(FrameType(kind), console[position + _HEADER.size : end])
        position = end + _CRC.size


def read_session(console: bytes) -> Session:
    """Return what a run sent.

    Raises:
        ProtocolError: As `read_frames`; or an input or output is missing or out of order.
    """
    outputs: list[bytes] = []
    inputs: list[bytes] = []
    trials: list[ArenaTrial] = []
    log: list[str] = []
    error: DeviceError | None = None
    stack = persistent = None
    announced: int | None = None
    for frame in read_frames(console):
        if frame.type is FrameType.OUTPUT:
            outputs.append(_numbered(frame, len(outputs)))
        elif frame.type is FrameType.INPUT:
            inputs.append(_numbered(frame, len(inputs)))
        elif frame.type is FrameType.ARENA_TRIAL:
            size, works = frame.words(2)
            trials.append(ArenaTrial(size, works == 1))
        elif frame.type is FrameType.LOG:
            log.append(_printable(frame.payload))
        elif frame.type is FrameType.MEMORY:
            stack, persistent = (None if word == UNKNOWN else word for word in frame.words(2))
        elif frame.type is FrameType.ERROR:
            error = _device_error(frame)
        elif frame.type is FrameType.END:
            announced = frame.words(1)[0]
    if announced is not None and announced != len(outputs):
        raise ProtocolError(f"the firmware sent {len(outputs)} outputs and says {announced}")
    return Session(
        outputs=tuple(outputs),
        inputs=tuple(inputs),
        trials=tuple(trials),
        log=tuple(log),
        error=error,
        complete=announced is not None and error is None,
        stack_bytes=stack,
        persistent_bytes=persistent,
    )


def _numbered(frame: Frame, number: int) -> bytes:
    """Return the tensors of an input or output, which must be the one of that number."""
    if frame.words(1)[0] != number:
        raise ProtocolError(f"{frame.type.name.lower()} {number} is missing")
    return frame.payload[4:]


def _device_error(frame: Frame) -> DeviceError:
    code, detail, program_counter = frame.words(3)
    if code not in ErrorCode.__members__.values():
        raise ProtocolError(f"the firmware reports the unknown error {code}")
    return DeviceError(ErrorCode(code), detail, program_counter, _printable(frame.payload[12:]))


def _printable(data: bytes) -> str:
    """Text of the device, with everything that a terminal could act on replaced."""
    text = data.decode("ascii", errors="replace").strip()
    return "".join(c if c.isprintable() else "?" for c in text)
