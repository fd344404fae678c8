"""Commands of the product as processes of their own, forked from one that has imported it already.

A command takes a second or two to import what it needs, and a test of what it says need not wait for that
again and again. The process is otherwise as the system starts it: its own arguments, environment, folder,
standard streams, threads and exit. That commands start from nothing is tested with ``demo``, ``serve``,
``audit`` and all that waits for a terminal or a signal.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import multiprocessing
import os
import select
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))
# What commands import only when they get so far.
LATER = (
    "alembic.command",
    "alembic.config",
    "webapp.app",
    "webapp.jobs",
    "sklearn.linear_model",
    "scipy.stats",
)
LOCK = threading.Lock()
# For a function in a process of its own, which starts in a moment too; one parent serves a whole run.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(
    [
        *("alembic.command", "pytest", "tests.torture.keys", "tests.torture.office"),
        *("tests.webapp.release_dying", "webapp.services"),
    ]
)


def run(
    arguments: tuple[str, ...],
    *,
    env: Mapping[str, str],
    typed: str | bytes = b"",
    before: str = "",
    folder: Path = REPOSITORY,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, at most two minutes; ``before`` is Python that runs in the process first."""
    with LOCK, tempfile.TemporaryDirectory(prefix="fairlead-command-") as streams:
        held = {name: Path(streams, name) for name, _ in STREAMS}
        for path in held.values():
            path.touch()
        held["stdin"].write_bytes(typed.encode() if isinstance(typed, str) else typed)
        asked = {"arguments": arguments, "env": dict(env), "before": before, "folder": str(folder)}
        code = _answer(json.dumps({**asked, "streams": {name: str(path) for name, path in held.items()}}))
        told = [held[name].read_bytes().decode() for name in ("stdout", "stderr")]
    return subprocess.CompletedProcess(arguments, code, *told)


def _answer(asked: str) -> int:
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{asked}\n")
    parent.stdin.flush()
    ready, _, _ = select.select([parent.stdout], [], [], 120)
    if not ready:
        _end(parent)
        _parent.cache_clear()
        raise TimeoutError(asked)
    return int(parent.stdout.readline())


@cache
def _parent() -> subprocess.Popen[str]:
    parent = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", "from tests.processes import serve; serve()"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end, parent)
    return parent


def _end(parent: subprocess.Popen[str]) -> None:
    if parent.poll() is None:
        os.killpg(parent.pid, 9)
    parent.communicate()


def serve() -> None:
    """Fork a process for each line of standard input, and print its exit code when it has ended."""
    from webapp.cli import COMMANDS, process

    for entry in COMMANDS.values():
        entry.load()
    for name in LATER:
        importlib.import_module(name)
    gc.freeze()  # or the first collection in each process would copy every page
    while line := sys.stdin.readline():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's threads are at rest
            child = os.fork()
        if not child:
            become(json.loads(line))
            leave(process.run)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def become(asked: Mapping[str, Any]) -> None:
    """Take over the arguments, the environment, the folder and the streams that were asked for."""
    for number, (name, flags) in enumerate(STREAMS):
        opened = os.open(asked["streams"][name], flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the process's own
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["folder"])
    sys.argv = ["fairlead", *asked["arguments"]]
    exec(asked["before"], {"__name__": "before"})  # noqa: S102 - the test's own words


def leave(command: Callable[[], object]) -> None:
    """Run a command and end as Python does, except that a second's worth of modules is not taken apart.

    What is not an exit goes on to ``sys.excepthook``, as in any process.
    """
    code: object = None
    try:
        command()
    except SystemExit as left:
        code = left.code
    assert code is None or isinstance(code, int), code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)
