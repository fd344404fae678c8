from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.source import FlagDetail, FlagStatus
from tests.webapp.markup import Page, faults
from tests.webapp.site import Site
from webapp.panels import BY_STATUS, NO_PERMISSION, NOT_CONNECTED, SCHEMA, Panel, panel_for, to_json
from webapp.store.rows import FlagRow
from webapp.viewmodels.shift_picture import shift_picture
from webapp.views.inbound import _page

STATUSES: tuple[FlagStatus, ...] = ("ok", "review", "insufficient_data")
CHECKED = datetime(2026, 11, 23, 14, 5, 59, tzinfo=timezone(timedelta(hours=2)))


def flag(status: FlagStatus = "ok", reason: str = "") -> FlagRow:
    return FlagRow(lead_key="0" * 32, status=status, reason=reason, audit_id="k7m2p9qr4t", checked_at=CHECKED)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ok", "fine"),
        ("review", "flagged"),
        ("insufficient_data", "not_enough_data"),
    ],
)
def test_each_flag_has_its_state(status: FlagStatus, state: str) -> None:
    assert panel_for(flag(status)).state == state


def test_a_lead_without_a_flag_was_not_audited() -> None:
    panel = panel_for(None)
    assert panel.state == "not_audited"
    assert panel.checked_at is None
    assert panel.audit_id is None


def test_permission_comes_before_everything_that_is_known() -> None:
    assert panel_for(flag("review"), permitted=False) == NO_PERMISSION
    assert panel_for(flag("review"), connected=False) == NOT_CONNECTED
    assert panel_for(None, connected=False, permitted=False) == NO_PERMISSION


def test_the_time_of_the_check_is_utc_and_the_audit_can_be_quoted() -> None:
    panel = panel_for(flag("review"))
    assert panel.checked_at == "2026-11-23T12:05:59Z"
    assert panel.audit_id == "k7m2p9qr4t"


def test_the_json_has_one_schema_for_both_crms() -> None:
    body = to_json(panel_for(flag("ok")))
    assert body["schema"] == SCHEMA == "fairlead.panel/1"
    assert set(body) == {"schema", *(field.name for field in dataclasses.fields(Panel))}


def test_every_state_says_what_why_and_what_to_do_in_short_sentences() -> None:
    panels = [*BY_STATUS.values(), NOT_CONNECTED, NO_PERMISSION]
    assert len({panel.title for panel in panels}) == len(panels)
    for panel in panels:
        assert len(panel.title) <= 30
        for text in (panel.sentence, panel.next_step):
            assert text.endswith(".")
            assert all(len(part.split()) <= 22 for part in text.rstrip(".").split(". "))


@given(st.sampled_from(STATUSES), st.text(), st.text())
def test_the_words_do_not_depend_on_what_the_audit_wrote(status: FlagStatus, one: str, other: str) -> None:
    assert panel_for(flag(status, one)) == panel_for(flag(status, other))


@given(
    st.sampled_from(STATUSES),
    st.text(alphabet="qxzjvkw", min_size=4),
    st.text(alphabet="qxzjvkw", min_size=4),
)
def test_no_attribute_and_no_group_is_ever_said(status: FlagStatus, attribute: str, group: str) -> None:
    row = flag(status, f"group {group} of {attribute} is selected less often")
    said = " ".join(str(value) for value in to_json(panel_for(row)).values()).casefold()
    assert attribute not in said
    assert group not in said


def test_the_words_name_nothing_a_protected_attribute_is_called() -> None:
    words = "gender sex age race ethnic religion region town zip language origin disab nation group attribute"
    for panel in [*BY_STATUS.values(), NOT_CONNECTED, NO_PERMISSION]:
        said = f" {panel.title} {panel.sentence} {panel.next_step} ".casefold()
        assert not [word for word in words.split() if f" {word}" in said]


def test_the_time_of_the_check_can_be_read_back() -> None:
    assert datetime.fromisoformat(panel_for(flag("ok")).checked_at or "").tzinfo == UTC


DETAIL = FlagDetail(
    explanation="Leads with scores like this one turned out better than their scores promised.",
    advice="Check zip3 and the last activity before you drop it; ask your CRM admin to review.",
    direction="may be too low",
    shift=15.2,
    low=11.1,
    high=19.4,
    fields=("zip3", "<b>" * 40),
)


def detailed(detail: FlagDetail, status: FlagStatus = "review") -> Panel:
    return panel_for(dataclasses.replace(flag(status), detail=detail))


def test_a_score_that_is_off_is_told_by_how_much_and_where_to_look() -> None:
    panel = detailed(DETAIL)
    assert panel.estimate == "May be too low by about 15 points (11 to 19)."
    assert panel.next_step == DETAIL.advice
    assert to_json(panel)["fields"] == list(DETAIL.fields)
    assert (panel.title, panel.sentence) == (BY_STATUS["review"].title, BY_STATUS["review"].sentence)


def test_a_shift_down_is_told_by_its_size() -> None:
    down = dataclasses.replace(DETAIL, direction="may be too high", shift=-0.152, low=-0.19, high=-0.11)
    assert detailed(down).estimate == "May be too high by about 0.15 points (0.11 to 0.19)."


def test_where_nothing_is_known_of_the_size_none_is_shown() -> None:
    unknown = FlagDetail(explanation="It cannot be said.", advice="")
    panel = detailed(unknown, "insufficient_data")
    assert panel.estimate is None
    assert panel.explanation == "It cannot be said."
    assert panel.next_step == BY_STATUS["insufficient_data"].next_step


def test_the_picture_holds_the_numbers_of_the_sentence_and_the_score_as_it_is() -> None:
    drawn = shift_picture((15.2, 11.1, 19.4))
    assert drawn is not None
    assert (drawn.least, drawn.most) == ("+11", "+19")
    assert drawn.zero == 34.0 < drawn.bar < drawn.dot < drawn.bar + drawn.width == 266.0


def test_the_picture_of_a_score_that_is_too_high_ends_at_the_score_as_it_is() -> None:
    drawn = shift_picture((-0.153, -0.2, -0.11))
    assert drawn is not None
    assert (drawn.least, drawn.most) == ("\N{MINUS SIGN}0.2", "\N{MINUS SIGN}0.11")
    assert drawn.bar == 34.0 < drawn.dot < drawn.bar + drawn.width < drawn.zero == 266.0


def test_nothing_said_is_no_picture_and_no_width_is_still_seen() -> None:
    assert shift_picture(None) is None
    drawn = shift_picture((5.0, 5.0, 5.0))
    assert drawn is not None
    assert drawn.width == 2.0


def test_salesforces_frame_shows_the_picture_beside_its_sentence(site: Site) -> None:
    panel = detailed(DETAIL)
    with site.app.test_request_context("/"):
        text = _page(panel)
    (picture,) = [one for one in Page(text).having("svg") if one.get("class") == "shift"]
    assert picture["aria-label"] == panel.estimate
    assert faults(text) == []
