"""The decision log against a plain list: everything once, in spite of kills, erasures, drops and new keys."""

from __future__ import annotations

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.decisions import absent, ledger, opening
from connectors.decisions.fresh import log_new
from connectors.decisions.keys import LogKeys
from connectors.decisions.verify import verify
from connectors.pseudonym import Keyring, LeadKey
from tests.connectors.logged import KEYS, Lead, held, history, key, log, moment, opened, sight, table

MANY = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
LEADS = st.lists(st.integers(0, 11), max_size=6)
SCORE = st.sampled_from([None, "10", "20", "30"])
STEP = st.one_of(
    st.tuples(
        st.just("score"),
        st.lists(st.tuples(st.integers(0, 11), SCORE), max_size=8, unique_by=lambda one: one[0]),
    ),
    st.tuples(st.just("log"), st.just(())),
    st.tuples(st.just("erase"), LEADS),
    st.tuples(st.just("drop"), st.integers(0, 6)),
    st.tuples(st.just("rekey"), st.just(())),
)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "org.log"


class Model:
    """What a log must hold: plain lists, no files."""

    def __init__(self, folder: Path) -> None:
        self.place, self.ring = (
            folder / "org.log",
            Keyring(crm="salesforce", organisation="00D1", master=bytes(32)),
        )
        self.lake: dict[int, Lead] = {}
        self.rows: list[tuple[int, str | None, str, int]] = []  # lead, score, since, time of logging
        self.at, self.erased, self.known = 1, 0, set[int]()
        self.dropped = 0

    def key(self, lead: int) -> LeadKey:
        return self.ring.lead_key(str(lead))

    def score(self, changes: list[tuple[int, str | None]]) -> None:
        self.at += 1
        for lead, score in changes:
            if lead in self.lake:
                self.lake[lead].rescore(score, moment(self.at))
            else:
                self.lake[lead] = Lead(score, moment(self.at))

    def log(self, _: object) -> None:
        self.at += 1
        log(self.place, {self.key(lead): one for lead, one in self.lake.items()}, moment(self.at))
        logged = {row[:3] for row in self.rows}
        for lead, one in self.lake.items():
            line = [*one.earlier, (one.score, one.since)]
            while line and line[0][0] is None:
                line.pop(0)  # no score is no decision until there was one
            for score, since in line:
                known_and_dropped = lead in self.known and since <= moment(self.dropped) and self.dropped
                if (lead, score, since) not in logged and not known_and_dropped:
                    self.rows.append((lead, score, since, self.at))
            if line:
                self.known.add(lead)

    def erase(self, leads: list[int]) -> None:
        with opened(self.place, moment(self.at)) as found:
            gone = found.erase([self.key(lead).digest for lead in leads])
        assert gone == sum(row[0] in leads for row in self.rows)
        self.rows = [row for row in self.rows if row[0] not in leads]
        self.known -= set(leads)
        self.erased += gone
        for lead in leads:
            self.lake.pop(lead, None)

    def drop(self, back: int) -> None:
        limit = max(0, self.at - back)
        with opened(self.place, moment(self.at)) as found:
            found.drop_before(moment(limit))
            dropped = found.dropped
        if dropped:
            self.dropped = max(at for at in range(self.at + 1) if moment(at) <= dropped)
        self.rows = [row for row in self.rows if row[3] >= limit]

    def rekey(self, _: object) -> None:
        step = bytes([len(self.ring.later)]) * 32
        self.ring = Keyring(
            crm="salesforce", organisation="00D1", master=bytes(32), later=(*self.ring.later, step)
        )
        with opened(self.place, moment(self.at)) as found:
            found.rekey(self.ring.rekeying().lead, self.ring.generation)

    def check(self) -> None:
        found = verify(self.place, "", KEYS)
        assert found.sound, found.faults
        assert found.entries - found.erased - found.dropped == len(self.rows)
        for lead in range(12):
            told = sorted((score, since) for who, score, since, _ in self.rows if who == lead and score)
            assert sorted(one for one in history(self.place, self.key(lead)) if one[0]) == told


@settings(max_examples=40, report_multiple_bugs=False, **MANY)
@given(st.lists(STEP, min_size=3, max_size=14), st.sampled_from([3, 100_000]))
def test_a_log_is_what_a_plain_list_would_be(steps, segment):
    before, ledger.SEGMENT = ledger.SEGMENT, segment
    folder = Path(tempfile.mkdtemp())
    try:
        model = Model(folder)
        model.log(())
        for name, values in steps:
            getattr(model, name)(values)
        model.log(())
        model.check()
    finally:
        ledger.SEGMENT = before
        shutil.rmtree(folder)


def test_the_same_lake_adds_nothing_and_a_changed_score_one_entry(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(50)}
    assert log(place, leads, moment(2)) == 50
    assert log(place, leads, moment(3)) == 0
    leads[key(7)].rescore("99", moment(4))
    assert log(place, leads, moment(4)) == 1
    assert history(place, key(7)) == [("7", moment(1)), ("99", moment(4))]
    with opened(place) as found:
        newest = found.of(found.index.known([key(7).digest])[key(7).digest])[-1]
    assert (newest.way, newest.source, newest.policy_version, newest.policy_digest) == (
        "pull",
        "salesforce",
        3,
        "d1",
    )
    assert newest.features == {"region": "region 99", "cohort_day": "2026-01-01"}
    assert (newest.seen_at, newest.model_version, newest.score_column) == (moment(4), "", "score")


def test_scores_between_two_logs_are_not_lost(place):
    leads = {key(1): Lead("1", moment(1))}
    log(place, leads, moment(1))
    for at in range(2, 6):
        leads[key(1)].rescore(str(at), moment(at))
    assert log(place, leads, moment(6)) == 4
    assert [score for score, _ in history(place, key(1))] == ["1", "2", "3", "4", "5"]


def test_a_score_that_the_history_dates_earlier_is_not_logged_twice(place):
    log(place, {key(1): Lead("50", moment(9))}, moment(9))
    assert log(place, {key(1): Lead("50", moment(5), [("40", moment(2))])}, moment(10)) == 1
    assert history(place, key(1)) == [("40", moment(2)), ("50", moment(9))]
    assert (
        log(place, {key(1): Lead("60", moment(11), [("40", moment(2)), ("50", moment(5))])}, moment(12)) == 1
    )


def test_a_score_that_the_lake_dates_later_than_the_log_is_not_logged_twice(place):
    log(place, {key(1): Lead("50", moment(2))}, moment(2))
    assert log(place, {key(1): Lead("50", moment(8))}, moment(8)) == 0


def test_a_score_that_comes_back_is_another_decision(place):
    leads = {key(1): Lead("50", moment(1))}
    log(place, leads, moment(1))
    leads[key(1)].rescore("60", moment(2))
    leads[key(1)].rescore("50", moment(3))
    assert log(place, leads, moment(4)) == 2


def test_a_score_that_is_taken_away_is_logged_and_one_that_never_was_is_not(place):
    leads = {key(1): Lead("50", moment(1)), key(2): Lead(None, moment(1))}
    assert log(place, leads, moment(1)) == 1
    leads[key(1)].rescore(None, moment(2))
    assert log(place, leads, moment(2)) == 1
    assert history(place, key(1)) == [("50", moment(1)), (None, moment(2))]


def test_a_lead_that_was_scored_late_had_no_decision_before(place):
    leads = {key(1): Lead(None, moment(1))}
    log(place, leads, moment(1))
    leads[key(1)].rescore("20", moment(2))
    assert log(place, leads, moment(2)) == 1
    leads[key(1)].rescore("30", moment(3))
    assert log(place, leads, moment(3)) == 1


def test_history_goes_on_under_a_new_version_of_the_model(place):
    leads = {key(1): Lead("50", moment(1)), key(2): Lead("20", moment(1))}
    log(place, leads, moment(1), model_version=["v1", "v1"])
    leads[key(1)].rescore("55", moment(2))
    assert log(place, leads, moment(2), model_version=["v2", "v2"]) == 2
    with opened(place) as found:
        of = {n: found.of(found.index.known([key(n).digest])[key(n).digest]) for n in (1, 2)}
    assert [(one.score, one.model_version) for one in of[1]] == [("50", "v1"), ("55", "v2")]
    assert [(one.score, one.model_version) for one in of[2]] == [("20", "v1"), ("20", "v2")]
    assert log(place, leads, moment(3), model_version=["v2", "v2"]) == 0


def test_the_version_that_a_crm_tells_for_all_stands_with_each_score(place):
    with opened(place) as found:
        log_new(found, held({key(1): Lead("5", moment(1))}), sight(moment(1), model="rules 7"))
    with opened(place) as found:
        assert found.of(found.index.known([key(1).digest])[key(1).digest])[0].model_version == "rules 7"


def test_values_with_odd_signs_come_back_as_they_were(place):
    odd = ["\x1f", "\x1e", "\x1b2", "a\x1fb\x1e\x1b0c", "", "é\U0001f600\n\"'"]
    leads = {key(n): Lead("5", moment(1)) for n in range(len(odd))}
    log(place, leads, moment(1), region=odd, age=[None] * len(odd))
    with opened(place) as found:
        for n, text in enumerate(odd):
            (one,) = found.of(found.index.known([key(n).digest])[key(n).digest])
            assert one.features == {"region": text, "age": None, "cohort_day": "2026-01-01"}


def test_a_lake_without_a_dated_score_has_nothing_to_log(place):
    plain = table({key(1): Lead("5", moment(1))}).drop_columns(["_scored_at", "_earlier_scores"])
    with opened(place) as found:
        files = [held({})[0].__class__(name="x", stretches=lambda: iter([plain]))]
        assert log_new(found, files, sight(moment(1))) == 0


def test_the_order_in_a_segment_tells_nothing_of_the_keys(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(400)}
    log(place, dict(sorted(leads.items())), moment(1))
    with opened(place) as found:
        keys = [lead for _, lead, _ in found.index.between(0, 400)]
        ids = [lead for _, lead in sorted(found.index.leads())]
    assert set(keys) == set(ids) == {one.digest for one in leads}
    for order in (keys, ids):
        ascents = sum(one < other for one, other in pairwise(order))
        assert 150 < ascents < 250


def test_who_was_erased_is_in_no_file_any_more(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(60)}
    log(place, leads, moment(1), region=[f"canary-{n}-canary" for n in range(60)])
    with opened(place) as found:
        known = found.index.known([key(5).digest])[key(5).digest]
        assert found.erase([key(5).digest]) == 1
    data = b"".join(path.read_bytes() for path in place.iterdir())
    assert b"canary-" not in data  # of nobody
    assert key(5).digest not in data
    assert known.sealed not in data
    assert known.sealed[12:44] not in data
    assert history(place, key(5)) == []
    found = verify(place, "", KEYS)
    assert (found.sound, found.entries, found.erased) == (True, 60, 1)


def test_a_lead_that_comes_back_after_its_erasure_begins_anew(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(5)}
    log(place, leads, moment(1))
    with opened(place) as found:
        found.erase([key(2).digest, key(2).digest, key(99).digest])
    assert log(place, leads, moment(3)) == 1
    assert verify(place, "", KEYS).sound


def test_what_is_older_than_is_kept_goes_with_a_signed_line(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(20)}
    log(place, leads, moment(1))
    leads[key(3)].rescore("77", moment(50))
    log(place, leads, moment(50))
    with opened(place, moment(60)) as found:
        assert found.drop_before(moment(40)) == 20
        line = found.records[-1]
        assert (line.kind, line.facts["count"], line.facts["readable"]) == ("drop", 20, 20)
        assert (line.facts["from"], line.facts["to"]) == (moment(1), moment(1))
        assert line.facts["digest"] == found.records[1].digest
        assert found.drop_before(moment(40)) == 0
    assert history(place, key(3)) == [("77", moment(50))]
    assert sorted(path.suffix for path in place.glob("0*")) == [".content", ".leaves"]
    found = verify(place, "", KEYS)
    assert (found.sound, found.entries, found.dropped) == (True, 21, 20)
    assert log(place, leads, moment(61)) == 0
    leads[key(4)].rescore("88", moment(62))
    assert log(place, leads, moment(62)) == 1


def test_a_clock_that_was_wrong_once_keeps_nothing_for_longer(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(20)}
    log(place, leads, moment(1))
    for number, at in ((3, 9_000), (4, 50)):
        leads[key(number)].rescore("77", moment(at))
        log(place, leads, moment(at))
    with opened(place, moment(60)) as found:
        assert found.drop_before(moment(40)) == 20
        assert found.drop_before(moment(40)) == 0
    with opened(place, moment(100)) as found:
        assert found.drop_before(moment(60)) == 2
        assert found.dropped == moment(50)
    assert verify(place, "", KEYS).sound


def test_an_emptied_log_goes_on_in_the_same_chain(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(20)}
    log(place, leads, moment(1))
    with opened(place, moment(2)) as found:
        assert found.empty() == 20
        assert found.empty() == 0
    assert not list(place.glob("0*"))
    assert history(place, key(3)) == []
    assert log(place, leads, moment(3)) == 20
    found = verify(place, "", KEYS)
    assert (found.sound, found.entries, found.dropped) == (True, 40, 20)


def test_without_the_key_of_the_organisation_nothing_is_read_and_all_is_verified(place):
    log(place, {key(1): Lead("5", moment(1))}, moment(1))
    other = LogKeys(secret=bytes(32), signers=KEYS.signers)
    with opened(place, keys=other) as found, pytest.raises(BadInput, match="damaged"):
        found.of(found.index.known([key(1).digest])[key(1).digest])
    assert verify(place, "").sound
    assert not verify(place, "", other).sound


def test_a_new_master_key_goes_on_where_the_former_one_hands_over(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(4)}
    log(place, leads, moment(1))
    new = LogKeys(secret=KEYS.secret, signers=(bytes(32), *KEYS.signers))
    for _ in range(2):
        with opened(place, moment(2), new) as found:
            assert [one.kind for one in found.records] == ["begin", "entries", "key"]
    assert verify(place, "", new).sound
    with pytest.raises(BadInput, match="another master key"), opened(place, moment(3)):
        pass


def test_a_damaged_log_still_lets_people_be_erased(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(9)}
    log(place, leads, moment(1))
    chain = place / "chain.jsonl"
    chain.write_bytes(chain.read_bytes().replace(b'"entries"', b'"entrias"'))
    with pytest.raises(BadInput, match="fairlead log verify"):
        log(place, leads, moment(2))
    assert opening.destroy(place, [key(3).digest]) == 1
    assert key(3).digest not in b"".join(path.read_bytes() for path in place.iterdir())
    assert opening.destroy(place, None) == 8
    assert not list(place.glob("*.content"))


def test_who_is_not_in_the_lake_any_more_is_told_after_some_days(place):
    leads = {key(n): Lead(str(n), moment(1)) for n in range(6)}
    log(place, leads, moment(1))
    day = 86_400.0
    there = table({one: lead for one, lead in leads.items() if one != key(2)})
    with opened(place) as found:
        assert absent.note_absent(found.index, [there], 0, 21) == []
        assert absent.note_absent(found.index, [table(leads)], 5 * day, 21) == []
        assert absent.note_absent(found.index, [there], 6 * day, 21) == []
        assert absent.note_absent(found.index, [there], 26 * day, 21) == []
        assert absent.note_absent(found.index, [there], 27 * day, 21) == [key(2).digest]
