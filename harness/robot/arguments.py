"""Types of keyword arguments: sizes, times, energies, counts and shares, with or without a unit."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

_QUANTITY = re.compile(r"(?P<number>\d[\d_,]*(?:\.\d+)?|\.\d+)\s*(?P<unit>\D*)")


class Bytes(int):
    """A size in bytes: `65536`, `65_536`, `65536 B`, `64 KiB` or `1.5 MiB`.

    `KB` and `MB` are refused, since some mean 1,000 by them and others 1,024.
    """


class Count(int):
    """A count: `7700000`, `7_700_000`, `250 k` or `7.7 M`."""


class Milliseconds(float):
    """A time: `20` are milliseconds; `20 ms`, `800 us` and `1.5 s` say so."""


class Microjoules(float):
    """An energy: `120` are microjoules; `120 uJ` and `1.2 mJ` say so."""


class Share(float):
    """A share between 0 and 1: `0.95` or `95 %`."""


_BYTE_UNITS = {"": 1, "b": 1, "kib": 1024, "mib": 1024 * 1024}
_COUNT_UNITS = {"": 1, "k": 1000, "m": 1_000_000, "g": 1_000_000_000}
_TIME_UNITS = {"": Fraction(1), "ms": Fraction(1), "us": Fraction(1, 1000), "s": Fraction(1000)}
_ENERGY_UNITS = {"": Fraction(1), "uj": Fraction(1), "mj": Fraction(1000), "j": Fraction(10**6)}
_SHARE_UNITS = {"": Fraction(1), "%": Fraction(1, 100)}


def parse_bytes(value: object) -> Bytes:
    """Return a size in bytes.

    Raises:
        ValueError: It is negative, no number, in another unit, or no whole number of bytes.
    """
    found = _quantity(value, _BYTE_UNITS, "a size such as 65536 or 64 KiB")
    return Bytes(_whole(found, "bytes"))


def parse_count(value: object) -> Count:
    """Return a count.

    Raises:
        ValueError: It is negative, no number, or no whole number.
    """
    found = _quantity(value, _COUNT_UNITS, "a count such as 7700000 or 7.7 M")
    return Count(_whole(found, "whole number"))


def parse_milliseconds(value: object) -> Milliseconds:
    """Return a time in milliseconds.

    Raises:
        ValueError: It is negative, no number, or in another unit.
    """
    return Milliseconds(_quantity(value, _TIME_UNITS, "milliseconds such as 20, or 20 ms"))


def parse_microjoules(value: object) -> Microjoules:
    """Return an energy in microjoules.

    Raises:
        ValueError: It is negative, no number, or in another unit.
    """
    return Microjoules(_quantity(value, _ENERGY_UNITS, "microjoules such as 120, or 120 uJ"))


def parse_share(value: object) -> Share:
    """Return a share.

    Raises:
        ValueError: It is no number, or not between 0 and 1.
    """
    found = _quantity(value, _SHARE_UNITS, "a share such as 0.95, or 95 %")
    if found > 1:
        raise ValueError("is more than 1; give a share such as 0.95, or 95 %")
    return Share(found)


CONVERTERS: Mapping[type, Callable[[object], object]] = {
    Bytes: parse_bytes,
    Count: parse_count,
    Milliseconds: parse_milliseconds,
    Microjoules: parse_microjoules,
    Share: parse_share,
}


def _quantity(value: object, units: Mapping[str, int | Fraction], wanted: str) -> Fraction:
    """Return `value` in the unit whose factor is 1, exactly."""
    text = "" if isinstance(value, bool) else str(value).strip()
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise ValueError(f"give {wanted}")
    unit = found["unit"].strip().lower().replace("µ", "u").replace("μ", "u")
    if unit in {"kb", "mb"}:
        bits = "KiB (1,024 bytes)" if unit == "kb" else "MiB (1,048,576 bytes)"
        raise ValueError(f"{found['unit'].strip()} has two meanings; write {bits} or bytes")
    if unit not in units:
        raise ValueError(f"unknown unit '{found['unit'].strip()}'; give {wanted}")
    return Fraction(re.sub("[_,]", "", found["number"])) * units[unit]


def _whole(value: Fraction, what: str) -> int:
    if value.denominator != 1:
        raise ValueError(f"is {float(value):g}, not a whole number of {what}; round it")
    return int(value)
