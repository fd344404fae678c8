"""The faults of the Kubernetes manifests; pods are held against the restricted level of pod security.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.manifests.deploy_files import Faults, documents

Resource = dict[str, Any]
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def resources(folder: Path) -> list[Resource]:
    """What the base consists of."""
    place = folder / "kubernetes" / "base"
    (listed,) = documents(place / "kustomization.yaml")
    return [one for name in listed["resources"] for one in documents(place / name)]


def kubernetes_faults(folder: Path) -> Faults:
    """All of them."""
    place = folder / "kubernetes" / "base"
    (listed,) = documents(place / "kustomization.yaml")
    absent = {path.name for path in place.glob("*.yaml")} - {"kustomization.yaml", *listed["resources"]}
    found = resources(folder)
    faults = [f"{name} is in no kustomization" for name in sorted(absent)]
    for name, template in pods(found).items():
        faults += [f"{name}: {fault}" for fault in pod_faults(template["spec"])]
    return faults + _names(found) + _network(found) + _around(found)


def pods(found: Iterable[Resource]) -> dict[str, Resource]:
    """The templates of pods, by the name of what makes them."""
    made = {}
    for one in found:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            made[one["metadata"]["name"]] = spec["template"]
    return made


def pod_faults(spec: Resource) -> Faults:
    """What the restricted level refuses, and what we want beside it."""
    context = spec.get("securityContext", {})
    faults = [
        f"{key} is shared with the node" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)
    ]
    faults += (
        [] if context.get("runAsNonRoot") is True and context.get("runAsUser", 0) > 0 else ["it may be root"]
    )
    faults += [] if context.get("fsGroup") == context.get("runAsGroup") else ["its volumes are not its own"]
    faults += (
        [] if context.get("seccompProfile", {}).get("type") == "RuntimeDefault" else ["no seccomp profile"]
    )
    faults += [] if spec.get("automountServiceAccountToken") is False else ["it has a token"]
    faults += [] if spec.get("serviceAccountName") == "fairlead" else ["it has another account"]
    faults += [
        f"{sorted(one)} is no volume of the restricted level"
        for one in spec["volumes"]
        if not (set(one) - {"name"}) <= VOLUMES
    ]
    for container in (*spec["containers"], *spec.get("initContainers", ())):
        faults += _container(container, {one["name"] for one in spec["volumes"]})
    return faults


def _container(container: Resource, volumes: set[str]) -> Faults:
    context = container.get("securityContext", {})
    faults = [] if context.get("allowPrivilegeEscalation") is False else ["it may gain privileges"]
    faults += [] if context.get("readOnlyRootFilesystem") is True else ["its root can be written"]
    faults += [] if context.get("capabilities") == {"drop": ["ALL"]} else ["it keeps capabilities"]
    faults += ["it is privileged"] if context.get("privileged") else []
    limits = container.get("resources", {})
    faults += [
        f"no {kind} of {what}"
        for kind in ("requests", "limits")
        for what in ("cpu", "memory")
        if what not in limits.get(kind, {})
    ]
    mounted = {one["mountPath"]: one for one in container["volumeMounts"]}
    faults += [
        f"nothing is at {path}"
        for path in ("/var/lib/fairlead", "/run/secrets/fairlead", "/tmp")  # noqa: S108 - in the container
        if path not in mounted
    ]
    faults += [f"{one['name']} is no volume" for one in mounted.values() if one["name"] not in volumes]
    return faults + ["env holds values" for _ in container.get("env", ())]


def _names(found: list[Resource]) -> Faults:
    """What is meant by name is there, and each pod has its settings and its secrets."""
    faults = []
    (claim,) = (one["metadata"]["name"] for one in found if one["kind"] == "PersistentVolumeClaim")
    for name, template in pods(found).items():
        volumes = {one["name"]: one for one in template["spec"]["volumes"]}
        faults += (
            [] if volumes["data"]["persistentVolumeClaim"]["claimName"] == claim else [f"{name}: no claim"]
        )
        faults += [] if volumes["secrets"]["secret"]["secretName"] == "fairlead" else [f"{name}: no secret"]
        for container in template["spec"]["containers"]:
            settings = container.get("envFrom", [{}])[0].get("configMapRef", {}).get("name")
            faults += [] if settings == "fairlead-settings" else [f"{name}: no settings"]
            if container["name"] == "web":
                probes = ("startupProbe", "readinessProbe", "livenessProbe")
                faults += [f"{name}: no {probe}" for probe in probes if probe not in container]
    return faults


def _chosen(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def _network(found: list[Resource]) -> Faults:
    policies = {one["metadata"]["name"]: one["spec"] for one in found if one["kind"] == "NetworkPolicy"}
    closed = policies.get("nothing", {})
    faults = (
        []
        if closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        else ["the network is open at first"]
    )
    labels = [template["metadata"]["labels"] for template in pods(found).values()]
    for name, spec in policies.items():
        faults += (
            [] if any(_chosen(spec["podSelector"], one) for one in labels) else [f"{name} chooses no pod"]
        )
    world = [to["ipBlock"] for to in policies["fairlead"]["egress"][-1]["to"]]
    kept = {network for block in world for network in block.get("except", ())}
    inner = {
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
    }
    return faults + [f"{network} can be reached" for network in sorted(inner - kept)]


def _around(found: list[Resource]) -> Faults:
    """Service, ingress, budget, account and namespace fit what runs."""
    by_kind = {one["kind"]: one for one in reversed(found)}  # of the Deployments, the pages
    web = by_kind["Deployment"]["spec"]["template"]
    labels, ports = web["metadata"]["labels"], {one["name"] for one in web["spec"]["containers"][0]["ports"]}
    service, budget = by_kind["Service"]["spec"], by_kind["PodDisruptionBudget"]["spec"]
    faults = [] if _chosen({"matchLabels": service["selector"]}, labels) else ["the service chooses no pod"]
    faults += [] if service["ports"][0]["targetPort"] in ports else ["the service leads to no port"]
    faults += [] if _chosen(budget["selector"], labels) else ["the budget chooses no pod"]
    (backend,) = (
        path["backend"]["service"]
        for rule in by_kind["Ingress"]["spec"]["rules"]
        for path in rule["http"]["paths"]
    )
    if (backend["name"], backend["port"]["name"]) != (
        by_kind["Service"]["metadata"]["name"],
        service["ports"][0]["name"],
    ):
        faults.append("the ingress leads to no service")
    faults += [] if by_kind["Ingress"]["spec"].get("tls") else ["the ingress has no TLS"]
    faults += (
        []
        if by_kind["ServiceAccount"].get("automountServiceAccountToken") is False
        else ["the account has a token"]
    )
    level = by_kind["Namespace"]["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
    faults += [] if level == "restricted" else ["the namespace does not enforce the restricted level"]
    for one in found:
        if one["kind"] == "Deployment" and one["spec"]["strategy"] != {"type": "Recreate"}:
            faults.append(f"two versions of {one['metadata']['name']} may run at once")
        if one["kind"] == "CronJob" and one["spec"]["concurrencyPolicy"] != "Forbid":
            faults.append(f"two of {one['metadata']['name']} may run at once")
    return faults
