"""Run a command that ends with its parent: `python tether.py PARENT_PID COMMAND ...`.

The kernel (Linux) is asked to send SIGTERM when the parent dies, even by SIGKILL; then the command
takes this process over. Run as a file with nothing but the standard library, so it costs a few
milliseconds. Elsewhere the command just runs.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it died before the kernel was asked
            raise SystemExit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted; the command is the caller's


if __name__ == "__main__":
    main(sys.argv[1:])
