"""What the manifest says of a cell's quality: confusion matrices, ROC curves, operating points."""

from typing import Any

from harness.bench.artifacts import Judgement
from harness.metrics import Detection, Loss, Quality

_DIGITS = 9


def quality_details(host: Judgement | None, device: Judgement | None) -> dict[str, Any]:
    """Return the manifest's entries by name; those of `device` only where it was judged.

    `confusion`, `confusion_host` and `confusion_float` are counts, true class x predicted class;
    `unanswered...` the samples that are missing from them because an output was not finite.
    `detection`, likewise, holds the ROC curve as points [false accept rate, share detected,
    threshold], from nothing accepted to all, and the errors at the operating point.
    """
    details: dict[str, Any] = {}
    if host is not None:
        details |= _of(host.floats, "_float") | _of(host.quality, "_host")
    if device is not None:
        details |= _of(device.quality, "")
        if device.lost is not None:
            details["quality_drop"] = _loss(device.lost)
    elif host is not None and host.lost is not None:
        details["quality_drop_host"] = _loss(host.lost)
    return details


def _of(quality: Quality | None, suffix: str) -> dict[str, Any]:
    if quality is None:
        return {}
    found: dict[str, Any] = {}
    if quality.confusion is not None:
        found[f"confusion{suffix}"] = [list(row) for row in quality.confusion]
    if quality.unanswered:
        found[f"unanswered{suffix}"] = quality.unanswered
    if quality.detection is not None:
        found[f"detection{suffix}"] = _detection(quality.detection)
    return found


def _detection(detection: Detection) -> dict[str, Any]:
    point = detection.point
    return {
        "auc": _rounded(detection.auc),
        "pauc": _rounded(detection.pauc),
        "eer": _rounded(detection.eer),
        "eer_threshold": _rounded(detection.eer_threshold),
        "roc": [
            [_rounded(p.far), _rounded(p.detected), _rounded(p.threshold)] for p in detection.roc
        ],
        "operating_point": None
        if point is None
        else {
            "threshold": _rounded(point.threshold),
            "false_accepts": point.false_accepts,
            "negatives": point.negatives,
            "false_rejects": point.false_rejects,
            "positives": point.positives,
        },
    }


def _loss(loss: Loss) -> dict[str, float | None]:
    return {
        "points": _rounded(loss.points),
        "low": _rounded(loss.low),
        "high": _rounded(loss.high),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")
