"""The faults of the compose files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.manifests.deploy_files import ACCOUNT, Faults, documents

# Root by its image, without rights: see the comment there.
ROOT_WITHOUT_RIGHTS = {"proxy"}
ALLOWED_CAPABILITIES = {"proxy": ["NET_BIND_SERVICE"]}


def compose_faults(folder: Path) -> Faults:
    """Each service is locked down, nothing is published that should not be, and names lead somewhere."""
    (plain,), (tls,) = documents(folder / "compose.yaml"), documents(folder / "compose.tls.yaml")
    services = {**plain["services"], "proxy": tls["services"]["proxy"]}
    faults = []
    for name, service in services.items():
        faults += [
            f"{name}: {what}"
            for what in (*_open(name, service), *_unlimited(service), *_loose(plain, service))
        ]
    return faults + _published(plain, tls)


def _open(name: str, service: dict[str, Any]) -> Faults:
    faults = [] if service.get("read_only") is True else ["its root can be written"]
    faults += [] if service.get("cap_drop") == ["ALL"] else ["it keeps capabilities"]
    faults += (
        []
        if service.get("cap_add", []) == ALLOWED_CAPABILITIES.get(name, [])
        else ["it is given capabilities"]
    )
    faults += (
        [] if "no-new-privileges:true" in service.get("security_opt", ()) else ["it may gain privileges"]
    )
    user = str(service.get("user", "0"))
    if name not in ROOT_WITHOUT_RIGHTS and (not user.replace(":", "").isdigit() or user.startswith("0")):
        faults.append("it runs as root, or as a name")
    if "fairlead" in service["image"] and user != ACCOUNT:
        faults.append("it is not the account of the image")
    return faults + [
        f"{key} is not allowed"
        for key in ("privileged", "network_mode", "pid", "ipc", "devices")
        if key in service
    ]


def _unlimited(service: dict[str, Any]) -> Faults:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    faults = [f"no limit of {what}" for what in ("cpus", "memory", "pids") if what not in limits]
    faults += [] if service.get("restart") == "unless-stopped" else ["it does not start again"]
    return faults + (
        [] if "max-size" in service.get("logging", {}).get("options", {}) else ["its log grows for ever"]
    )


def _loose(plain: dict[str, Any], service: dict[str, Any]) -> Faults:
    given = set(service.get("secrets", ()))
    named = {
        str(value).removeprefix("/run/secrets/")
        for value in service.get("environment", {}).values()
        if str(value).startswith("/run/secrets/")
    }
    faults = [f"the secret {name} is named and not given" for name in sorted(named - given)]
    faults += [f"the secret {name} is given and not used" for name in sorted(given - named)]
    faults += [f"the secret {name} is not declared" for name in sorted(given - set(plain["secrets"]))]
    faults += [
        f"the network {name} is not declared" for name in service["networks"] if name not in plain["networks"]
    ]
    for mount in service.get("volumes", ()):
        if mount.partition(":")[0] not in {*plain["volumes"], "certificates"}:
            faults.append(f"{mount} is no declared volume")
    return faults


def _published(plain: dict[str, Any], tls: dict[str, Any]) -> Faults:
    services = plain["services"]
    faults = [f"{name} publishes ports" for name in services if name != "web" and services[name].get("ports")]
    faults += [port for port in services["web"]["ports"] if not port.startswith("127.0.0.1:")]
    faults += (
        []
        if plain["networks"]["inside"].get("internal") is True
        else ["the database's network has a way out"]
    )
    faults += [] if services["database"]["networks"] == ["inside"] else ["the database is in another network"]
    faults += (
        [] if "healthcheck" in services["database"] else ["the database is not asked whether it is ready"]
    )
    if tls["services"]["web"]["ports"] is not None or tls["services"]["proxy"]["networks"] != ["front"]:
        faults.append("with TLS the pages are published beside the proxy")
    proxies = {tls["services"][name]["environment"]["FAIRLEAD_TRUSTED_PROXIES"] for name in ("web", "worker")}
    return faults + ([] if proxies == {"1"} else ["the proxy is not trusted, or more than it"])
