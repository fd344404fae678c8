"""Whether two methods of an explanation agree, said plainly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from audit.rows.explaining.model import Agreement, Method, Verdict
from webapp.language import gettext, marked, pointed
from webapp.viewmodels.words import MINUS

METHODS: Mapping[Method, str] = MappingProxyType(
    {"permutation": marked("Permutation"), "shapley": "SHAP", "lime": "LIME"}
)
OF_A_GAP: Mapping[Method, str] = MappingProxyType({**METHODS, "permutation": marked("Made neutral")})
"""Of a gap no values are shuffled: everybody gets those of others."""
BADGES: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {
        "agree": ("pass", marked("Agree")),
        "in part": ("medium", marked("Agree in part")),
        "disagree": ("failed", marked("Disagree")),
    }
)
SAME_FIRST: Mapping[Verdict, str] = MappingProxyType(
    {
        "agree": marked("%(one)s and %(other)s agree: both put %(first)s first."),
        "in part": marked(
            "%(one)s and %(other)s agree in part: both put %(first)s first, and some fields behind it in "
            "another order."
        ),
        "disagree": marked(
            "%(one)s and %(other)s disagree: both put %(first)s first, but the fields behind it in another "
            "order."
        ),
    }
)
OTHER_FIRST: Mapping[Verdict, str] = MappingProxyType(
    {
        "agree": marked(
            "%(one)s and %(other)s agree but for the first field: %(one)s puts %(first)s first, %(other)s "
            "puts %(second)s."
        ),
        "in part": marked(
            "%(one)s and %(other)s agree in part: %(one)s puts %(first)s first, %(other)s puts %(second)s."
        ),
        "disagree": marked(
            "%(one)s and %(other)s disagree: %(one)s puts %(first)s first, %(other)s puts %(second)s."
        ),
    }
)
Sizes = Mapping[Method, Sequence[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What two methods say of one another: a badge, a sentence, and their rank correlation ("" for none)."""

    verdict: Verdict
    kind: str
    badge: str
    said: str
    rank: str


def agreed(
    one: Agreement, fields: Sequence[str], sizes: Sizes, methods: Mapping[Method, str] = METHODS
) -> Agreed:
    """The verdict in words; ``sizes`` is what each method gives to the fields, in their order."""
    first, second = (_first(fields, sizes[method]) for method in (one.one, one.other))
    words = SAME_FIRST if first == second else OTHER_FIRST
    kind, badge = BADGES[one.verdict]
    return Agreed(
        verdict=one.verdict,
        kind=kind,
        badge=gettext(badge),
        said=gettext(
            words[one.verdict],
            one=gettext(methods[one.one]),
            other=gettext(methods[one.other]),
            first=first,
            second=second,
        ),
        rank="" if one.rank is None else pointed(f"{one.rank:.2f}").replace("-", MINUS),
    )


def _first(fields: Sequence[str], sizes: Sequence[float | None]) -> str:
    """The field to which a method gives most."""
    return max(zip(fields, sizes, strict=True), key=lambda pair: abs(pair[1] or 0.0))[0]
