"""The keywords that hold flash and RAM against limits."""

from typing import Literal

from robot.api import Failure, logger

from harness.results.units import bytes_text
from harness.robot.arguments import Bytes
from harness.robot.cells import Firmware, MeasuredCell
from harness.robot.checks import check_at_most, figure_of
from harness.robot.keyword import harness_keyword

FlashPart = Literal["all", "model", "kernels", "runtime", "libc", "app", "features", "vectors"]
RamPart = Literal["all", "arena", "static", "stack"]


class SizeKeywords:
    """Keywords that look at bytes, which are exact."""

    @harness_keyword("size")
    def flash_should_be_at_most(
        self, cell: MeasuredCell, limit_bytes: Bytes, part: FlashPart = "all"
    ) -> None:
        """Fail if the cell, or one part of it, takes more flash than the limit.

        ```
        Flash Should Be At Most    ${cell}    128 KiB
        Flash Should Be At Most    ${cell}    24 KiB    part=kernels
        ```

        Args:
            cell: A measured cell, or what Build Firmware returned.
            limit_bytes: The most that passes, such as `65536` or `64 KiB`.
            part: Which owner's share: the model, the operator kernels, the runtime (interpreter),
                the C library, the application, the feature stage, the vector table, or all.
        """
        column = "flash_bytes" if part == "all" else f"flash_{part}_bytes"
        check_at_most(cell, column, limit_bytes)

    @harness_keyword("size", name="RAM Should Be At Most")
    def ram_should_be_at_most(
        self, cell: MeasuredCell, limit_bytes: Bytes, part: RamPart = "all"
    ) -> None:
        """Fail if the cell, or one part of it, takes more RAM than the limit.

        ```
        RAM Should Be At Most    ${cell}    64 KiB
        RAM Should Be At Most    ${cell}    4 KiB    part=stack
        ```

        Args:
            cell: A measured cell; of what Build Firmware returned, only arena and statics are
                known.
            limit_bytes: The most that passes, such as `65536` or `64 KiB`.
            part: `arena`, the smallest tensor arena that works; `static`, `.data` and `.bss`
                without it; `stack`, its high-water mark; or all three.
        """
        column = "ram_bytes" if part == "all" else f"ram_{part}_bytes"
        check_at_most(cell, column, limit_bytes)

    @harness_keyword("size")
    def model_should_fit_board(self, cell: MeasuredCell) -> None:
        """Fail unless the board has the flash and the RAM that the cell needs, and can run it.

        ```
        Model Should Fit Board    ${cell}
        ```

        Args:
            cell: A measured cell.
        """
        row = cell.row
        if row.reason is not None:
            raise Failure(f"{cell.label}: {row.status}: {row.reason}")
        if isinstance(cell, Firmware):
            raise Failure(
                f"{cell.label}: the stack is not known, since the firmware was built, not run; "
                "give what Run On Board returns"
            )
        for memory, used, limit in (
            ("flash", figure_of(cell, "flash_bytes"), row.flash_limit_bytes),
            ("RAM", figure_of(cell, "ram_bytes"), row.ram_limit_bytes),
        ):
            if limit is None or used > limit:
                board = "an unknown size" if limit is None else bytes_text(limit)
                size = bytes_text(int(used))
                raise Failure(f"{cell.label}: {memory} is {size}, the board has {board}")
            logger.info(f"{memory}: {used:,} B of {limit:,} B")
