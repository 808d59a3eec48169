"""The form of those details of a cell that reports draw; a manifest only has them as JSON."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


class _Operator(_Part):
    index: int
    name: str
    instructions: Count


class _Cycles(_Part):
    low: float | None = None
    typical: float
    high: float | None = None


class _TimedOperator(_Part):
    index: int
    cycles: _Cycles
    causes: dict[str, _Cycles] = {}

    @model_validator(mode="after")
    def _causes_have_a_band(self) -> Self:
        if self.causes and (self.cycles.low is None or self.cycles.high is None):
            raise ValueError("cycles without low and high; correct it")
        return self


class _Timing(_Part):
    operators: list[_TimedOperator] = []


class _OperatingPoint(_Part):
    threshold: float | None
    false_accepts: Count
    negatives: Count
    false_rejects: Count
    positives: Count

    @model_validator(mode="after")
    def _no_more_errors_than_samples(self) -> Self:
        if self.false_accepts > self.negatives or self.false_rejects > self.positives:
            raise ValueError("more errors than samples; correct it")
        return self


class _Detection(_Part):
    roc: list[tuple[Share, Share, float | None]]
    operating_point: _OperatingPoint | None = None


class DrawnDetails(_Part):
    """What reports draw of `CellRecord.details`, as `harness bench` writes it; any may be absent.

    Rows of `confusion` are the true classes, columns the predicted ones; `roc` holds points
    [false accept rate, share detected, threshold]. In a baseline cycles have no band and no
    causes. Other details are not looked at.
    """

    data: str | None = None
    classes: list[str] = []
    regions: dict[str, Count] = {}
    operators: list[_Operator] = []
    timing: _Timing | None = None
    confusion: list[list[Count]] | None = None
    detection: _Detection | None = None
    detection_float: _Detection | None = None

    @model_validator(mode="after")
    def _matrix_is_of_the_classes(self) -> Self:
        matrix = self.confusion or []
        if any(len(line) != len(matrix) for line in matrix):
            raise ValueError("confusion: not square; correct it")
        if matrix and self.classes and len(matrix) != len(self.classes):
            raise ValueError("confusion: not of as many classes as 'classes'; correct it")
        return self
