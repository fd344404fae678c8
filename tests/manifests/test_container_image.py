"""The container image, built and run: only where FAIRLEAD_BUILD_IMAGE names podman or docker.

It downloads the base image and a gigabyte of packages, so that it is no part of the suite. Arguments of this
machine's own, such as a mounted configuration of pip, go into FAIRLEAD_BUILD_ARGUMENTS and
FAIRLEAD_RUN_ARGUMENTS. FAIRLEAD_DATABASE is the address of an empty PostgreSQL that containers on the host's
network reach; without it SQLite in the volume is used.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.server import free_port
from webapp.demo.browser import AdminBrowser
from webapp.demo.contents import generated

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "manifests" / "deploy"
TOOL = os.environ.get("FAIRLEAD_BUILD_IMAGE", "")
LOCKED = (
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp:size=512m,mode=1777",
)
PASSWORD = "a long enough passphrase 7"


def tool(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [TOOL, *arguments], cwd=ROOT, check=False, timeout=1800, capture_output=True, text=True
    )
    assert not (check and done.returncode), done.stdout[-2000:] + done.stderr[-4000:]
    return done


def given(name: str) -> list[str]:
    return shlex.split(os.environ.get(name, ""))


@pytest.fixture(scope="module")
def image() -> str:
    """The image of these sources, built unless FAIRLEAD_IMAGE names one."""
    if built := os.environ.get("FAIRLEAD_IMAGE"):
        return built
    name, options = "localhost/fairlead-test:now", ("--file", "manifests/deploy/Containerfile")
    tool(
        "build",
        *options,
        "--build-arg",
        "REVISION=abc",
        *given("FAIRLEAD_BUILD_ARGUMENTS"),
        "--tag",
        name,
        ".",
    )
    return name


@pytest.fixture(scope="module")
def before(image: str) -> str:
    """An image of an earlier version, that is upgraded from; without one it is only a restart."""
    return os.environ.get("FAIRLEAD_IMAGE_BEFORE", image)


class Installed:
    """An installation that is run from images, over one volume and one folder of secrets."""

    def __init__(self, folder: Path, portal: HubSpotStandIn) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = f"fairlead-test-{uuid4().hex[:8]}"
        secrets, database = (
            folder / "secrets",
            os.environ.get("FAIRLEAD_DATABASE", "sqlite:////var/lib/fairlead/f.db"),
        )
        subprocess.run(["sh", DEPLOY / "make-secrets", secrets, database], check=True, capture_output=True)
        (secrets / "hubspot_client_secret").write_text(portal.client_secret)
        settings = {
            "PUBLIC_URL": self.url,
            "SECRET_KEY_FILE": "/run/secrets/secret_key",
            "MASTER_KEY_FILE": "/run/secrets/master_key",
            "MASTER_KEY_PREVIOUS_FILE": "/run/secrets/master_key_previous",
            "DATABASE_URL_FILE": "/run/secrets/database_url",
            "HUBSPOT_APP_ID": str(portal.app_id),
            "HUBSPOT_CLIENT_ID": portal.client_id,
            "HUBSPOT_CLIENT_SECRET_FILE": "/run/secrets/hubspot_client_secret",
            "HUBSPOT_AUTHORIZE_URL": f"{portal.api_url}/oauth/authorize",
            "HUBSPOT_API_URL": portal.api_url,
        }
        self.options = [
            *LOCKED,
            *given("FAIRLEAD_RUN_ARGUMENTS"),
            "--network=host",
            f"--volume={self.name}:/var/lib/fairlead",
            # One by one, as compose does: the folder itself is closed to the account in the container.
            *(f"--volume={path}:/run/secrets/{path.name}:ro" for path in sorted(secrets.iterdir())),
            *(f"--env=FAIRLEAD_{name}={value}" for name, value in settings.items()),
        ]

    def run(self, image: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command in a container of its own; the first word is its entry point."""
        first, *rest = command
        return tool("run", "--rm", f"--entrypoint={first}", *self.options, image, *rest, check=check)

    @contextmanager
    def serving(self, image: str, name: str = "web", port: int = 0) -> Iterator[str]:
        """The pages, served until the end of the ``with``; gives what was logged up to readiness."""
        container, at = f"{self.name}-{name}", port or self.port
        command = ("serve", "--host", "127.0.0.1", "--port", str(at), "--no-worker")
        tool("run", "--detach", f"--name={container}", *self.options, image, *command)
        try:
            self._wait(container, f"http://127.0.0.1:{at}/login")
            yield tool("logs", container).stdout
        finally:
            tool("stop", "--time=20", container)
            code = tool("inspect", "--format={{.State.ExitCode}}", container).stdout.strip()
            tool("rm", container)
        assert code == "0", "SIGTERM ends it in order"

    def _wait(self, container: str, address: str) -> None:
        for _ in range(240):
            try:
                if requests.get(address, timeout=2).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.5)
        pytest.fail(tool("logs", container).stderr)


@pytest.fixture
def portal() -> Iterator[HubSpotStandIn]:
    with HubSpotStandIn(contents=generated(1500, 0).hubspot, seed=0) as standin:
        yield standin


@pytest.fixture
def installed(tmp_path: Path, portal: HubSpotStandIn) -> Iterator[Installed]:
    made = Installed(tmp_path, portal)
    portal.redirect_uris.add(f"{made.url}/connect/hubspot/callback")
    yield made
    tool("volume", "rm", "--force", made.name)


def connected(made: Installed, portal: HubSpotStandIn, logged: str) -> AdminBrowser:
    """What an admin clicks through after the first start, by HTTP; a pull waits at the end."""
    (code,) = re.findall(r"with this code: (\S+)", logged)
    browser = AdminBrowser(url=made.url)
    browser.session.trust_env = False
    account = {"token": code, "name": "admin", "password": PASSWORD, "repeat": PASSWORD}
    assert browser.submit("/setup", "/setup", account).status_code == 303
    browser.connect("hubspot", portal.consent)
    (connection,) = set(
        re.findall(r"/connections/([\w-]+)/policy", browser.session.get(f"{made.url}/connections").text)
    )
    contents = generated(1500, 0).hubspot
    for page, text in (("policy", contents.policy), ("stream", contents.stream)):
        path = f"/connections/{connection}/{page}"
        assert (
            browser.submit(
                path, path, {"text": text, "reason": "a trial of the installation", "action": "save"}
            ).status_code
            == 303
        )
    assert browser.submit("/jobs", f"/connections/{connection}/jobs/sync", {}).status_code == 303
    return browser


if TOOL:

    def test_the_image_is_what_it_says(image: str) -> None:
        (found,) = json.loads(tool("image", "inspect", image).stdout)
        config = found["Config"]
        assert config["User"] == "10001:10001"
        assert not [line for line in config["Env"] if re.search(r"_KEY|SECRET|PASSWORD|_URL", line)]
        assert config["Labels"]["org.opencontainers.image.revision"] == "abc"
        look = (
            "for one in gcc cc g++ make pip pip3; do command -v $one; done; find / -xdev -perm /6000 -type f"
        )
        assert not tool("run", "--rm", *LOCKED, "--entrypoint=sh", image, "-c", look, check=False).stdout
        kept = "ls -d /src /wheel /opt/tools; find / -xdev -name '*.env' -o -name '.git'; cat /etc/pip.conf"
        assert not tool("run", "--rm", "--entrypoint=sh", image, "-c", kept, check=False).stdout

    def test_from_nothing_to_a_sync_a_restart_and_an_upgrade(
        image: str, before: str, installed: Installed, portal: HubSpotStandIn
    ) -> None:
        with installed.serving(before) as logged:
            assert "nothing to do" in installed.run(before, "fairlead", "worker", "--once").stdout
            browser = connected(installed, portal, logged)
            assert "held and audited" in installed.run(before, "fairlead", "worker", "--once").stdout
            for place in ("/etc/x", "/opt/fairlead/x", "/usr/local/bin/x"):
                assert installed.run(before, "touch", place, check=False).returncode != 0
        # The newer version over the same volume, and a second web process beside it.
        other = free_port()
        with installed.serving(image), installed.serving(image, "other", other):
            for port in (installed.port, other):
                assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).json() == {"status": "ok"}
                page = browser.session.get(f"http://127.0.0.1:{port}/connections", timeout=30)
                assert page.ok
                assert not page.history, "the session of one process is one to the other"
            assert " kept " in installed.run(image, "fairlead", "sync").stdout
            assert ": sound." in installed.run(image, "fairlead", "log", "verify", "--contents").stdout
