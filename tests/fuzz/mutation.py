"""Change inputs so that much of their structure stays: the fuzzers' own mutations."""

import random
from collections.abc import Callable, Sequence

_WORDS = (0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 65_535, 65_536, 1 << 20, 1 << 28)
_EDGES = (0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFF0, 0x7F80_0000, 0x7FC0_0000)
_LONGEST = 1 << 16

Change = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def mutated(
    data: bytes, rng: random.Random, tokens: Sequence[bytes], others: Sequence[bytes]
) -> bytes:
    """Return `data` after one to five changes.

    `tokens` are words that mean something to the reader; `others` are inputs to take parts from.
    """
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        if not changed:
            changed += rng.choice(others) if others else b"\0"
        if others and rng.random() < 0.05:
            _splice(changed, rng, others)
        else:
            rng.choice(_CHANGES)(changed, rng, tokens)
    return bytes(changed[:_LONGEST])


def _flip(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _byte(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _word(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    """Put an interesting number where a 16-, 32- or 64-bit one may lie."""
    size = rng.choice((2, 4, 4, 4, 8))
    place = rng.randrange(len(data)) & ~(min(size, 4) - 1)
    value = rng.choice((*_WORDS, *_EDGES)) & ((1 << 8 * size) - 1)
    data[place : place + size] = value.to_bytes(size, "little")


def _nudge(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    """Make a number a little larger or smaller: an index, a length, an offset."""
    place = rng.randrange(len(data)) & ~3
    value = int.from_bytes(data[place : place + 4], "little") + rng.choice((-4, -2, -1, 1, 2, 4, 8))
    data[place : place + 4] = (value & 0xFFFF_FFFF).to_bytes(4, "little")


def _copy(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    """Put one part of the input over another."""
    size = rng.choice((1, 2, 4, 8, 16, 64))
    source, target = (rng.randrange(len(data)) for _ in range(2))
    data[target : target + size] = data[source : source + size]


def _remove(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    place = rng.randrange(len(data))
    del data[place : place + rng.choice((1, 2, 4, 8, 64, 1024))]


def _repeat(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    place, size = rng.randrange(len(data)), rng.choice((1, 4, 16, 64))
    data[place:place] = data[place : place + size] * rng.choice((1, 2, 8))


def _token(data: bytearray, rng: random.Random, tokens: Sequence[bytes]) -> None:
    """Insert a word that means something, or put it over what is there."""
    if tokens:
        place, token = rng.randrange(len(data)), rng.choice(tokens)
        data[place : place + rng.choice((0, len(token)))] = token


def _line(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    """Move, repeat or drop a line, or a field between commas."""
    mark = rng.choice((b"\n", b"\n", b",", b" ", b'"'))
    parts = data.split(mark)
    place = rng.randrange(len(parts))
    action = rng.randrange(3)
    if action == 0:
        del parts[place]
    elif action == 1:
        parts.insert(rng.randrange(len(parts)), parts[place])
    else:
        other = rng.randrange(len(parts))
        parts[place], parts[other] = parts[other], parts[place]
    data[:] = mark.join(parts)


def _cut(data: bytearray, rng: random.Random, _: Sequence[bytes]) -> None:
    del data[rng.randrange(len(data)) :]


def _splice(data: bytearray, rng: random.Random, others: Sequence[bytes]) -> None:
    other = rng.choice(others)
    place = rng.randrange(len(data))
    data[place:] = other[rng.randrange(len(other) + 1) :]


_CHANGES: tuple[Change, ...] = (
    *(_flip, _flip, _byte, _byte, _word, _word, _word, _nudge, _nudge, _copy),
    *(_remove, _repeat, _token, _token, _line, _cut),
)
