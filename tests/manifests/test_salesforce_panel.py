"""The panel on a lead in Salesforce: its words, Salesforce's own checks of it, its looks in a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors import feedback
from tests.browsers import WCAG, violations
from tests.manifests.panel_scenes import NOW, SCENES, page_of
from tests.manifests.salesforce_files import MODULES, PROJECT, SOURCE, field_file, node, texts
from webapp import panels

LABELS = SOURCE / "labels" / "CustomLabels.labels-meta.xml"
LWC = "force-app/main/default/lwc"
ESLINT, JEST = "node_modules/eslint/bin/eslint.js", "node_modules/@salesforce/sfdx-lwc-jest/bin/sfdx-lwc-jest"
BUILD = "tests/pages/build.mjs"


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    """The custom labels by their names, less the prefix."""
    names = [name.removeprefix("ScoreCheck_") for name in texts(LABELS, "fullName")]
    return dict(zip(names, texts(LABELS, "value"), strict=True))


@pytest.mark.parametrize(
    ("panel", "name"),
    [
        (panels.FINE, "Fine"),
        (panels.FLAGGED, "Flagged"),
        (panels.NOT_ENOUGH_DATA, "Not_Enough_Data"),
        (panels.NOT_AUDITED, "Not_Audited"),
        (panels.NO_PERMISSION, "No_Permission"),
    ],
)
def test_the_words_are_those_of_fairleads_own_panel(
    words: dict[str, str], panel: panels.Panel, name: str
) -> None:
    assert (panel.title, panel.sentence, panel.next_step) == tuple(
        words[f"{name}_{part}"] for part in ("Title", "Sentence", "Next")
    )


def test_who_is_not_connected_reads_the_same_title_and_mend(words: dict[str, str]) -> None:
    # Its sentence differs: what Salesforce knows is only that no lead was checked.
    told = (panels.NOT_CONNECTED.title, panels.NOT_CONNECTED.next_step)
    assert told == (words["Not_Connected_Title"], words["Not_Connected_Next"])


def test_no_word_names_a_person_or_a_group(words: dict[str, str]) -> None:
    said = " ".join(words.values()).lower()
    for word in ("gender", "woman", "men ", "ethnic", "religion", "group", "discriminat", "bias"):
        assert word not in said


def test_what_a_rep_may_answer_is_what_is_read() -> None:
    script = (SOURCE / "lwc" / "scoreCheckAnswer" / "scoreCheckAnswer.js").read_text()
    for value in feedback.Reason.__args__:  # type: ignore[attr-defined]  # a Literal's words
        assert f"value: '{value}'" in script
    for value in feedback.Verdict.__args__:  # type: ignore[attr-defined]
        assert f"save('{value}'" in script


def test_a_reason_reads_the_same_on_the_panel_and_in_a_report(words: dict[str, str]) -> None:
    path = field_file("Fairness_Feedback__c", "Reason__c")
    values, labels = texts(path, "fullName")[1:], texts(path, "label")[1:]
    keys = ["_".join(part.capitalize() for part in value.split("_")) for value in values]
    assert labels == [words[key] for key in keys]


def test_salesforces_rules_hold() -> None:
    done = node(PROJECT, ESLINT, "--max-warnings", "0", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_state_shows_in_salesforces_own_test_renderer() -> None:
    done = node(PROJECT, JEST, "--", "--ci", "--silent")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed, 3 total" in done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project that may be spoiled, with the same tools."""
    project = tmp_path / "salesforce"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("node_modules", "artefacts"))
    if MODULES.exists():
        (project / "node_modules").symlink_to(MODULES)
    return project


SPOILT = {
    "a rule": (
        (ESLINT, f"{LWC}/scoreCheck"),
        "scoreCheck/scoreCheck.js",
        "readRights({ data }) {",
        "readRights({ data }) {\n        document.querySelector('title').innerHTML = data;",
    ),
    "a state": (
        (JEST, "--", "--ci", "scoreCheck.test"),
        "scoreCheck/panel.js",
        "age >= staleAfterDays",
        "age > staleAfterDays",
    ),
    "a picture without words": (
        (JEST, "--", "--ci", "scoreCheckShift.test"),
        "scoreCheckShift/scoreCheckShift.html",
        ' role="img" aria-label={text}',
        ' role="img"',
    ),
    "a template": (
        (BUILD, "out"),
        "scoreCheck/scoreCheck.html",
        "</lightning-card>",
        "",
    ),
    "a label that there is not": (
        (BUILD, "out"),
        "scoreCheck/words.js",
        "c.ScoreCheck_Fine_Title",
        "c.ScoreCheck_Finest_Title",
    ),
}


@pytest.mark.parametrize(("check", "name", "right", "wrong"), SPOILT.values(), ids=SPOILT.keys())
def test_each_check_can_fail(copy: Path, check: tuple[str, ...], name: str, right: str, wrong: str) -> None:
    path = copy / LWC / name
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong, 1))
    assert node(copy, *check).returncode != 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The panel as Salesforce's compiler makes it, outside an org."""
    out = tmp_path_factory.mktemp("panel")
    done = node(PROJECT, BUILD, str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    return out


class Look:
    """One page that is looked at: what went wrong on it, and what axe says of it."""

    def __init__(self, browser: Any, site: Path, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 700}, timezone_id="UTC")
        self.page.clock.set_fixed_time(NOW)
        self.site, self.troubles = site, []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: self.troubles.append(said.text))

    def show(self, scene: Any, scheme: str) -> None:
        path = self.site / "page.html"
        path.write_text(page_of(scene, scheme))
        self.page.goto(path.as_uri())
        self.page.locator("[data-state]").wait_for()

    def faults(self) -> list[str]:
        """What WCAG 2.2 AA forbids, by axe-core."""
        return violations(self.page, WCAG, "main")


@pytest.mark.parametrize(("width", "scheme"), [(340, "light"), (1000, "dark")])
def test_every_state_stands_well_in_a_browser(site: Path, browser: Any, width: int, scheme: str) -> None:
    look = Look(browser, site, width)
    for name, (state, scene) in SCENES.items():
        look.show(scene, scheme)
        assert look.page.locator("[data-state]").get_attribute("data-state") == state, name
        assert look.troubles == [], name
        assert look.faults() == [], (name, scheme)
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert look.page.evaluate(too_wide) == 0, name
        if state != "loading":
            # An icon of a name that there is not would draw nothing.
            look.page.locator(".status svg path, .status svg g").first.wait_for(
                state="attached", timeout=5_000
            )
    look.page.close()


def test_a_rep_disagrees_by_keyboard_alone(site: Path, browser: Any) -> None:
    look = Look(browser, site, 340)
    look.show(SCENES["flagged"][1], "light")
    page = look.page
    page.get_by_role("button", name="Disagree", exact=True).focus()
    page.keyboard.press("Enter")
    assert look.faults() == []
    assert page.get_by_role("button", name="Send").is_disabled()
    page.get_by_role("radio", name="The data of the lead is wrong or old").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send").focus()
    page.keyboard.press("Enter")
    page.get_by_text("You answered: Disagree.").first.wait_for()
    (created,) = page.evaluate("window.created")
    assert (created["Verdict__c"], created["Reason__c"]) == ("disagree", "data_wrong")
    assert page.locator("[data-state]").get_attribute("data-state") == "acknowledged"
    assert look.faults() == []
    page.close()


def test_an_answer_that_is_refused_is_told_and_can_be_given_again(site: Path, browser: Any) -> None:
    look = Look(browser, site, 340)
    refusal = {"body": {"message": "No.", "output": {"errors": [{"message": "Choose why you disagree."}]}}}
    look.show({**SCENES["fine"][1], "refusal": refusal}, "dark")
    look.page.get_by_role("button", name="Agree", exact=True).click()
    look.page.get_by_text("Your answer was not saved: Choose why you disagree.").wait_for()
    assert look.faults() == []
    look.page.evaluate("window.scene.refusal = undefined")
    look.page.get_by_role("button", name="Agree", exact=True).click()
    look.page.get_by_text("You answered: Agree.").wait_for()
    look.page.close()


def test_what_axe_forbids_is_found(site: Path, browser: Any) -> None:
    look = Look(browser, site, 340)
    look.show(SCENES["flagged"][1], "light")
    look.page.locator("svg.picture").evaluate("one => one.removeAttribute('aria-label')")
    look.page.locator(".next").evaluate("one => { one.style.color = '#bbb'; }")
    found = "\n".join(look.faults())
    assert "svg-img-alt" in found
    assert "color-contrast" in found
    look.page.close()
