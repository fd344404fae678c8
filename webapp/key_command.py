"""A key from a command of the operator's, such as one that asks a vault or a key service."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence

from audit.schema import BadInput

SECONDS = 30.0
LARGEST = 4_096


def key_from(command: str, setting: str, environ: Mapping[str, str], seconds: float = SECONDS) -> str:
    """What a command prints, without the space around it.

    It runs without a shell, in a process group of its own, with the environment but for Fairlead's own
    settings, and for so many seconds at most. What it prints is not logged and stands in no error.

    Raises
    ------
    BadInput
        It cannot be run, does not end in time, fails, or prints no key.
    """
    told = _output(_words(command, setting), setting, environ, seconds)
    text = told.decode("ascii", errors="replace").strip()
    if not text or len(told) > LARGEST:
        found = "far more than a key" if text else "nothing"
        msg = f"{setting} printed {found}; it must print the key alone."
        raise BadInput(msg)
    return text


def _words(command: str, setting: str) -> Sequence[str]:
    try:
        return shlex.split(command)
    except ValueError:
        msg = f"{setting} cannot be read as a command: a quotation mark is not closed."
        raise BadInput(msg) from None


def _output(words: Sequence[str], setting: str, environ: Mapping[str, str], seconds: float) -> bytes:
    # Our own secrets are no business of the command's.
    passed = {name: value for name, value in environ.items() if not name.startswith("FAIRLEAD_")}
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, and no shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=passed,
            start_new_session=True,
        )
    except OSError as error:
        msg = f"{setting} cannot be run ({error.strerror}); write the whole path of the program."
        raise BadInput(msg) from None
    with process:
        try:
            told, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            msg = f"{setting} did not end within {seconds:g} seconds; see whether it waits for something."
            raise BadInput(msg) from None
    if process.returncode:
        msg = f"{setting} failed (exit code {process.returncode}); run it by hand to see why."
        raise BadInput(msg)
    return told
