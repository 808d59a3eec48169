"""The keywords that hold instructions, latency and energy against limits."""

from typing import Literal

from robot.api import Failure, logger

from harness.results.figures import figure_text
from harness.robot.arguments import Count, Microjoules, Milliseconds
from harness.robot.cells import MeasuredCell
from harness.robot.checks import check_at_most, figure_of
from harness.robot.keyword import harness_keyword

Bound = Literal["typical", "high"]


class TimeKeywords:
    """Keywords that look at work and time: instructions are counted, the rest is estimated."""

    @harness_keyword("time")
    def instructions_should_be_at_most(
        self,
        cell: MeasuredCell,
        limit: Count,
        of: Literal["inference", "features", "pipeline"] = "inference",
    ) -> None:
        """Fail if more instructions are executed than the limit. The count is exact.

        ```
        Instructions Should Be At Most    ${cell}    7.7 M
        ```

        Args:
            cell: A measured cell.
            limit: The most that passes, such as `7_700_000` or `7.7 M`.
            of: `inference` is one Invoke; `features` what the device needs to compute the
                features, `pipeline` both, where it does.
        """
        columns = {"inference": "instructions"}
        check_at_most(cell, columns.get(of, f"{of}_instructions"), limit)

    @harness_keyword("time")
    def latency_should_be_at_most(
        self,
        cell: MeasuredCell,
        limit_ms: Milliseconds,
        bound: Bound = "typical",
        of: Literal["inference", "pipeline"] = "inference",
    ) -> None:
        """Fail if one inference takes longer than the limit, as far as that can be estimated.

        Latency is an estimate, made from counted instructions, fetches and accesses; it has a
        band. By default the typical value is compared; with `bound=high` the upper end of the
        band, which is the careful choice for a deadline.

        ```
        Latency Should Be At Most    ${cell}    120 ms
        Latency Should Be At Most    ${cell}    150 ms    bound=high
        ```

        Args:
            cell: A measured cell.
            limit_ms: The most that passes; `20` are milliseconds, as is `20 ms`.
            bound: `typical`, or `high`, the upper end of the band.
            of: `pipeline` adds the features, where the device computes them. It has no band.
        """
        if of == "pipeline":
            if bound == "high":
                raise Failure(f"{cell.label}: the pipeline's latency has no band; give typical")
            check_at_most(cell, "pipeline_latency_ms", limit_ms, " (an estimate)")
            return
        figure_of(cell, "latency_ms")
        low, high = cell.latency_low_ms, cell.latency_high_ms
        band = " (an estimate without a band)"
        if low is not None and high is not None:
            ends = f"{figure_text('latency_ms', low)} to {figure_text('latency_ms', high)}"
            band = f" (an estimate: {ends})"
        if bound == "typical":
            check_at_most(cell, "latency_ms", limit_ms, band)
        elif high is None or high > limit_ms:
            told = figure_text("latency_ms", high)
            limit = figure_text("latency_ms", float(limit_ms))
            raise Failure(f"{cell.label}: latency is up to {told}{band}: the limit is {limit}")
        else:
            logger.info(f"{cell.label}: latency{band} is within {float(limit_ms):g} ms")

    @harness_keyword("time")
    def energy_should_be_at_most(
        self, cell: MeasuredCell, limit_uj: Microjoules, bound: Bound = "typical"
    ) -> None:
        """Fail if one inference takes more energy than the limit, as far as it can be estimated.

        Only boards whose current has a source have an energy; for others this fails. It is an
        estimate with a band; `bound=high` compares its upper end.

        ```
        Energy Should Be At Most    ${cell}    2.5 mJ
        ```

        Args:
            cell: A measured cell.
            limit_uj: The most that passes; `120` are microjoules, as is `120 uJ`.
            bound: `typical`, or `high`, the upper end of the band.
        """
        column = "energy_uj" if bound == "typical" else "energy_high_uj"
        check_at_most(cell, column, limit_uj, " (an estimate)")

    @harness_keyword("time")
    def should_keep_up_in_real_time(self, cell: MeasuredCell) -> None:
        """Fail unless an inference ends before the sensor's next stride, over the whole band.

        Only models of a stream (speech, sound, motion) have a stride; for others this fails.

        ```
        Should Keep Up In Real Time    ${cell}
        ```

        Args:
            cell: A measured cell.
        """
        figure_of(cell, "instructions")
        row = cell.row
        if row.stride_ms is None:
            raise Failure(f"{cell.label}: is no model of a stream, so that it has no stride")
        stride = f"each stride of {row.stride_ms:g} ms"
        duty = "unknown" if row.duty_cycle is None else f"{100 * row.duty_cycle:.1f} %"
        if row.realtime is None:
            raise Failure(f"{cell.label}: not known to keep up with {stride}: {_why(cell)}")
        if row.realtime == "no":
            raise Failure(f"{cell.label}: cannot keep up: duty cycle {duty} of {stride}")
        logger.info(f"{cell.label}: duty cycle {duty} of {stride}")


def _why(cell: MeasuredCell) -> str:
    row = cell.row
    if row.latency_ms is None:
        return "its latency is not known"
    if row.duty_cycle is None:
        return "the host computes its features; measure it with features=device"
    return f"duty cycle {100 * row.duty_cycle:.1f} %, and the estimate's band reaches beyond"
