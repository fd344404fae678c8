"""The Salesforce project makes what the connector writes to and reads, and Salesforce's tools take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, get_args

import pytest

from connectors import feedback
from connectors.salesforce import answers, finding_records, flag_fields, oauth, shadow_field, wished_fields
from connectors.salesforce.described import FieldNeed
from tests.conftest import absent
from tests.manifests.published_types import PublishedTypes
from tests.manifests.salesforce_files import (
    APP,
    CLIENTS,
    GERMAN,
    METADATA,
    NAMESPACE,
    NODE,
    PROJECT,
    SOURCE,
    field_file,
    texts,
)

SF = CLIENTS / "@salesforce" / "cli" / "bin" / "run.js"
DECLARATIONS = CLIENTS / "@salesforce" / "types" / "lib" / "metadata.d.ts"
TYPES = {
    "Picklist": "picklist",
    "Text": "string",
    "DateTime": "datetime",
    "Number": "double",
    "Lookup": "reference",
}
WRITTEN = [
    *(("Lead", need) for need in (*flag_fields.NEEDS, *wished_fields.WISHED, shadow_field.NEED)),
    *((finding_records.FINDING, need) for need in finding_records.NEEDS),
]
NEEDS = [*WRITTEN, *((answers.FEEDBACK, need) for need in answers.READS)]
NUMBERS = {wished_fields.CALIBRATED, wished_fields.SHIFT, wished_fields.SHIFT_LOW, wished_fields.SHIFT_HIGH}
OURS = {"Lead", finding_records.FINDING, answers.FEEDBACK}


def permissions(name: str) -> dict[str, dict[str, str]]:
    """What a permission set says of each field and each object, by name."""
    path = SOURCE / "permissionsets" / f"{name}.permissionset-meta.xml"
    root = ET.parse(path).getroot()  # noqa: S314 - the repository's own file
    found = [
        *root.iterfind("m:fieldPermissions", NAMESPACE),
        *root.iterfind("m:objectPermissions", NAMESPACE),
    ]
    told = [{child.tag.rpartition("}")[2]: child.text or "" for child in one} for one in found]
    return {one.get("field") or one["object"]: one for one in told}


@pytest.mark.parametrize(("of", "need"), NEEDS, ids=lambda value: getattr(value, "name", value))
def test_each_field_can_hold_what_is_written(of: str, need: FieldNeed) -> None:
    path = field_file(of, need.name)
    assert TYPES[texts(path, "type")[0]] in need.types
    assert tuple(texts(path, "fullName")) == (need.name, *need.values)
    assert int((texts(path, "length") or ["255"])[0]) >= need.least
    assert ("true" in texts(path, "externalId")) is need.external_id
    # Required fields would refuse the leads that an audit does not cover.
    assert ("true" in texts(path, "required")) is (need.name == answers.VERDICT)


def test_there_is_no_field_that_nothing_is_written_to() -> None:
    made = {(path.parts[-3], path.name.partition(".")[0]) for path in SOURCE.glob("objects/*/fields/*.xml")}
    assert made == {(of, need.name) for of, need in NEEDS}


def test_the_integration_edits_what_it_writes_reads_the_answers_and_nothing_else() -> None:
    found = permissions("Lead_Audit_Integration")
    fields = {name: one["editable"] for name, one in found.items() if "." in name}
    written = {f"{of}.{need.name}": "true" for of, need in WRITTEN}
    # A required field is visible to everybody who sees the object, and may stand in no permission set.
    read = {f"{answers.FEEDBACK}.{need.name}": "false" for need in answers.READS}
    assert fields == written | {name: one for name, one in read.items() if answers.VERDICT not in name}
    path = SOURCE / "permissionsets" / "Lead_Audit_Integration.permissionset-meta.xml"
    assert texts(path, "name") == ["ApiEnabled"]
    assert found[answers.FEEDBACK]["allowEdit"] == found[answers.FEEDBACK]["allowCreate"] == "false"


@pytest.mark.parametrize("path", sorted(SOURCE.glob("permissionsets/*.xml")), ids=lambda path: path.name)
def test_no_permission_set_sees_or_deletes_every_record(path: Path) -> None:
    found = permissions(path.name.partition(".")[0])
    objects = {name: one for name, one in found.items() if "." not in name}
    assert objects.keys() <= OURS
    for name, one in objects.items():
        assert (one["modifyAllRecords"], one["allowDelete"]) == ("false", "false")
        # Each rep's answers are her own: the integration sees them all, and of nothing else everything.
        everything = "Integration" in path.name and name == answers.FEEDBACK
        assert (one["viewAllRecords"] == "true") is everything
    named = texts(path, "name")
    assert named == (["ApiEnabled"] if "Integration" in path.name else [])


def test_reps_see_the_check_and_change_nothing() -> None:
    found = permissions("Lead_Audit_Viewer")
    assert {one.get("editable", one.get("allowEdit")) for one in found.values()} == {"false"}
    assert {one["allowCreate"] for one in found.values() if "allowCreate" in one} == {"false"}
    assert "Lead.Fairness_Status__c" in found
    # Who sees both scores side by side can tell which leads were moved alike.
    assert not {f"Lead.{name}" for name in NUMBERS} & found.keys()
    assert {f"Lead.{name}" for name in NUMBERS} == {
        name for name in permissions("Lead_Audit_Estimate") if "." in name
    }


def test_only_who_may_sees_the_shadow_score_under_the_label_that_the_page_names() -> None:
    name = f"Lead.{shadow_field.SHADOW}"
    sets = {path.name.partition(".")[0] for path in SOURCE.glob("permissionsets/*.xml")}
    seeing = {one: permissions(one)[name]["editable"] for one in sets if name in permissions(one)}
    assert seeing == {"Lead_Audit_Integration": "true", "Lead_Audit_Shadow": "false"}
    assert texts(field_file("Lead", shadow_field.SHADOW), "label") == [shadow_field.LABEL]
    assert not [path for path in METADATA if shadow_field.SHADOW in path.read_text() and "list" in path.name]


def test_who_answers_makes_an_answer_and_changes_none() -> None:
    found = permissions("Lead_Audit_Feedback")
    assert (found[answers.FEEDBACK]["allowCreate"], found[answers.FEEDBACK]["allowEdit"]) == ("true", "false")
    assert found["Lead"]["allowEdit"] == "false"
    assert texts(
        SOURCE / "objects" / answers.FEEDBACK / f"{answers.FEEDBACK}.object-meta.xml", "sharingModel"
    ) == ["Private"]


def test_answers_hold_no_free_text() -> None:
    texts_of = {need.name for need in answers.READS if "picklist" not in need.types} - {answers.LEAD}
    # What the panel fills in itself, and the reader takes only where it is one of our words.
    assert texts_of == {answers.SEEN, answers.AUDIT}
    assert get_args(feedback.Verdict) == ("agree", "disagree", "review")


def test_every_column_of_a_list_a_report_and_a_layout_is_a_field() -> None:
    fields = {(of, need.name) for of, need in NEEDS}
    for path in SOURCE.glob("objects/*/*/*-meta.xml"):
        if path.parent.name in {"listViews", "compactLayouts"}:
            named = [name for kind in ("columns", "fields", "field") for name in texts(path, kind)]
            assert {(path.parts[-3], name) for name in named if name.endswith("__c")} <= fields, path
    by_type: dict[str, set[str]] = {}
    for path in SOURCE.glob("reportTypes/*"):
        of = texts(path, "baseObject")[0]
        by_type[f"{path.name.partition('.')[0]}__c"] = {f"{of}${name}" for name in texts(path, "field")}
        assert {(of, name) for name in texts(path, "field") if name.endswith("__c")} <= fields
    for path in SOURCE.glob("reports/*/*"):
        (kind,) = texts(path, "reportType")
        assert set(texts(path, "field")) <= by_type[kind], path
    # The size of a shift is for those who were given it knowingly, and in no list or report of ours.
    assert not [
        name
        for path in METADATA
        for name in NUMBERS
        if f"{name}<" in path.read_text() and "list" in path.name
    ]


def test_the_full_report_passes_the_record_at_once_to_the_app_that_the_guide_makes() -> None:
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


def app_file(folder: str) -> Path:
    (path,) = (APP / folder).iterdir()
    return path


def test_the_app_asks_for_no_more_than_the_connector_and_keeps_to_the_rules_for_partners() -> None:
    scopes = texts(app_file("extlClntAppOauthSettings"), "commaSeparatedOauthScopes")[0]
    words = {"Api": "api", "RefreshToken": "refresh_token", "OpenID": "openid"}
    assert {words[one] for one in scopes.split(",")} == set(oauth.SCOPE.split())
    rules = app_file("extlClntAppGlobalOauthSets")
    for name, value in {
        "isPkceRequired": "true",
        "isRefreshTokenRotationEnabled": "true",
        "isSecretRequiredForRefreshToken": "true",
        "isConsumerSecretOptional": "false",
        "isClientCredentialsFlowEnabled": "false",
        "isDeviceFlowEnabled": "false",
    }.items():
        assert texts(rules, name) == [value], name
    assert not texts(rules, "consumerSecret") + texts(rules, "consumerKey") + texts(rules, "certificate")
    policies = app_file("extlClntAppOauthPolicies")
    assert texts(policies, "permittedUsersPolicyType") == ["AdminApprovedPreAuthorized"]
    kept = [
        texts(policies, f"refreshToken{one}")[0] for one in ("PolicyType", "ValidityPeriod", "ValidityUnit")
    ]
    assert kept == ["SpecificInactivity", "30", "Days"]
    for name in texts(policies, "commaSeparatedPermissionSet")[0].split(","):
        assert (SOURCE / "permissionsets" / f"{name}.permissionset-meta.xml").exists()


def test_the_parts_of_the_app_are_parts_of_one_app() -> None:
    parts = [path for path in METADATA if APP in path.parents]
    assert len(parts) == 6
    for path in parts:
        assert texts(path, "externalClientApplication") in ([], ["Fairlead"]), path
    assert app_file("externalClientApps").name == "Fairlead.eca-meta.xml"
    assert texts(app_file("externalClientApps"), "distributionState") == ["Local"]
    canvas = app_file("extlClntAppCanvasSettings")
    assert (texts(canvas, "accessMethod"), texts(canvas, "canvasLocationOptions")) == (["Post"], ["Aura"])
    assert texts(app_file("extlClntAppPolicies"), "isCanvasPluginEnabled") == ["true"]


def test_every_label_that_is_shown_is_made_and_every_label_is_translated() -> None:
    made = set(texts(SOURCE / "labels" / "CustomLabels.labels-meta.xml", "fullName"))
    scripts = [path.read_text() for path in SOURCE.glob("lwc/*/*.js")]
    used = {name for text in scripts for name in re.findall(r"@salesforce/label/c\.(\w+)", text)}
    assert used == made
    german = GERMAN / "translations" / "de.translation-meta.xml"
    assert set(texts(german, "name")) - {"Score_Check_Leads", "Score_Check_Answers"} == made
    for english, translated in zip(
        places(SOURCE / "labels" / "CustomLabels.labels-meta.xml", "value"),
        places(german, "label"),
        strict=False,
    ):
        assert english == translated


def places(path: Path, element: str) -> list[list[str]]:
    """Which places each text of an element fills, in the order of the file."""
    return [sorted(re.findall(r"\{\d\}", text)) for text in texts(path, element)]


def test_every_field_and_every_value_is_translated() -> None:
    for of, need in NEEDS:
        path = GERMAN / "objectTranslations" / f"{of}-de" / f"{need.name}.fieldTranslation-meta.xml"
        assert texts(path, "name") == [need.name]
        assert len(set(texts(path, "label") + texts(path, "help")) - {""}) == 2
        values = texts(field_file(of, need.name), "label")[1:]
        assert texts(path, "masterLabel") == values, path


def test_no_text_stands_in_a_component_itself() -> None:
    for path in SOURCE.glob("lwc/*/*.html"):
        bare = re.sub(r"<[^>]*>|\{[\w.]+\}", "", path.read_text())
        assert bare.split() == [], path
        assert not re.findall(r'(?:label|title|alternative-text|aria-label)="', path.read_text()), path


def apex_in(project: Path) -> list[Path]:
    """Apex needs tests, and a review by PMD; Lightning Data Service does without."""
    return [path for path in project.glob("*/main/**/*") if path.suffix in {".cls", ".trigger"}]


def test_there_is_no_apex(copy: Path) -> None:
    assert apex_in(PROJECT) == []
    planted = copy / "force-app" / "main" / "default" / "classes" / "Planted.cls"
    planted.parent.mkdir()
    planted.write_text("public class Planted {}")
    assert apex_in(copy) == [planted]


def converted(project: Path, out: Path, home: Path, folder: str = "force-app", **environment: str) -> Any:
    """What the Salesforce CLI says of a part of the project that it makes ready to deploy."""
    if not (NODE.exists() and SF.exists()):
        absent("the clients of tests/clients are not installed (make clients)")
    quiet = dict.fromkeys(
        ("SF_DISABLE_TELEMETRY", "SF_AUTOUPDATE_DISABLE", "SF_SKIP_NEW_VERSION_CHECK"), "true"
    )
    path = {"HOME": str(home), "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(NODE), str(SF), "project", "convert", "source", "-r", folder, "-d", str(out), "--json"],
        env={**quiet, **path, **environment},
        cwd=project,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return json.loads(done.stdout)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project that may be spoiled."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("node_modules", "artefacts"))
    return project


MEMBERS = {
    "force-app": (
        "Lead.Fairness_Status__c",
        "Fairness_Finding__c",
        "Fairness_Feedback__c.Verdict__c",
        "leadScoreCheck",
        "scoreCheck",
        "scoreCheckAnswer",
        "Lead_Audit_Viewer",
        "Lead.Score_Check_To_Review",
        "Score_Check/Leads_By_Score_Check",
        "Score_Check_Leads",
        "ScoreCheck_Fine_Title",
    ),
    "translations-de": ("de", "Lead-de", "Fairness_Feedback__c-de"),
}


@pytest.mark.parametrize("folder", MEMBERS)
def test_the_salesforce_cli_makes_it_ready_to_deploy(tmp_path: Path, folder: str) -> None:
    assert converted(PROJECT, tmp_path / "out", tmp_path, folder)["status"] == 0
    package = (tmp_path / "out" / "package.xml").read_text()
    assert "<version>68.0</version>" in package
    for member in MEMBERS[folder]:
        assert f"<members>{member}</members>" in package
    assert not list((tmp_path / "out").rglob("__tests__"))


ADDRESS, CONTACT = "https://scores.example.org", "crm@example.org"


def test_the_salesforce_cli_puts_the_installations_own_address_into_the_app(tmp_path: Path) -> None:
    own = {"FAIRLEAD_PUBLIC_URL": ADDRESS, "FAIRLEAD_CONTACT_EMAIL": CONTACT}
    done = converted(
        PROJECT,
        tmp_path / "out",
        tmp_path,
        "external-client-app",
        SF_APPLY_REPLACEMENTS_ON_CONVERT="true",
        **own,
    )
    assert done["status"] == 0, done
    made = "".join(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert f"<callbackUrl>{ADDRESS}/connect/salesforce/callback</callbackUrl>" in made
    assert f"<canvasUrl>{ADDRESS}/salesforce/canvas</canvasUrl>" in made
    assert f"<contactEmail>{CONTACT}</contactEmail>" in made
    assert "fairlead.example.com" not in made
    kinds = re.findall(r"<name>(Ext\w+)</name>", (tmp_path / "out" / "package.xml").read_text())
    assert sorted(kinds) == [
        "ExternalClientApplication",
        "ExtlClntAppCanvasSettings",
        "ExtlClntAppConfigurablePolicies",
        "ExtlClntAppGlobalOauthSettings",
        "ExtlClntAppOauthConfigurablePolicies",
        "ExtlClntAppOauthSettings",
    ]


def test_the_salesforce_cli_makes_no_app_for_a_made_up_address(tmp_path: Path) -> None:
    done = converted(
        PROJECT, tmp_path / "out", tmp_path, "external-client-app", SF_APPLY_REPLACEMENTS_ON_CONVERT="true"
    )
    assert done["status"] != 0
    assert "FAIRLEAD_PUBLIC_URL" in json.dumps(done)


def test_the_salesforce_cli_refuses_a_file_of_no_type(copy: Path, tmp_path: Path) -> None:
    wrong = copy / "force-app" / "main" / "default" / "externalClientApps" / "Fairlead.ecaGlobal-meta.xml"
    wrong.parent.mkdir()
    wrong.write_text("<ExternalClientApplication/>")
    assert converted(copy, tmp_path / "out", tmp_path)["status"] != 0


@pytest.fixture(scope="module")
def published() -> PublishedTypes:
    if not DECLARATIONS.exists():
        absent("the clients of tests/clients are not installed (make clients)")
    return PublishedTypes.read(DECLARATIONS)


@pytest.mark.parametrize("path", METADATA, ids=lambda path: path.name)
def test_every_element_is_published(published: PublishedTypes, path: Path) -> None:
    assert published.troubles(path.read_text()) == []


STATUS_FIELD = field_file("Lead", flag_fields.STATUS)
OAUTH_POLICIES = APP / "extlClntAppOauthPolicies" / "Fairlead_defaultPolicy.ecaOauthPlcy-meta.xml"
REPORTS = SOURCE / "reports" / "Score_Check.reportFolder-meta.xml"
ANSWER = SOURCE / "lwc" / "scoreCheckAnswer" / "scoreCheckAnswer.js-meta.xml"


@pytest.mark.parametrize(
    ("path", "right", "wrong", "trouble"),
    [
        (STATUS_FIELD, "<label>", "<nonsense>1</nonsense><label>", "CustomField has no element nonsense"),
        (STATUS_FIELD, "<type>Picklist", "<type>Picklists", "CustomField/type cannot be 'Picklists'"),
        (STATUS_FIELD, "CustomField", "CustomFeld", "CustomFeld is no published type"),
        (STATUS_FIELD, "<valueSetDefinition>", "<valueSetDefinition><odd/>", "has no element odd"),
        (STATUS_FIELD, "<restricted>true", "<restricted>yes", "ValueSet/restricted is no boolean: 'yes'"),
        (OAUTH_POLICIES, "AdminApprovedPreAuthorized", "Everybody", "cannot be 'Everybody'"),
        (OAUTH_POLICIES, "Period>30", "Period>thirty", "refreshTokenValidityPeriod is no number"),
        (OAUTH_POLICIES, "externalClientApplication>", "app>", "lacks externalClientApplication"),
        (REPORTS, "ReadOnly", "Read", "ReportFolder/publicFolderAccess cannot be 'Read'"),
        (ANSWER, "<isExposed>false", "<isExposed>no", "isExposed is no boolean"),
    ],
)
def test_what_is_not_published_is_found(
    published: PublishedTypes, path: Path, right: str, wrong: str, trouble: str
) -> None:
    document = path.read_text()
    assert right in document
    assert trouble in "\n".join(published.troubles(document.replace(right, wrong)))
