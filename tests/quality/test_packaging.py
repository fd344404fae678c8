"""What is shipped: the wheel's contents, the locks, one owner of each package."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "."]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_wheel_holds_exactly_the_three_packages(wheel_names):
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"audit", "connectors", "webapp"}


def test_the_wheel_brings_what_is_read_at_run_time(wheel_names):
    wanted = {
        "audit/report/audit.schema.json",
        "audit/release/release.schema.json",
        "audit/release/templates/",
        "webapp/help/glossary.toml",
        "webapp/static/",
        "webapp/templates/",
        "webapp/store/migrations/",
        "webapp/translations/de/LC_MESSAGES/frame.po",
        "webapp/translations/de/glossary.toml",
        "webapp/translations/de/help/audit.md",
        "webapp/translations/de/metrics.toml",
    }
    wanted |= {f"webapp/help/pages/{path.name}" for path in (REPOSITORY / "webapp/help/pages").glob("*.md")}
    missing = {part for part in wanted if not any(name.startswith(part) for name in wheel_names)}
    assert not missing
    assert {f"{package}/py.typed" for package in ("audit", "connectors", "webapp")} <= set(wheel_names)


@pytest.mark.parametrize("lock", ["core", "dev"])
def test_a_lock_names_no_host_and_pins_every_hash(lock):
    text = (REPOSITORY / "requirements" / f"{lock}.lock.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "-"))]
    assert len(pins) > 50
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_core_lock_is_part_of_the_dev_lock():
    def pins(lock: str) -> set[str]:
        lines = (REPOSITORY / "requirements" / f"{lock}.lock.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith(" ")}

    assert pins("core") <= pins("dev")
