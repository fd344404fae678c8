"""The environments of the systems, and what a reader must know of the machine; no path and no host name."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENTS = {"peers": ".venv-peers", "drift_peers": ".venv-driftpeers"}
LIBRARIES = {
    "own": ("numpy", "pyarrow", "pandas", "scipy", "scikit-learn", "duckdb"),
    "peers": (
        "numpy",
        "pandas",
        "scipy",
        "scikit-learn",
        "fairlearn",
        "aequitas",
        "aif360",
        "oxonfair",
        "smclarify",
    ),
    "drift_peers": ("numpy", "pandas", "evidently", "nannyml"),
}
_ASK = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"


def python_of(module: str) -> Path:
    """The Python that runs the cases of a module."""
    own = ENVIRONMENTS.get(module)
    return REPOSITORY / own / "bin" / "python" if own else Path(sys.executable)


def missing() -> list[str]:
    """The environments that are not there."""
    return [name for name in ENVIRONMENTS if not python_of(name).exists()]


def machine() -> dict[str, Any]:
    """Processor, cores, memory, Python and libraries."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "libraries": {name: _versions(name, wanted) for name, wanted in LIBRARIES.items()},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _versions(name: str, wanted: tuple[str, ...]) -> dict[str, str]:
    python = python_of(name)
    if not python.exists():
        return {}
    done = subprocess.run(  # noqa: S603 - our own environments
        [str(python), "-c", _ASK, *wanted], capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found
