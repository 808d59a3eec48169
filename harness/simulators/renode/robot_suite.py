"""The Robot Framework suite that `renode-test` runs: the script, and whether it went well."""

from collections.abc import Sequence

from harness.simulators.protocol import FrameType, encode_frame
from harness.simulators.renode.script import CONSOLE, COUNTS, SCRIPT

SUITE = "run.robot"


def suite_text(regions: Sequence[int], outputs: int) -> str:
    """Return the suite of a run in which `regions` begin and that sends so many outputs.

    The outputs are the frames in the files that `output_files` returns. Besides Renode's own
    keyword `Execute Script` it uses the library OperatingSystem, which comes with Robot Framework.
    """
    checks = [
        f"    Should Match Regexp    ${{counts}}    (?m)^region {one} [0-9]+$" for one in regions
    ]
    frames = [
        line
        for number in range(outputs)
        for line in (
            f"    ${{expected}}=    Get Binary File    ${{CURDIR}}/{output_name(number)}",
            "    Should Be True    $expected in $console    "
            f"Output {number} is not what the host expects.",
        )
    ]
    lines = [
        "*** Settings ***",
        "Documentation     Runs the script and checks what came of it: renode-test run.robot",
        "Suite Setup       Setup",
        "Suite Teardown    Teardown",
        "Test Setup        Reset Emulation",
        "Test Teardown     Test Teardown",
        "Resource          ${RENODEKEYWORDS}",
        "Library           OperatingSystem",
        "",
        "*** Test Cases ***",
        "Should Run To Its End With The Expected Outputs",
        f"    Remove Files    ${{CURDIR}}/{CONSOLE}    ${{CURDIR}}/{COUNTS}",
        f"    Execute Script    ${{CURDIR}}/{SCRIPT}",
        f"    ${{counts}}=    Get File    ${{CURDIR}}/{COUNTS}",
        "    Should Match Regexp    ${counts}    (?m)^end [0-9]+$",
        *checks,
        f"    ${{console}}=    Get Binary File    ${{CURDIR}}/{CONSOLE}",
        *frames,
    ]
    return "\n".join(lines) + "\n"


def output_files(outputs: Sequence[bytes]) -> dict[str, bytes]:
    """Return, by name, the frames in which the firmware sends these outputs."""
    return {
        output_name(number): encode_frame(FrameType.OUTPUT, number.to_bytes(4, "little") + output)
        for number, output in enumerate(outputs)
    }


def output_name(number: int) -> str:
    """Return the name of the file with an output's frame."""
    return f"output-{number}.bin"
