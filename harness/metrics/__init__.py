"""What a model's outputs are worth: accuracy, detection, and what a scheme loses against float."""

from harness.metrics.detection import (
    Detection,
    OperatingPoint,
    RocPoint,
    false_accepts_per_hour,
)
from harness.metrics.judgement import METRICS, Quality, judge, lost, operating_threshold
from harness.metrics.paired import Loss

__all__ = [
    "METRICS",
    "Detection",
    "Loss",
    "OperatingPoint",
    "Quality",
    "RocPoint",
    "false_accepts_per_hour",
    "judge",
    "lost",
    "operating_threshold",
]
