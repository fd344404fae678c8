"""What runs of manifests/deploy: the secrets that are made, units as systemd reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.manifests.deploy_files import documents
from webapp.environment import settings_from

DEPLOY = Path(__file__).resolve().parents[2] / "manifests" / "deploy"


def make_secrets(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", DEPLOY / "make-secrets", folder, *more], capture_output=True, text=True, check=True
    )


def settings_of(folder: Path, place: str) -> dict[str, str]:
    """The settings of an environment file, with the secrets of a folder."""
    text = (DEPLOY / place).read_text()
    pairs = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
    return {name: re.sub(r"^/\S*/(?=\w+$)", f"{folder}/", value) for name, value in pairs}


@pytest.mark.parametrize("place", ["systemd/example.env", "kubernetes/base/settings.env"])
def test_the_secrets_fit_the_settings(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder, "postgresql:///fairlead?host=/run/postgresql")
    settings = settings_from(settings_of(folder, place))
    assert settings.database == "postgresql:///fairlead?host=/run/postgresql"
    assert settings.public_url == "https://fairlead.example.com"
    assert settings.hubspot_client_secret is settings.master_key_previous is None
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_differ_and_are_never_written_again(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    make_secrets(first)
    make_secrets(second)
    before = {path.name: path.read_text() for path in first.iterdir()}
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert set(before) == set(compose["secrets"])
    for name in ("secret_key", "master_key", "postgres_password"):
        assert before[name] != (second / name).read_text()
    password = before["postgres_password"]
    assert before["database_url"] == f"postgresql://fairlead:{password}@database/fairlead"
    assert re.fullmatch(r"[0-9a-f]{48}", password)
    told = make_secrets(first).stdout
    assert "made" not in told
    assert {path.name: path.read_text() for path in first.iterdir()} == before


def test_an_empty_address_is_sqlite(tmp_path: Path) -> None:
    make_secrets(tmp_path / "s", "")
    settings = settings_from(settings_of(tmp_path / "s", "systemd/example.env"))
    assert settings.database.startswith("sqlite:///")


def systemd(*words: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        absent("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, starting a program that is on every machine: systemd looks for it."""
    for path in (*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "systemd").glob("*.timer")):
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_systemd_takes_the_units(units: Path) -> None:
    done = systemd("verify", *units.glob("fairlead*"))
    assert (done.returncode, done.stderr) == (0, "")
    (units / "fairlead.service").write_text("[Service]\nType=none\n")
    assert systemd("verify", units / "fairlead.service").returncode != 0


def test_systemd_finds_little_exposure(units: Path) -> None:
    services = sorted(units.glob("*.service"))
    for path in services:
        assert systemd("--offline=true", "--threshold=15", "security", path).returncode == 0
    soft = services[0].read_text().replace("ProtectSystem=strict\n", "").replace("PrivateUsers=yes\n", "")
    services[0].write_text(soft)
    assert systemd("--offline=true", "--threshold=15", "security", services[0]).returncode != 0
