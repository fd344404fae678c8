"""The faults of the systemd units."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.manifests.deploy_files import Faults

HARDENED = {
    "User": "fairlead",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectProc": "invisible",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectControlGroups": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
    "StateDirectory": "fairlead",
    "StateDirectoryMode": "0700",
    "EnvironmentFile": "/etc/fairlead/fairlead.env",
}


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The settings of a unit; a key may come several times."""
    for line in path.read_text().splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            yield key, value


def systemd_faults(folder: Path) -> Faults:
    """Each service is hardened and limited, and each timer starts one that is there."""
    faults = []
    for path in sorted((folder / "systemd").glob("*.service")):
        said = list(lines(path))
        wrong = [
            f"{key} is not {value or 'empty'}" for key, value in HARDENED.items() if (key, value) not in said
        ]
        filters = [value for key, value in said if key == "SystemCallFilter"]
        wrong += (
            []
            if filters == ["@system-service", "~@privileged @resources"]
            else ["its system calls are not filtered"]
        )
        wrong += [f"{key} sets no limit" for key in ("MemoryMax", "TasksMax") if key not in dict(said)]
        oneshot = dict(said).get("Type") == "oneshot"
        wrong += ["nothing starts it"] if oneshot and not path.with_suffix(".timer").exists() else []
        faults += [f"{path.name}: {fault}" for fault in wrong]
    for path in sorted((folder / "systemd").glob("*.timer")):
        said = dict(lines(path))
        started = path.with_suffix(".service").exists() and "OnCalendar" in said and "WantedBy" in said
        faults += [] if started and said.get("Persistent") == "yes" else [f"{path.name} starts nothing"]
    return faults
