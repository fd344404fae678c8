"""A message of alerts in English: as plain text, as simple HTML, and for a Slack-compatible webhook.

It goes to machines of others, so it says nothing of a lead, and of a special category only that there is
something: to read it, one signs in.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from audit.finding import SEVERITIES, Severity
from webapp.alerts.saying import KIND_WORDS, WITHHELD, said
from webapp.store.alert_rows import LIVE, AlertRow
from webapp.viewmodels.words import SEVERITY_WORDS

MOST = 20
"""How many alerts a message tells of in full."""
LONGEST, LONGEST_LINE = 30_000, 1_000
"""Characters, of what it tells of in full and of one sentence: a task in Salesforce holds 32,000."""
DO, SURE, OPEN, OTHERS = "What to do", "How sure", "Open it", "All alerts"
TEST = "This is a test. Alerts will arrive here like this."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One alert in a message; further lines are (what it is, the sentence)."""

    title: str
    lines: tuple[tuple[str, str], ...]
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent. ``mark`` is the same at each try: whoever gets it twice can see that it is one."""

    mark: str
    subject: str
    lead: str
    entries: tuple[Entry, ...]
    more: int
    link: str
    worst: Severity

    @property
    def text(self) -> str:
        """As plain text."""
        parts = [self.lead, *(_plain(one) for one in self.entries), *self._tail()]
        return "\n\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        """As HTML without pictures, scripts and addresses of others."""
        parts = [f"<p>{html.escape(self.lead)}</p>", *(_marked_up(one) for one in self.entries)]
        parts += [f"<p>{html.escape(self.left_out)}</p>"] if self.more else []
        parts += [f"<p>{_linked(self.link, OTHERS)}</p>", f"<p>{html.escape(self.mark)}</p>"]
        return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>\n'

    @property
    def slack(self) -> str:
        """As the text of an incoming webhook; what is told holds no signs for links and mentions."""
        parts = [f"*{_harmless(self.lead)}*", *(_slack(one) for one in self.entries)]
        parts += [self.left_out] if self.more else []
        parts += [f"<{self.link}|{OTHERS}> ({self.mark})"]
        return "\n\n".join(parts)

    @property
    def left_out(self) -> str:
        """How many it does not tell of in full."""
        return f"And {self.more} more."

    def _tail(self) -> Iterator[str]:
        if self.more:
            yield self.left_out
        yield f"{OTHERS}: {self.link}"
        yield f"Number of this message: {self.mark}"


def mark_of(message_id: str) -> str:
    """The number of a message: one word, so that a search finds it."""
    return f"fairlead{message_id}"


def compose(
    place: tuple[str, str, str], alerts: Sequence[AlertRow], hidden: Collection[str], *, escalation: bool
) -> Message:
    """The message that tells of some alerts.

    ``place`` is the message's id, the connection's name and the address of the application; ``hidden`` are
    the names of special categories as they are marked now.
    """
    message_id, where, base = place
    worst = _worst(alerts)
    ordered = sorted(alerts, key=lambda one: -SEVERITIES.index(one.severity))
    lead = _lead(alerts, where, escalation=escalation)
    entries = tuple(_fitting(_entry(one, base, hidden) for one in ordered[:MOST]))
    return Message(
        mark=mark_of(message_id),
        subject=f"Fairlead: {lead}",
        lead=lead,
        entries=entries,
        more=len(ordered) - len(entries),
        link=f"{base}/alerts",
        worst=worst,
    )


def test_message(message_id: str, base: str) -> Message:
    """What a button sends, so that an admin sees whether it arrives."""
    return Message(
        mark=mark_of(message_id),
        subject="Fairlead: a test of alerts",
        lead=TEST,
        entries=(),
        more=0,
        link=f"{base}/alerts",
        worst="info",
    )


def is_withheld(alert: AlertRow, hidden: Collection[str]) -> bool:
    """Whether an alert is about a special category, as it was marked then or is now."""
    return alert.special_category or not frozenset(hidden).isdisjoint(alert.about)


def _lead(alerts: Sequence[AlertRow], where: str, *, escalation: bool) -> str:
    live = sum(one.state in LIVE for one in alerts)
    counted = "1 alert" if len(alerts) == 1 else f"{len(alerts)} alerts"
    if escalation:
        return f"{counted} at {where} that nobody has acknowledged"
    if not live:
        return f"{counted} at {where} ended"
    worst = _worst(one for one in alerts if one.state in LIVE)
    grave = SEVERITY_WORDS[worst].lower()
    return (
        f"{counted} at {where}, {grave}" if len(alerts) == 1 else f"{counted} at {where}, the gravest {grave}"
    )


def _worst(alerts: Iterable[AlertRow]) -> Severity:
    found: list[Severity] = sorted((one.severity for one in alerts), key=SEVERITIES.index)
    return found[-1] if found else "info"


def _fitting(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The first ones, as many as have room in their longest form."""
    room = LONGEST
    for one in entries:
        room -= len(_marked_up(one))
        if room < 0:
            return
        yield one


def _entry(alert: AlertRow, base: str, hidden: Collection[str]) -> Entry:
    kind, grave = KIND_WORDS[alert.kind], SEVERITY_WORDS[alert.severity]
    title = f"{kind} ({grave.lower()}), since {alert.opened_at:%Y-%m-%d}"
    if alert.state == "closed":
        ended = alert.closed_at or alert.changed_at
        title = f"Ended on {ended:%Y-%m-%d}: {kind.lower()} ({grave.lower()})"
    told = (("", WITHHELD),) if is_withheld(alert, hidden) else _lines(alert)
    lines = tuple((name, _shortened(words)) for name, words in told)
    return Entry(title=title, lines=lines, link=f"{base}/alerts/{alert.id}")


def _lines(alert: AlertRow) -> Iterator[tuple[str, str]]:
    told = alert.told
    if told.quote:
        yield "", told.quote
    if alert.state == "closed":
        yield "", "It does not hold any more. For a finding that need not mean that the gap is gone."
        return
    yield "", said(told.what)
    yield SURE, said(told.sure)
    yield DO, said(told.todo)


def _shortened(words: str) -> str:
    """A sentence of a bounded length: names come from the CRM, and may be of any."""
    return words if len(words) <= LONGEST_LINE else f"{words[: LONGEST_LINE - 1]}\N{HORIZONTAL ELLIPSIS}"


def _plain(one: Entry) -> str:
    lines = (f"{name}: {words}" if name else words for name, words in one.lines)
    return "\n".join([one.title, *lines, f"{OPEN}: {one.link}"])


def _marked_up(one: Entry) -> str:
    lines = "".join(f"<p>{_named(name)}{html.escape(words)}</p>" for name, words in one.lines)
    return f"<h2>{html.escape(one.title)}</h2>{lines}<p>{_linked(one.link, OPEN)}</p>"


def _named(name: str) -> str:
    return f"<strong>{html.escape(name)}:</strong> " if name else ""


def _linked(link: str, words: str) -> str:
    return f'<a href="{html.escape(link, quote=True)}">{html.escape(words)}</a>'


def _slack(one: Entry) -> str:
    lines = (f"{name}: {_harmless(words)}" if name else _harmless(words) for name, words in one.lines)
    return "\n".join([f"*{_harmless(one.title)}*", *lines, f"<{one.link}|{OPEN}>"])


def _harmless(words: str) -> str:
    """Without Slack's signs for links, mentions and styles."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("*", "\N{ASTERISK OPERATOR}").replace("@", "\N{FULLWIDTH COMMERCIAL AT}")
