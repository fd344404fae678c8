"""The documentation names every setting, command, policy operator, stream key and metric."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

REPOSITORY = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)")
REFERENCE = REPOSITORY / "docs" / "reference"


def test_every_command_and_option_is_documented():
    from webapp.cli.reference import markdown

    page = markdown()
    assert page.count("\n## `fairlead ") >= 7
    assert (REFERENCE / "command-line.md").read_text() == page


def test_every_command_says_what_it_does():
    from webapp.cli import main
    from webapp.cli.reference import commands

    assert all(command.help for _, command in commands(main, "fairlead"))


def test_every_setting_is_documented():
    from webapp.environment import variable
    from webapp.settings import Settings

    text = (REFERENCE / "settings.md").read_text()
    names = [variable(field) for field in Settings.model_fields]
    assert len(names) >= 10
    assert not [name for name in names if f"`{name}`" not in text]


def test_every_policy_operator_is_documented():
    from connectors.policy.operators import OPERATORS

    text = (REFERENCE / "policy.md").read_text()
    assert {"keep", "band", "map", "coarsen", "key", "drop"} <= set(OPERATORS)
    assert not [name for name in OPERATORS if f"`{name}`" not in text]


def test_every_stream_key_is_documented():
    from audit.schema import Attribute, Stream, Tolerance

    text = (REFERENCE / "stream.md").read_text()
    internal = {"attributes", "memberships", "audit"}
    for record in (Stream, Attribute, Tolerance):
        for name in record.__dataclass_fields__:
            assert name in internal or f"`{name}`" in text, f"{name} is not in docs/reference/stream.md"


def test_the_names_of_other_libraries_are_documented():
    from audit.report.names_reference import markdown

    assert (REFERENCE / "names.md").read_text() == markdown()


def test_every_metric_is_documented():
    from audit.report.reference import markdown

    page = markdown()
    assert page.count("\n## `") >= 18
    assert (REFERENCE / "metrics.md").read_text() == page


@pytest.mark.parametrize("number", range(1, 6))
def test_the_first_decisions_are_recorded(number):
    (adr,) = (REPOSITORY / "docs" / "adr").glob(f"{number:04d}-*.md")
    text = adr.read_text()
    for heading in ("## Context", "## Decision", "## Consequences"):
        assert heading in text


def documented(path: str, text: str) -> bool:
    """A path stands whole, or its last part beside its sibling."""
    return path in text or (f"`/{path.rpartition('/')[2]}`" in text)


def test_the_stand_in_of_salesforce_is_documented():
    from connectors.sandbox.salesforce.faults import EVERY
    from connectors.sandbox.salesforce.standin import BLUEPRINTS

    text = (REFERENCE / "salesforce-stand-in.md").read_text()
    assert not [kind for kind in EVERY if f"`{kind}`" not in text]
    app = Flask("stand-in")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    paths = {
        rule.rule.removeprefix("/__control") for rule in app.url_map.iter_rules() if "/__control" in rule.rule
    }
    assert len(paths) > 20
    assert not [path for path in paths if not documented(path, text)]


def test_the_stand_in_of_hubspot_is_documented():
    from connectors.sandbox.hubspot.faults import Kind
    from connectors.sandbox.hubspot.remote import KNOBS, deed_names
    from connectors.sandbox.hubspot.routes import routes

    text = (REFERENCE / "hubspot-stand-in.md").read_text()
    assert not [name for name in (*get_args(Kind), *KNOBS, *deed_names()) if f"`{name}`" not in text]
    rules = (rule.rule for rule in routes().iter_rules())
    paths = {rule.removeprefix("/__control") for rule in rules if rule.startswith("/__control")}
    assert len(paths) > 8
    assert not [path for path in paths if path and not documented(path, text)]


def test_links_between_documents_lead_somewhere():
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
    links = [(page, target) for page in pages for target in LINK.findall(page.read_text())]
    assert len(links) > 10
    assert not [
        f"{page.name} -> {target}"
        for page, target in links
        if "://" not in target and not (page.parent / target).exists()
    ]
