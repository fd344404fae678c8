"""When there is a loop: both links must be sure, and large enough to matter."""

from __future__ import annotations

from audit.rows.feedback.model import Effect, LoopVerdict
from audit.schema import Tolerance

Links = tuple[Effect, Effect]


def loop_verdict(score: Links, conversion: Links, without: float, audit: Tolerance) -> LoopVerdict:
    """Say "found" where both links are sure and large enough to matter, "open" where one cannot be told.

    ``score`` has the trend of contact over the score and its step at the threshold; ``conversion`` the
    effect of contact at equal score and the step of conversion. Each link is tested twice, so its smaller
    p-value counts double (Bonferroni); both links must be there, so the larger one decides
    (intersection-union, Berger 1982): where either link is absent, a loop is found by chance in at most
    ``1 - confidence`` of audits. Contact must differ by more than the tolerance, and conversion by more than
    the tolerance of a ratio allows over the rate of leads without a contact (``without``).
    """
    least = (1 / audit.tolerance_ratio - 1) * without
    level = 1 - audit.confidence
    links = (_sure(score, audit.tolerance_difference, level), _sure(conversion, least, level))
    if all(links):
        return "found"
    untold = any(all(one.value is None for one in link) for link in (score, conversion))
    return "open" if untold else "not found"


def _sure(link: Links, least: float, level: float) -> bool:
    """Whether one of the two tests shows a rise beyond what does not matter."""
    told = [one for one in link if one.p is not None]
    return any(
        (one.p or 0.0) * len(told) < level and (one.low or 0.0) > 0 and (one.value or 0.0) > least
        for one in told
    )
