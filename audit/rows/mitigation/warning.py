"""What to know about a trial before it is believed."""

from __future__ import annotations

from collections.abc import Iterator

from audit.rows.mitigation.model import AIMS, Aim, Trial
from audit.rows.mitigation.reading import Figures
from audit.rows.mitigation.wording import HIDES

FEW = 0.5
"""Share of today's calls below which a small gap says little."""
TRUSTED = 0.5
"""R-squared from which an imitation of the score is trusted."""
WORDS: dict[Aim, str] = {
    "demographic_parity": "shares called",
    "equal_opportunity": "shares called of good leads",
    "equalized_odds": "shares called at equal outcome",
}


def warnings(trial: Trial, figures: tuple[Figures, Figures], calls: float, *, evened: bool) -> Iterator[str]:
    """Sentences, the weightiest first.

    ``figures`` are those after the remedy and today's, ``calls`` how many are called today; ``evened`` says
    that the remedy only evened the training data out.
    """
    found, today = figures
    if evened and trial.reduction is not None and trial.reduction.low <= 0:
        yield HIDES
    yield from _imitation(trial)
    yield from _elsewhere(found, today)
    after = trial.after
    if after is not None and after.calls < FEW * calls:
        yield (
            f"It calls {after.calls:,.0f} leads, and {calls:,.0f} are called today: where few are called, a"
            " gap is small by itself."
        )
    if after is not None and after.coverage is not None and after.coverage < 0.5:
        yield (
            f"Only {after.coverage * 100:.0f} % of these calls have a known outcome; what the others would"
            " bring is not known."
        )


def _imitation(trial: Trial) -> Iterator[str]:
    if trial.fidelity is not None and trial.fidelity < TRUSTED:
        yield (
            f"The imitation of the score tells {max(trial.fidelity, 0) * 100:.0f} % of its spread, too"
            " little to be trusted; this what-if is not recommended."
        )


def _elsewhere(found: Figures, today: Figures) -> Iterator[str]:
    """Gaps that grow by more than a point while another one shrinks, and a third group that falls behind."""
    for aim in AIMS[:2]:
        after, before = found.gaps[aim], today.gaps[aim]
        if after is not None and before is not None and abs(after.value) > abs(before.value) + 0.01:
            ends = f"from {_signed(before.value)} to {_signed(after.value)} points"
            yield f"The gap in {WORDS[aim]} grows: {ends}."
    if (
        found.widest is not None
        and today.widest is not None
        and found.widest.value > today.widest.value + 0.01
    ):
        yield (
            f"The widest gap in calls between any two groups grows: from {today.widest.value * 100:.1f} to"
            f" {found.widest.value * 100:.1f} points."
        )


def _signed(value: float) -> str:
    return f"{value * 100:+.1f}".replace("-", "\N{MINUS SIGN}")
