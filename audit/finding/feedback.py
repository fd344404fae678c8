"""The feedback loop in words: what goes with what, not what causes what."""

from __future__ import annotations

from audit.finding.value import Caution, evidence
from audit.finding.words import count, percent, plain, quoted
from audit.rows.feedback import Channel, Effect, Experiment, Feedback

CLOSED = (
    "No sign that the score feeds itself: a low score and less contact, or less contact and fewer"
    " conversions, do not surely go together."
)


def loop_caution(found: Feedback | None) -> tuple[Caution, ...]:
    """The warning of a loop; nothing where none was found."""
    if found is None or found.verdict != "found":
        return ()
    shown = {
        "contact_jump": found.contact_jump.value,
        "contact_rise": found.trend.value,
        "conversion_jump": found.conversion_jump.value,
        "contact_effect": found.contact_effect.value,
        "leads": found.n,
        "experiment_leads": found.experiment.leads if found.experiment else None,
    }
    return (Caution(code="feedback_loop", text=loop_text(found), evidence=evidence(**shown)),)


def loop_text(of: Feedback) -> str:
    """What was found, and what would prove it."""
    if of.verdict == "not found":
        return CLOSED
    if of.verdict == "open":
        links = ((of.trend, of.contact_jump), (of.contact_effect, of.conversion_jump))
        reasons = [one.undefined for one, other in links if one.value is None and other.value is None]
        return f"Whether the score feeds itself cannot be told: {reasons[0] if reasons else 'too few leads'}."
    parts = (_found(of), _largest(of.channels, of.level), _plan(of.experiment))
    return " ".join(part for part in parts if part)


def _found(of: Feedback) -> str:
    contact = f"from the worst score to the best, contact rises by {_points(of.trend)}"
    if (of.contact_jump.low or 0.0) > 0:
        jump = _points(of.contact_jump)
        contact = f"just above the threshold, leads are contacted {jump} more often than just below"
    converts = f"conversion rises by {_points(of.conversion_jump)} at the threshold"
    if (of.contact_effect.low or 0.0) > 0:
        effect = _points(of.contact_effect)
        converts = f"at equal score, contacted leads convert {effect} more often than others"
    return (
        f"The score may feed itself: {contact}, and {converts}. A low score then goes with fewer conversions,"
        " whatever the lead is worth. This is an association, not proof."
    )


def _points(one: Effect) -> str:
    value, low, high = ((part or 0.0) * 100 for part in (one.value, one.low, one.high))
    return f"{value:.1f} points ({low:.1f} to {high:.1f})"


def _largest(channels: tuple[Channel, ...], level: float) -> str:
    """The group that loses most through contact, where that is sure among so many."""
    sure = [
        one
        for one in channels
        if (one.through_contact.high or 0.0) < 0 and one.p_adjusted is not None and one.p_adjusted < level
    ]
    if not sure:
        return ""
    one = min(sure, key=lambda each: each.through_contact.value or 0.0)
    part = one.through_contact
    lost = Effect(
        value=-(part.value or 0.0), low=-(part.high or 0.0), high=-(part.low or 0.0), p=None, n=part.n
    )
    return (
        f"Leads with {plain(one.attribute)} {quoted(one.group)} are contacted less often at equal score,"
        f" which goes with {_points(lost)} of conversion."
    )


def _plan(plan: Experiment | None) -> str:
    if plan is None:
        return ""
    rise = f"from {percent(plan.without)} to {percent(plan.with_contact)}"
    return (
        f"To know, work {count(plan.leads)} with a low score at random and leave as many alone: a rise of"
        f" conversion {rise} would then be seen with a probability of {plan.power * 100:.0f} %."
    )
