"""The entry point: one place that turns every ending into an exit status."""

import contextlib
import errno
import os
import signal
import sys
import threading
from types import FrameType

from harness.errors import HarnessError

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130

_PATIENCE_S = 1.0
_OUTPUT_IS_LOST = {errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT}


def main() -> None:
    """Run the command line and exit with 0, 1 (not good), 2 (not carried out) or 130 (Ctrl-C)."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if sys.stdout is None:  # closed by whoever started this
        _complain("standard output: is closed; print to a file or to /dev/null")
        sys.exit(EXIT_REFUSED)
    try:
        from harness.cli.app import make_app

        status = make_app()(standalone_mode=False)
        if status == EXIT_INTERRUPTED:  # what typer makes of Ctrl-C
            _stop_at_once()
        sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except HarnessError as error:
        _complain(str(error))
        sys.exit(EXIT_REFUSED)
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_IS_LOST:
            raise
        _give_up_output(error)
        sys.exit(EXIT_REFUSED)
    except Exception as error:
        status = _usage_status(error)
        if status is None:
            raise
        sys.exit(status)
    except KeyboardInterrupt:
        _stop_at_once()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, and see to it that the program ends.

    An exception that is raised while a destructor or a callback of a library runs is lost there.
    """
    ending = threading.Timer(_PATIENCE_S, _stop_at_once)
    ending.daemon = True
    ending.start()
    raise KeyboardInterrupt


def _usage_status(error: Exception) -> int | None:
    """Show a usage error as one line; None where the error is not the command line's.

    Typer brings its own copy of click, so that its errors are known by what they can do.
    """
    import typer

    if isinstance(error, typer.Abort):
        _stop_at_once()
    describe = getattr(error, "format_message", None)
    if describe is None:
        return None
    _complain(describe())
    return EXIT_REFUSED


def _give_up_output(error: OSError) -> None:
    """Say that standard output cannot be written, and let go of what it still holds."""
    # What is left in its buffer would fail once more at the end, with a traceback.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with contextlib.suppress(OSError):
        reason = error.strerror or error
        _complain(f"standard output: cannot be written ({reason}); free space or print elsewhere")


def _complain(message: str) -> None:
    line = " ".join(message.split())
    # A file's name may hold what a terminal acts on.
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)
    print(f"harness: {shown}", file=sys.stderr)


def _stop_at_once() -> None:
    """End the children and leave without waiting for the threads that wait for them."""
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    from harness.process import kill_all

    kill_all()
    print("harness: interrupted; run the same command again to go on from here", file=sys.stderr)
    sys.stderr.flush()
    os._exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
