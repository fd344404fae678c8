"""The panel in another language: every sentence that it can say, and nothing guessed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from audit.rows.flagging import advice
from connectors.source import FlagDetail
from tests.webapp.site import Site
from tests.webapp.test_panels import flag
from webapp.panel_words import spoken
from webapp.panels import BY_STATUS, ERASED, NO_PERMISSION, NOT_AUDITED, NOT_CONNECTED, Panel, panel_for
from webapp.views.inbound import CANVAS_PANELS

FIXED = [*BY_STATUS.values(), ERASED, NOT_AUDITED, NOT_CONNECTED, NO_PERMISSION, *CANVAS_PANELS.values()]
EXPLAINED = (
    advice.NOTHING_CHECKED,
    advice.TOO_FEW_ALIKE,
    *(advice.review_explained(better) for better in (None, True, False)),
)
FIELDS = ((), ("zip3",), ("zip3", "source"), ("zip3", "source", "title % {x}"))


@pytest.fixture
def german(site: Site) -> Iterator[None]:
    with site.app.test_request_context(headers={"Accept-Language": "de"}):
        yield


def detailed(**changes: Any) -> Panel:
    detail = FlagDetail(explanation=EXPLAINED[2], advice=advice.ONE_HINT)
    return panel_for(dataclasses.replace(flag("review"), detail=dataclasses.replace(detail, **changes)))


@pytest.mark.usefixtures("german")
def test_every_panel_is_wholly_german() -> None:
    for panel in FIXED:
        said = spoken(panel)
        for name in ("title", "sentence", "next_step"):
            assert getattr(said, name) != getattr(panel, name), panel.state
        assert len(said.title) <= 34
        assert said.state == panel.state


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("told", EXPLAINED)
def test_every_explanation_of_an_audit_is_known(told: str) -> None:
    assert spoken(detailed(explanation=told)).explanation != told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("better", [None, True, False])
@pytest.mark.parametrize("fields", FIELDS)
def test_every_advice_of_an_audit_is_known_and_names_its_fields(
    better: bool | None, fields: tuple[str, ...]
) -> None:
    told = advice.review_advice(better, fields)
    said = spoken(detailed(advice=told, fields=fields)).next_step
    assert said != told
    assert "CRM-Administrator" in said
    assert all(name in said for name in fields)
    assert spoken(detailed(advice=advice.ONE_HINT)).next_step.startswith("Nehmen Sie den Score")


@pytest.mark.usefixtures("german")
def test_a_sentence_that_is_not_known_stays_as_it_was() -> None:
    panel = detailed(explanation="So it is. 100 %(x)s", advice="Look.", fields=("zip3",))
    assert (spoken(panel).explanation, spoken(panel).next_step) == ("So it is. 100 %(x)s", "Look.")


@pytest.mark.usefixtures("german")
def test_the_size_is_written_as_the_language_does() -> None:
    panel = detailed(direction="may be too high", shift=-0.152, low=-0.19, high=-0.11)
    assert panel.estimate == "Vielleicht um etwa 0,15 Punkte zu hoch (0,11 bis 0,19)."


@pytest.mark.usefixtures("german")
def test_the_words_name_nothing_a_protected_attribute_is_called() -> None:
    words = "geschlecht alter rasse ethni relig region stadt plz sprache herkunft behind nation gruppe"
    for panel in FIXED:
        said = spoken(panel)
        text = f" {said.title} {said.sentence} {said.next_step} ".casefold()
        assert not [word for word in words.split() if f" {word}" in text]


def test_english_is_what_it_was() -> None:
    for panel in FIXED:
        assert spoken(panel) is panel
