"""The keywords that look at status, outputs and quality."""

from typing import Literal

from robot.api import Failure, logger

from harness.robot.arguments import Share
from harness.robot.cells import Firmware, MeasuredCell
from harness.robot.checks import check_at_least, check_at_most, figure_of
from harness.robot.keyword import harness_keyword

StatusName = Literal["ok", "unsupported", "does-not-fit", "mismatch", "failed", "timeout"]


class QualityKeywords:
    """Keywords that look at what the device answered."""

    @harness_keyword("quality")
    def status_should_be(self, cell: MeasuredCell, status: StatusName = "ok") -> None:
        """Fail unless the cell ended with this status.

        ```
        Status Should Be    ${cell}    ok
        Status Should Be    ${cell}    does-not-fit
        ```

        Args:
            cell: A measured cell.
            status: `ok`, `unsupported`, `does-not-fit`, `mismatch`, `failed` or `timeout`.
        """
        row = cell.row
        if isinstance(cell, Firmware):
            raise Failure(f"{cell.label}: was built, not run; give what Run On Board returns")
        if row.status != status:
            why = f": {row.reason}" if row.reason else ""
            raise Failure(f"{cell.label}: status is {row.status}{why}; it should be {status}")

    @harness_keyword("quality")
    def outputs_should_match_host(self, cell: MeasuredCell) -> None:
        """Fail unless every output of the device is the host's.

        Integer outputs must be the same bytes; float outputs within the tolerance that the
        manifest states. The host runs the same file under TensorFlow Lite Micro.

        ```
        Outputs Should Match Host    ${cell}
        ```

        Args:
            cell: A measured cell.
        """
        row = cell.row
        checked = row.outputs_checked
        if row.status.is_bad:
            raise Failure(f"{cell.label}: {row.status}: {row.reason}")
        if not checked:
            why = row.reason or "the device was not run"
            raise Failure(f"{cell.label}: no output was compared: {why}")
        if row.outputs_differing != 0:
            raise Failure(f"{cell.label}: {row.outputs_differing} of {checked} outputs differ")
        logger.info(f"{cell.label}: {checked} outputs, all as the host's")

    @harness_keyword("quality")
    def accuracy_should_be_at_least(self, cell: MeasuredCell, limit: Share) -> None:
        """Fail if the accuracy on the device is below the limit, or if it is no accuracy.

        ```
        Accuracy Should Be At Least    ${cell}    0.95
        ```

        Args:
            cell: A measured cell of a model that is judged by accuracy.
            limit: The least that passes, such as `0.95` or `95 %`.
        """
        figure_of(cell, "quality_device")
        if cell.row.metric != "accuracy":
            raise Failure(
                f"{cell.label}: is judged by {cell.row.metric}, not by accuracy; "
                "use Quality Should Be At Least"
            )
        check_at_least(cell, "quality_device", limit)

    @harness_keyword("quality")
    def quality_should_be_at_least(self, cell: MeasuredCell, limit: Share) -> None:
        """Fail if the quality on the device is below the limit, whatever its metric is.

        ```
        Quality Should Be At Least    ${cell}    0.9
        ```

        Args:
            cell: A measured cell.
            limit: The least that passes, such as `0.9` or `90 %`.
        """
        check_at_least(cell, "quality_device", limit, f" ({cell.row.metric})")

    @harness_keyword("quality")
    def quality_drop_should_be_at_most(self, cell: MeasuredCell, limit_points: float) -> None:
        """Fail if more points are lost against the float model than the limit.

        A point is a hundredth: from 0.97 to 0.96 is a drop of 1. What is lost over the same
        samples may be noise; the log gives the 95 % interval.

        ```
        Quality Drop Should Be At Most    ${cell}    1.0
        ```

        Args:
            cell: A measured cell.
            limit_points: The most that passes, in points.
        """
        low, high = cell.row.quality_drop_low, cell.row.quality_drop_high
        interval = "" if low is None or high is None else f" (95 %: {low:.2f} to {high:.2f})"
        check_at_most(cell, "quality_drop_points", limit_points, interval)

    @harness_keyword("quality")
    def false_accept_rate_should_be_at_most(self, cell: MeasuredCell, limit: Share) -> None:
        """Fail if a detector accepts a larger share of negatives than the limit.

        ```
        False Accept Rate Should Be At Most    ${cell}    5 %
        ```

        Args:
            cell: A measured cell of a detector.
            limit: The most that passes, such as `0.05` or `5 %`.
        """
        check_at_most(cell, "far", limit)

    @harness_keyword("quality")
    def false_reject_rate_should_be_at_most(self, cell: MeasuredCell, limit: Share) -> None:
        """Fail if a detector rejects a larger share of positives than the limit.

        ```
        False Reject Rate Should Be At Most    ${cell}    10 %
        ```

        Args:
            cell: A measured cell of a detector.
            limit: The most that passes, such as `0.1` or `10 %`.
        """
        check_at_most(cell, "frr", limit)
