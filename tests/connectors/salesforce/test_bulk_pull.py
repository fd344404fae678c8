"""Pulls by bulk job: every fault of a pull at every call, and the rows are counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.errors import Busy, ConnectorError, Refused
from connectors.salesforce import bulk_query, listing, reading, syncing
from connectors.salesforce import source as source_module
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.csv_page import Cut, rows
from connectors.salesforce.page_tries import whole_page
from connectors.salesforce.typed import number_text
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import KINDS, Fault
from tests.connectors.salesforce.syncing import POLICY, Desk, desk_of

PASSING = sorted(
    KINDS - {"not_for_rest", "total_limit", "api_disabled", "query_timeout", "invalid_locator", "bad_message"}
)
BULK_ONLY = ("truncated_csv", "duplicate_rows")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes by bulk job, in pages of a hundred."""
    monkeypatch.setattr(bulk_query, "PAGE", 100)
    for module in (listing, syncing, source_module):
        monkeypatch.setattr(module, "BULK", 1)


@pytest.fixture(params=[False, True], ids=["one after the other", "at once"])
def desk(
    request: pytest.FixtureRequest, org: SalesforceStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr(reading, "PARALLEL", 0 if request.param else 10**9)
    org.state.jobs.settings = replace(org.state.jobs.settings, page=100)
    made = desk_of(org, tmp_path)
    made.age()
    return made


@pytest.fixture
def whole(desk: Desk) -> pa.Table:
    """What the lake should hold, read without a fault."""
    desk.sync(wanted="full")
    return desk.rows(hidden=False)


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_at_any_call_of_the_job_costs_no_lead(desk: Desk, whole: pa.Table, kind: str):
    # A token may die at every call; of the others, every third call in turn.
    for at in range(1, 9) if kind == "expire" else range(1 + PASSING.index(kind) % 3, 9, 3):
        desk.org.faults.plan(Fault(kind=kind, at=at, path="/jobs/query"))
        done = desk.sync(wanted="full")
        desk.org.faults.clear()
        assert (done.run.read, done.run.kept, done.run.excluded) == (500, 495, {"Opted_Out__c": 5})
        assert desk.rows(hidden=False).equals(whole)
    # Only a job whose creation was not answered is left, which nobody reads and the org ends.
    assert len(desk.org.state.jobs.kept) <= (kind in {"cut", "truncated"})


@pytest.mark.parametrize("at", range(1, 6))
def test_a_page_that_is_cut_short_is_read_again(desk: Desk, whole: pa.Table, at: int):
    desk.org.faults.plan(Fault(kind="truncated_csv", at=at, path="/results"))
    assert desk.sync(wanted="full").run.read == 500
    assert desk.rows(hidden=False).equals(whole)


def test_a_page_that_is_always_cut_short_is_never_accepted(desk: Desk, whole: pa.Table):
    # Three pages may be asked for at once; the fourth is only when the first is on the disk.
    desk.org.faults.plan(Fault(kind="truncated_csv", at=4, times=None, path="/results"))
    with pytest.raises(Busy, match="did not add up"):
        desk.sync(wanted="full")
    assert desk.rows(hidden=False).equals(whole)
    desk.org.faults.clear()
    done = desk.sync(wanted="full")
    assert (done.run.read, done.resumed_at >= 100) == (500, True)
    assert desk.rows(hidden=False).equals(whole)


def test_rows_that_come_twice_across_pages_are_kept_once_and_counted(desk: Desk, whole: pa.Table):
    desk.org.faults.plan(Fault(kind="duplicate_rows", at=2, path="/results"))
    done = desk.sync(wanted="full")
    assert (done.run.read, done.run.kept) == (503, 495)
    assert done.run.rejected["duplicate"] + done.run.excluded["Opted_Out__c"] == 8
    assert desk.rows(hidden=False).equals(whole)


def test_rows_in_place_of_others_are_no_whole_pull(
    desk: Desk, whole: pa.Table, monkeypatch: pytest.MonkeyPatch
):
    page = reading.Reader._whole

    def twice(self, request, **more):
        batch, behind = page(self, request, **more)
        first = batch.table.slice(0, 1)
        table = pa.concat_tables([first, first, batch.table.slice(2)])
        return replace(batch, table=table), behind

    monkeypatch.setattr(reading.Reader, "_whole", twice)
    with pytest.raises(Busy, match="announced 500 leads"):
        desk.sync(wanted="full")
    assert desk.rows(hidden=False).equals(whole)


def test_a_field_that_disappears_between_describe_and_query_is_named(
    desk: Desk, whole: pa.Table, monkeypatch: pytest.MonkeyPatch
):
    begin, asked = syncing.begin, []

    def hiding(*arguments, **more):
        asked.append(desk.org.org.hide_field("Score__c"))
        return begin(*arguments, **more)

    monkeypatch.setattr(syncing, "begin", hiding)
    with pytest.raises(Refused, match=r"Score__c") as caught:
        desk.sync(wanted="full")
    assert (caught.value.code, len(asked)) == ("INVALID_FIELD", 1)
    assert desk.rows(hidden=False).equals(whole)


@pytest.mark.parametrize("kind", ["stuck_job", "failed_job"])
def test_a_job_that_does_not_end_well_is_ended_and_begun_anew(
    desk: Desk, whole: pa.Table, kind: str, monkeypatch: pytest.MonkeyPatch
):
    ticks = iter(range(0, 10**9, 600))
    patience = bulk_query.Patience(clock=lambda: next(ticks), pause=lambda _: None)
    monkeypatch.setattr(source_module.SalesforceSource, "_patience", patience)
    desk.org.faults.plan(Fault(kind=kind, path="/jobs/query"))
    with pytest.raises(Busy):
        desk.sync(wanted="full")
    assert desk.rows(hidden=False).equals(whole)
    done = desk.sync(wanted="full")
    assert (done.run.read, done.resumed_at) == (500, 0)


def test_a_job_that_is_gone_is_begun_anew(desk: Desk, whole: pa.Table):
    desk.org.faults.plan(Fault(kind="server_error", at=3, times=None, path="/results"))
    with pytest.raises(Busy):
        desk.sync(wanted="full")
    desk.org.faults.clear()
    desk.org.state.jobs.kept.clear()
    assert desk.sync(wanted="full").run.read == 500
    assert desk.rows(hidden=False).equals(whole)


def test_a_clean_up_that_fails_does_not_fail_the_sync(desk: Desk, whole: pa.Table):
    desk.org.faults.plan(Fault(kind="api_disabled", times=None, path="/jobs/query", method="DELETE"))
    assert desk.sync(wanted="full").run.read == 500
    assert desk.rows(hidden=False).equals(whole)


def test_a_second_worker_rotates_the_token_in_the_middle(desk: Desk, whole: pa.Table):
    grants = desk.source._grants
    page = reading.Reader._whole

    def rotating(self, request, **more):
        from connectors.salesforce.oauth import refresh

        grants.grant = refresh(desk.source._app, grants.grant)
        desk.org.state.grants.access.pop(next(iter(desk.org.state.grants.access)))
        return page(self, request, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.Reader, "_whole", rotating)
        patch.setattr(reading, "AT_ONCE", 1)
        assert desk.sync(wanted="full").run.read == 500
    assert desk.rows(hidden=False).equals(whole)


@pytest.mark.parametrize("kind", sorted(KINDS - {"expire"}))
def test_no_lasting_fault_changes_what_is_held(desk: Desk, whole: pa.Table, kind: str):
    desk.org.faults.plan(Fault(kind=kind, at=4, times=None, path="/jobs/query"))
    with pytest.raises(ConnectorError):
        desk.sync(wanted="full")
    assert desk.rows(hidden=False).equals(whole)


def test_a_plain_pull_of_many_leads_goes_by_bulk_job_too(desk: Desk, whole: pa.Table):
    batches = list(desk.source.pull(POLICY))
    assert [batch.read for batch in batches] == [100] * 5
    assert sum(batch.table.num_rows for batch in batches) == whole.num_rows
    assert not desk.org.state.jobs.kept


def pieces(text: str, size: int = 7) -> list[bytes]:
    data = text.encode()
    return [data[start : start + size] for start in range(0, len(data), size)]


ODD = (
    'Id,a\n"1","line\nbreak"\n"2","quo""te, comma"\n"3","nul\0byte \u2028 é😀"\n"4","' + "x" * 131_072 + '"\n'
)


@pytest.mark.parametrize("size", [1, 3, 7, 4096, 10**6])
def test_odd_texts_come_whole_however_the_pieces_fall(size: int):
    found = list(rows(pieces(ODD, size)))
    assert found[0] == ["Id", "a"]
    assert [row[1][:12] for row in found[1:]] == [
        "line\nbreak",
        'quo"te, comm',
        "nulbyte \u2028 é😀",
        "x" * 12,
    ]
    assert len(found[4][1]) == 131_072


WHOLE = 'Id,a\n"1","line\nbreak"\n"2","q""t"\n'


@pytest.mark.parametrize("end", range(1, len(WHOLE)))
def test_a_text_that_ends_in_the_middle_of_a_row_is_noticed(end: int):
    text = WHOLE[:end]
    try:
        found = list(rows(pieces(text)))
    except Cut:
        return
    # What passes is whole rows, which the number of rows then judges.
    assert found == list(rows(pieces(WHOLE)))[: len(found)]


def test_a_page_that_is_cut_between_two_escaped_quotes_is_read_again():
    cut, tries = WHOLE[: WHOLE.index('"q""') + 3], list[bool]()

    def read(unended: bool) -> list[list[str]]:
        tries.append(unended)
        return list(rows(pieces(cut if len(tries) == 1 else WHOLE), unended=unended))

    patience = Patience(clock=lambda: 0.0, pause=lambda _: None)
    assert whole_page(read, patience)[-1] == ["2", 'q"t']
    assert tries == [False, False]
    # An org that never ends the last row is read all the same.
    endless = whole_page(lambda unended: list(rows(pieces(WHOLE[:-1]), unended=unended)), patience)
    assert endless[-1] == ["2", 'q"t']


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("85.0", "85"),
        ("8.5E1", "85"),
        ("1.0E7", "10000000"),
        ("61.5", "61.5"),
        ("-3", "-3"),
        ("", None),
        ("x", "x"),
    ],
)
def test_numbers_of_csv_are_those_of_json(text: str, number: str | None):
    assert number_text(text) == number


class Answer:
    """A page of results as the gateway streams it."""

    def __init__(self, body: str, **headers: str) -> None:
        self.body, self.headers = body, headers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __iter__(self):
        return iter(pieces(self.body))


def test_a_proxys_page_under_status_200_is_not_taken_for_results(desk: Desk, whole: pa.Table, monkeypatch):
    gateway, first = desk.source._gateway, []
    stream = type(gateway).stream

    def odd(self, request, doing):
        if not first:
            first.append(request)
            return Answer("<html>sign in</html>", **{"Content-Type": "text/html"})
        return stream(self, request, doing)

    monkeypatch.setattr(type(gateway), "stream", odd)
    assert desk.sync(wanted="full").run.read == 500
    assert first
    assert desk.rows(hidden=False).equals(whole)


def test_pages_that_go_in_a_circle_are_noticed(desk: Desk, whole: pa.Table, monkeypatch):
    monkeypatch.setattr(reading, "PARALLEL", 10**9)
    monkeypatch.setattr(
        reading, "next_locator", lambda headers: headers.get("Sforce-Locator") and "MTAwOjEwMA"
    )
    with pytest.raises((Busy, Refused)):
        desk.sync(wanted="full")
    assert desk.rows(hidden=False).equals(whole)
