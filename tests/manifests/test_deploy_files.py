"""manifests/deploy: its settings and commands exist, its images are pinned, everything is locked down."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import absent
from tests.manifests.deploy_compose import compose_faults
from tests.manifests.deploy_files import (
    Faults,
    command_faults,
    container_faults,
    documents,
    ignore_faults,
    image_faults,
    path_faults,
    said_commands,
    secret_faults,
    settings_faults,
    twice_faults,
    written,
)
from tests.manifests.deploy_kubernetes import kubernetes_faults
from tests.manifests.deploy_systemd import systemd_faults

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "manifests" / "deploy"
CHECKS: dict[str, Callable[[Path], Faults]] = {
    "settings exist": settings_faults,
    "secrets are files": secret_faults,
    "commands exist": command_faults,
    "one worker": twice_faults,
    "paths are answered": path_faults,
    "images are pinned": image_faults,
    "the image is sound": container_faults,
    "what is sent is copied": ignore_faults,
    "compose is locked down": compose_faults,
    "Kubernetes is locked down": kubernetes_faults,
    "systemd is locked down": systemd_faults,
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_the_deployment_is_in_order(check: Callable[[Path], Faults]) -> None:
    assert check(DEPLOY) == []


def test_enough_is_looked_at() -> None:
    calls = {" ".join(words[:2]) for _, words in said_commands(DEPLOY)}
    assert {"worker", "log verify", "serve --host", "reseal", "people list", "check"} <= calls
    assert len(written(DEPLOY)) > 20


# Each fault by the check that must see it: where, what stands there, and what takes its place.
SPOILT = {
    "settings exist": {
        "an unknown setting": ("compose.yaml", "FAIRLEAD_TRUSTED_PROXIES", "FAIRLEAD_PROXIES"),
        "a setting of systemd": ("systemd/example.env", "HUBSPOT_APP_ID", "HUBSPOT_APP"),
    },
    "secrets are files": {
        "a secret's value": ("systemd/example.env", "KEY_FILE=/etc", "KEY=/etc"),
        "a password": ("compose.yaml", "PASSWORD_FILE: /run", "PASSWORD: /run"),
    },
    "commands exist": {
        "an unknown command": ("compose.yaml", "[worker]", "[jobs]"),
        "an unknown option": ("kubernetes/base/web.yaml", "--host, 0", "--address, 0"),
        "a unit's command": ("systemd/fairlead.service", "serve --host", "server --host"),
        "prose": ("README.md", "`fairlead-as reseal`", "`fairlead-as seal`"),
    },
    "one worker": {
        "two workers": ("compose.yaml", ", --no-worker", ""),
    },
    "paths are answered": {
        "a probe": ("kubernetes/base/web.yaml", "path: /healthz", "path: /alivez"),
        "a health check": ("Containerfile", ":8000/readyz", ":8000/steadyz"),
    },
    "images are pinned": {
        "no version": ("compose.yaml", "postgres:17.11-trixie", "postgres:latest"),
        "a floating version": ("Containerfile", "debian:13.7-slim\n\nFROM", "debian:13-slim\n\nFROM"),
        "no registry": ("compose.tls.yaml", "docker.io/library/caddy", "caddy"),
    },
    "the image is sound": {
        "root in the image": ("Containerfile", "USER 10001:10001", "USER root"),
        "no hashes": ("Containerfile", "--require-hashes", ""),
        "everything copied": ("Containerfile", "COPY audit audit", "COPY . ."),
    },
    "what is sent is copied": {
        "not sent": ("Containerfile", "COPY audit audit", "COPY benchmarks benchmarks"),
        "another list": ("Containerfile.dockerignore", "!LICENSE\n", ""),
    },
    "compose is locked down": {
        "a root to write": ("compose.yaml", "read_only: true", "read_only: false"),
        "capabilities": ("compose.yaml", "cap_drop: [ALL]", "cap_drop: []"),
        "more for the proxy": ("compose.tls.yaml", "[NET_BIND_SERVICE]", "[NET_ADMIN]"),
        "root in compose": ("compose.yaml", 'user: "999:999"', 'user: "0:0"'),
        "published to all": ("compose.yaml", "127.0.0.1:${PORT", "${PORT"),
        "a way out": ("compose.yaml", "{internal: true}", "{}"),
        "the database's port": ("compose.yaml", "shm_size: 256m", 'ports: ["5432:5432"]'),
        "a secret not given": ("compose.yaml", "    - encryption_keys\n", ""),
        "no limit": ("compose.yaml", "memory: 2g, ", ""),
    },
    "Kubernetes is locked down": {
        "a pod as root": ("kubernetes/base/web.yaml", "runAsNonRoot: true", "runAsNonRoot: false"),
        "a token": ("kubernetes/base/worker.yaml", "automountServiceAccountToken: false", ""),
        "a pod's root": ("kubernetes/base/worker.yaml", "readOnlyRootFilesystem: true", ""),
        "no seccomp": ("kubernetes/base/web.yaml", "RuntimeDefault", "Unconfined"),
        "no policy": ("kubernetes/base/network.yaml", "name: nothing", "name: none"),
        "an inner network": ("kubernetes/base/network.yaml", "[10.0.0.0/8, ", "["),
        "a lost service": (
            "kubernetes/base/ingress.yaml",
            "name: fairlead\n                port",
            "name: web\n                port",
        ),
        "a forgotten file": ("kubernetes/base/kustomization.yaml", "  - worker.yaml\n", ""),
        "a privileged namespace": (
            "kubernetes/base/namespace.yaml",
            "enforce: restricted",
            "enforce: baseline",
        ),
        "two rounds at once": ("kubernetes/base/worker.yaml", "Forbid", "Allow"),
        "no node's folder": (
            "kubernetes/base/web.yaml",
            "emptyDir: {sizeLimit: 1Gi}",
            "hostPath: {path: /tmp}",
        ),
        "two versions at once": ("kubernetes/base/worker.yaml", "{type: Recreate}", "{type: RollingUpdate}"),
    },
    "systemd is locked down": {
        "a soft unit": ("systemd/fairlead.service", "NoNewPrivileges=yes", "NoNewPrivileges=no"),
        "no filter": ("systemd/fairlead-worker.service", "SystemCallFilter=@system-service", ""),
        "no timer": ("systemd/fairlead-log.timer", "OnCalendar", "OnBoot"),
    },
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the deployment that may be spoiled, with what it is copied from beside it."""
    folder = tmp_path / "manifests" / "deploy"
    shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns("secrets", ".env"))
    shutil.copy(ROOT / ".containerignore", tmp_path)
    for name in (
        "audit",
        "connectors",
        "webapp",
        "requirements",
        "benchmarks",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    ):
        (tmp_path / name).symlink_to(ROOT / name)
    return folder


@pytest.mark.parametrize(("check", "fault"), [(check, fault) for check in SPOILT for fault in SPOILT[check]])
def test_each_check_can_fail(copy: Path, check: str, fault: str) -> None:
    place, old, new = SPOILT[check][fault]
    text = (copy / place).read_text()
    assert old in text
    (copy / place).write_text(text.replace(old, new))
    assert CHECKS[check](copy)


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text()
    return {canonicalize_name(found) for found in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def needed(names: list[str]) -> set[str]:
    """The packages and what they need, on every Python that the project runs on."""
    found, versions = set[str](), ("3.11", "3.12", "3.13")
    while names:
        name = canonicalize_name(names.pop())
        if name in found:
            continue
        found.add(name)
        try:
            wanted = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        for one in wanted:
            marked = [{"extra": "", "python_version": v, "python_full_version": f"{v}.0"} for v in versions]
            if one.marker is None or any(one.marker.evaluate(environment) for environment in marked):
                names.append(one.name)
    return found


def test_the_image_has_the_extras_whole_and_nothing_that_only_builds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    text = (DEPLOY / "Containerfile").read_text()
    (extras,) = re.findall(r'^ARG EXTRAS="(.+)"', text, re.MULTILINE)
    wanted = [
        Requirement(line).name
        for lines in project["project"]["optional-dependencies"].values()
        for line in lines
    ]
    assert set(extras.split()) == needed(wanted) - locked("core.lock.txt")
    assert set(extras.split()) <= locked("dev.lock.txt")
    (removed,) = re.findall(r"uninstall --yes (.+?) \\", text)
    builders = [Requirement(line).name for line in project["dependency-groups"]["build"]]
    running = needed([Requirement(line).name for line in project["project"]["dependencies"]])
    assert set(removed.split()) == (needed(builders) & locked("core.lock.txt")) - running


def test_one_version_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    found = {
        one
        for text in written(DEPLOY).values()
        for one in re.findall(r"/fairlead:(\d[\w.]*)|ARG VERSION=(\S+)", text)
    }
    assert {a or b for a, b in found} == {version}
    (example,) = documents(DEPLOY / "kubernetes" / "example" / "kustomization.yaml")
    assert example["images"][0]["newTag"] == version


def kubectl(folder: Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("kubectl") is None:
        absent("kubectl is not installed")
    return subprocess.run(
        ["kubectl", "kustomize", folder], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("name", ["one-node", "example"])
def test_kustomize_makes_all_of_it(name: str) -> None:
    done = kubectl(DEPLOY / "kubernetes" / name)
    assert done.returncode == 0, done.stderr
    made = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}
    assert len(made) == 13
    web = made["Deployment", "fairlead-web"]["spec"]
    (settings,) = (key for kind, key in made if kind == "ConfigMap")
    assert web["template"]["spec"]["containers"][0]["envFrom"] == [{"configMapRef": {"name": settings}}]
    worker = made["Deployment", "fairlead-worker"]["spec"]["template"]["spec"]
    log = made["CronJob", "fairlead-log"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    if name == "one-node":
        assert web["replicas"] == 1
        assert made["PersistentVolumeClaim", "fairlead-data"]["spec"]["accessModes"] == ["ReadWriteOnce"]
        assert "podAffinity" in worker["affinity"]
        assert log["affinity"] == worker["affinity"]
    else:
        address = made["ConfigMap", settings]["data"]["FAIRLEAD_PUBLIC_URL"]
        (rule,) = made["Ingress", "fairlead"]["spec"]["rules"]
        assert address == f"https://{rule['host']}"
        assert worker["containers"][0]["image"].startswith("registry.example.com/fairlead:")


def test_kustomize_refuses_a_patch_that_fits_nothing(copy: Path) -> None:
    place = copy / "kubernetes" / "one-node" / "kustomization.yaml"
    place.write_text(place.read_text().replace("path: /spec/replicas", "path: /spec/replicas/of"))
    assert kubectl(place.parent).returncode != 0
