"""The page "Drift": what it tells an auditor, who sees what, and what it says where nothing can be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sqlalchemy as sa

from connectors.decisions.entry import Decision
from connectors.decisions.look import Shown
from tests.audit.drift.stories import FIRST, MARCH, MAY, NOVEMBER
from tests.webapp.api_caller import caller
from tests.webapp.drift_leads import STREAM, pull, until
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, open_site
from webapp.alerts.change import Unknown
from webapp.alerts.from_drift import of_drift
from webapp.doctor.watched import watched
from webapp.drift_watch.models import inferred, models_of
from webapp.drift_watch.reading import kept_of
from webapp.drift_watch.sealed import SHORT, looks_at, sealed_of
from webapp.drift_watch.short import FORGOTTEN, Short, short_of
from webapp.drift_watch.update import after_audit
from webapp.erasure import erase
from webapp.gap_watch.events import happened
from webapp.keeping_up import behind_of, kept_up
from webapp.secrets_box import Unreadable
from webapp.store.drift_looks import KEPT
from webapp.store.drift_tables import DriftLook
from webapp.viewmodels.decision_entries import entry_line


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An installation after three pulls: in April, in June, and at the end of the year."""
    site = open_site(tmp_path_factory.mktemp("drift") / "site")
    row = site.connect()
    site.services.repository.save_stream(row.id, STREAM, NAME)
    editions = []
    for day, audit in ((90, "audit1"), (160, "audit2"), (365, "audit3"), (365, "audit4")):
        assert pull(site.services, row, until(day), audit)
        editions.append({one.subject: one.edition for one in of_drift(site.services, row)})
    yield site, row, editions
    site.close()


def page(told, path="drift"):
    site, row = told[:2]
    got = site.client.get(f"/connections/{row.id}/{path}")
    assert got.status_code == 200
    assert faults(got.text) == []
    assert unexplained(got.text) == []
    return Page(got.text)


def at(day):
    return FIRST + timedelta(days=day)


def test_the_page_tells_a_new_field_another_model_and_a_season_apart(told):
    text = page(told).text
    assert "The model probably changed" in text
    assert "The score moved with other leads" in text
    assert f"No lead before {at(MARCH)} has a value" in text
    assert "probably another model: leads that are alike are scored otherwise" in text
    assert "other leads: leads that are alike are scored as before" in text
    assert "region 'rural': 52." in text
    assert "turnover: moved" not in text
    assert "turnover: missing values" not in text
    assert "From pull to pull (4)" in text


def test_the_newest_look_is_whole_and_older_ones_are_short_and_sealed(told):
    site, row, _ = told
    rows = looks_at(site.services).looks(row.id)
    assert [one.whole is not None for one in rows] == [True, False, False, False]
    assert [one.audit_id for one in rows] == ["audit4", "audit3", "audit2", "audit1"]
    assert all(b"turnover" not in one.short + (one.whole or b"") for one in rows)
    kept = kept_of(site.services, row)
    assert kept.report is not None
    assert kept.looks[0][1].known[0].audit_id == "audit2"  # the model change, first told in June


def test_a_special_category_is_shown_to_those_who_may(told, monkeypatch):
    assert "faith" in page(told).text
    monkeypatch.setattr("webapp.views.drift.may", lambda right: right != "special")
    text = page(told).text
    assert "faith" not in text
    assert "things are of special categories" in text


def test_one_alert_for_a_pull_and_the_same_things_are_told_once(told):
    site, row, editions = told
    assert [sorted(one) for one in editions] == [["drift"], ["drift"], *[["drift", "drift/special"]] * 2]
    plain = [one["drift"] for one in editions]
    assert len(set(plain[:3])) == 3
    assert editions[3] == editions[2]
    plain, special = of_drift(site.services, row)
    assert (plain.severity, plain.special_category) == ("high", False)
    assert "also among leads that are alike" in plain.quote
    assert "because other leads came" in plain.quote
    assert "turnover is a new field since 2026-03-02" in plain.quote
    assert "faith" not in plain.quote
    assert (special.special_category, special.about) == (True, ("faith",))


def test_an_inferred_model_stands_beside_the_log_and_in_the_charts(told):
    site, row, _ = told
    models = models_of(site.services, row)
    assert [one.sure for one in models] == [True]  # the season is no model
    changed = models[0]
    assert changed.earliest <= at(MAY) <= changed.latest
    assert inferred(models, at(0)) == f"inferred: model 1, until about {changed.day}"
    assert inferred(models, at(300)) == f"inferred: model 2, since about {changed.day}"
    assert inferred(models, None) == inferred((), at(0)) == ""
    with site.app.test_request_context():
        said = [one for one in happened(site.services, row, rules=False) if "Inferred" in one.words]
    assert [(one.day, one.theirs) for one in said] == [(changed.day, False)]
    assert at(NOVEMBER) not in {one.day for one in said}


@pytest.mark.parametrize(
    ("scored", "told_by_crm", "model", "said"),
    [
        ("2026-02-01T08:00:00+00:00", "", "not told", "inferred: model 1, until about 2026-05-03"),
        ("2026-09-01T08:00:00+00:00", "", "not told", "inferred: model 2, since about 2026-05-03"),
        ("", "", "not told", ""),
        ("2026-09-01T08:00:00+00:00", "v7", "v7", ""),
    ],
)
def test_a_model_is_inferred_only_where_the_crm_tells_none_and_the_moment_is_known(
    told, scored, told_by_crm, model, said
):
    entry = Decision(
        number=1, score="60", scored_at=scored, seen_at="2026-12-01T08:00+00:00", model_version=told_by_crm,
        source="hubspot", score_column="score", way="pull", policy_version=1, policy_digest="", features=None,
    )  # fmt: skip
    with told[0].app.test_request_context():
        line = entry_line(Shown(lead="00" * 16, decision=entry), models_of(told[0].services, told[1]))
    assert (line.model, line.inferred) == (model, said)


@pytest.fixture
def opened(site):
    return site.services, site.connect(), site


def test_what_fails_is_kept_told_and_cleared_by_the_next_success(opened):
    services, row, site = opened
    with kept_up(services, row, "drift"):
        raise Unreadable
    first = behind_of(services, row)[0].since
    with kept_up(services, row, "drift"):
        _ = [][len("0031234567890AB")]
    with kept_up(services, row, "gaps"):
        raise MemoryError
    assert [(one.part, one.since, one.why) for one in behind_of(services, row)] == [
        ("drift", first, "defect"),
        ("gaps", behind_of(services, row)[1].since, "memory"),
    ]
    assert [one.level for one in watched(services, row)] == ["warning", "warning"]
    assert "could not be brought up to date since" in page((site, row)).text
    assert "there was not enough memory" in page((site, row), "monitoring").text
    with kept_up(services, row, "drift"):
        pass
    assert [one.part for one in behind_of(services, row)] == ["gaps"]
    assert "could not be brought up to date" not in page((site, row)).text


def test_alerts_stay_as_they_are_while_drift_is_not_up_to_date(opened):
    services, row, _ = opened
    assert of_drift(services, row) == ()
    pull(services, row, until(100))
    with kept_up(services, row, "drift"):
        raise MemoryError
    with pytest.raises(Unknown):
        of_drift(services, row)


def test_empty_states_say_why_and_what_to_do(opened):
    services, row, site = opened
    assert "There is no audit yet" in page((site, row)).text
    pull(services, row, until(1))
    text = page((site, row)).text
    assert "cannot be compared" in text
    assert "all leads are of one day (2026-01-01)" in text
    pull(services, row, until(100).drop(["feature:source", "feature:turnover"]))
    assert "The stream names no fields beside score and groups" in page((site, row)).text
    pull(services, row, until(100).take(list(range(0, 3000, 150))))
    assert "too few leads" in page((site, row)).text


def test_looks_are_bounded_and_go_with_the_connection(opened, monkeypatch):
    services, row, _ = opened
    monkeypatch.setattr("webapp.store.drift_looks.KEPT", 2)
    for audit in ("audit1", "audit2", "audit3"):
        pull(services, row, until(30), audit)
    assert [one.audit_id for one in looks_at(services).looks(row.id, KEPT)] == ["audit3", "audit2"]
    services.repository.set_state(row.id, "disconnected")
    assert erase(services, services.repository.connection(row.id))
    assert not looks_at(services).holds(row.id)
    assert not pull(services, row, until(30), "audit4")


def test_a_failure_of_drift_leaves_the_audit_alone(opened, monkeypatch):
    services, row, _ = opened
    monkeypatch.setattr("webapp.drift_watch.update.drift_of_table", lambda *_: 1 / 0)

    class Given:
        stream = None

    after_audit(services, row, (pa.table({"a": [1]}), Given()), None)
    assert [one.why for one in behind_of(services, row)] == ["defect"]


def test_the_api_tells_the_same_and_withholds_special_categories(told):
    site, row, _ = told
    client = site.app.test_client()
    plain = caller(client, site.services, "read:audits")
    whole = caller(client, site.services, "read:audits", "read:special")
    here = f"/connections/{row.id}/drift"
    got = whole.get(here).json
    assert [one["cause"] for one in got["score_days"]] == ["model", "mix"]
    assert [(one["number"], one["sure"]) for one in got["models"]] == [(2, True)]
    assert {one["name"]: one["begun"] for one in got["columns"]}["turnover"] == "2026-03-02"
    assert (got["lacking"], got["behind_since"], got["withheld"]) == (None, None, 0)
    assert "faith" in {one["attribute"] for one in got["gaps"]}
    assert "faith" not in plain.get(here).text
    assert plain.get(here).json["withheld"] > 0
    pulls = whole.get(f"{here}/pulls?limit=2").json
    assert [one["audit"] for one in pulls["items"]] == ["audit4", "audit3"]
    assert whole.get(f"{here}/pulls?limit=2&cursor={pulls['next']}").json["items"][-1]["moved"] == 1
    assert whole.get("/connections/none/drift").status_code == 404


def test_leads_of_days_to_come_are_in_no_window_and_that_is_said(opened):
    services, row, site = opened
    table = until(100)
    ahead = pc.if_else(
        pa.array([at % 100 == 0 for at in range(table.num_rows)]),
        pa.scalar(FIRST + timedelta(days=400)),
        table["created"],
    )
    now = datetime(2026, 4, 11, 6, tzinfo=UTC)
    pull(services, row, table.set_column(0, "created", ahead), now=now)
    kept = kept_of(services, row).report
    assert kept.windows.newest.last == FIRST + timedelta(days=99)
    assert kept.periods[-1].last == FIRST + timedelta(days=99)
    assert (
        f"{-(-table.num_rows // 100)} leads: their day of creation is yet to come" in page((site, row)).text
    )


def test_that_something_is_forgotten_is_no_news(told):
    site, row, _ = told
    report = kept_of(site.services, row).report
    march = datetime(2026, 3, 20, tzinfo=UTC)
    quiet = replace(report, changes=(), columns=(), gaps=(), multivariate=None)
    first = short_of(report, None, ("audit1", march), {"faith"})
    gone = short_of(quiet, first, ("audit2", march + FORGOTTEN / 2), {"faith"})
    assert gone.known
    after = short_of(quiet, gone, ("audit3", march + 3 * FORGOTTEN), {"faith"})
    assert after.known == ()
    assert first.news == gone.news == after.news
    assert all(first.news)
    again = short_of(report, after, ("audit4", march + 4 * FORGOTTEN), {"faith"})
    assert all(one.endswith("audit4") for one in again.news)


def test_what_another_release_kept_is_as_good_as_none_and_the_next_pull_looks(opened):
    services, row, site = opened
    pull(services, row, until(100))
    kept, sealed = looks_at(services).newest(row.id), sealed_of(services, row)
    old = SHORT.dump_json(Short()).replace(b'"things":[]', b'"things":[{"name":"x"}]')
    with services.database.writing() as session:
        session.execute(
            sa.update(DriftLook)
            .where(DriftLook.id == kept.id)
            .values(
                short=sealed.box.seal(old, f"{kept.id}/short"),
                whole=sealed.box.seal(b"{}", f"{kept.id}/whole"),
            )
        )
    assert "can no longer be read" in page((site, row)).text or "no audit yet" in page((site, row)).text
    assert models_of(services, row) == ()
    with pytest.raises(Unknown):
        of_drift(services, row)
    assert pull(services, row, until(101), "audit2")
    assert kept_of(services, row).report is not None
