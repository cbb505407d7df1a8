"""How large, how long, and the error that says so."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence

MAX_BYTES = 50_000_000
MAX_TEXT = 10_000_000
MAX_UNPACKED = 200_000_000
MAX_PART = 60_000_000
MAX_MEMBERS = 4000
MAX_PAGES = 300
MAX_SCANNED_PAGES = 80
SECONDS = 120


class Unreadable(Exception):  # noqa: N818 - a state of the file, said to people
    """A file that cannot be read; `key` names the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def run(program: str, arguments: Sequence[str], *, missing: str) -> bytes:
    """The output of a program of this machine, within the time limit.

    `missing` names the sentence for a machine without the program.
    """
    found = shutil.which(program)
    if found is None:
        raise Unreadable(missing)
    with subprocess.Popen(  # noqa: S603 - a fixed program, arguments made here
        [found, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)  # its children with it
            raise Unreadable("too_slow", seconds=SECONDS) from error
    if process.returncode:
        raise Unreadable("damaged")
    return output
