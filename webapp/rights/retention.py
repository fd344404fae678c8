"""Retention by age: leads go so many months after their cohort day, and a certificate says which.

The age counts from the day on which the lead was created, because that is the date that every lead has here;
when it was last changed is not kept. The rule is off until an admin sets it.
"""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date
from math import ceil

from audit.schema import BadInput, Stream, parse_stream
from connectors import ageing
from connectors.pseudonym import LeadKey
from connectors.synced import keys_in
from webapp.crms import label
from webapp.decisions import aged as logged_as_aged
from webapp.language import gettext
from webapp.rights.certain_time import certain_now
from webapp.rights.proofs import certify, privacy, told_in
from webapp.services import Services
from webapp.store.privacy import ProofRow
from webapp.store.rows import ConnectionRow

LONGEST = 120
RECOMMENDED = 24
# Beside the maturity window an audit needs some leads whose outcome is known.
BESIDE_DAYS, MONTH_DAYS = 90, 30.4
CAUSE = "retention"
_DIGITS = 6  # Python reads no number of thousands of digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a run did: leads from before the day ``before`` went, ``leads`` of them now.

    ``doubt`` is a sentence where the clock is not believed (`webapp.rights.certain_time`), or "".
    """

    before: date
    leads: int
    doubt: str = ""


def cut_off(today: date, months: int) -> date:
    """The first cohort day that stays."""
    number = today.year * 12 + today.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def least_months(stream: Stream | None) -> int:
    """The shortest retention with which an audit still has leads whose outcome is known."""
    mature = (stream.maturity_days or 0) if stream else 0
    return max(1, ceil((mature + BESIDE_DAYS) / MONTH_DAYS))


def set_rule(opened: Services, connection: ConnectionRow, text: str, who: str) -> int | None:
    """Set the rule from what a person typed: a number of months, or nothing to keep all leads.

    Raises
    ------
    BadInput
        It is no such number, or so few that an audit would have nothing to go by.
    """
    months = _months(text.strip(), least_months(_stream(opened, connection)))
    privacy(opened).set_retention(connection.id, months, who)
    said = "leads stay" if months is None else f"leads go {months} months after their cohort day"
    opened.accounts.record(who, "retention set", label(connection), said)
    return months


def before_day(opened: Services, connection: ConnectionRow) -> date | None:
    """The first cohort day that stays, as far as the clock is believed; None where leads stay for good."""
    rule = privacy(opened).retention(connection.id)
    return None if rule is None else cut_off(certain_now(opened).now.date(), rule.months)


def apply(opened: Services, connection: ConnectionRow) -> Applied | None:
    """Let the leads go that are too old; None where there is no rule. The caller holds the job's lock.

    The certificate comes first and is finished last: if the process ends in between, the next run ends it.
    """
    _end_begun(opened, connection)
    doubt, before = certain_now(opened).doubt, before_day(opened, connection)
    if before is None:
        return None
    aged = ageing.aged(opened.lake, connection.crm, connection.organisation, before)
    if not aged.num_rows:
        return Applied(before=before, leads=0, doubt=doubt)
    leads = keys_in(aged["lead_key"])
    by_day = Counter(str(day) for day in aged["cohort_day"].to_pylist())
    rule = privacy(opened).retention(connection.id)
    told = {
        "cause": CAUSE,
        "rule": {"months": rule.months if rule else None, "from": "cohort day", "before": str(before)},
        "by_cohort_day": dict(sorted(by_day.items())),
    }
    _carry_out(opened, connection, certify(opened, connection, leads, told, finished=False), leads)
    return Applied(before=before, leads=len(leads), doubt=doubt)


def _end_begun(opened: Services, connection: ConnectionRow) -> None:
    """Do what the certificate of a killed process says; flags of leads that are gone go with the audit."""
    for row in privacy(opened).proofs(connection.id):
        rule = told_in(row).get("rule") or {}
        if row.finished_at is None and rule:
            before = date.fromisoformat(rule["before"])
            aged = ageing.aged(opened.lake, connection.crm, connection.organisation, before)
            _carry_out(opened, connection, row, keys_in(aged["lead_key"]))


def _carry_out(
    opened: Services, connection: ConnectionRow, proof: ProofRow, leads: tuple[LeadKey, ...]
) -> None:
    before = date.fromisoformat(told_in(proof)["rule"]["before"])
    opened.told_events.drop_flags(connection.id, leads)
    logged_as_aged(opened, connection, leads)
    ageing.expire(opened.lake, connection.crm, connection.organisation, before)
    opened.database.scrub()
    privacy(opened).finish_proof(proof.id)


def _months(text: str, least: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < _DIGITS and least <= int(text) <= LONGEST):
        msg = gettext(
            "Retention: write a whole number of months from %(least)s to %(longest)s, or leave it empty to "
            "keep all leads. With fewer than %(least)s the audit would have no leads whose outcome is known.",
            least=least,
            longest=LONGEST,
        )
        raise BadInput(msg)
    return int(text)


def _stream(opened: Services, connection: ConnectionRow) -> Stream | None:
    saved = opened.repository.stream(connection.id)
    try:
        return parse_stream(saved.text, "The stream") if saved else None
    except BadInput:
        return None  # the page of the stream says what is wrong with it
