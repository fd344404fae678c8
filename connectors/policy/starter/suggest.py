"""What one field of a CRM should become, and why: the most that can be kept of it without asking a person.

The name speaks first, then the type, then whether it is a special category of personal data, then how the
org's admin classified the field, then its profile where a sample was read
(`connectors.policy.starter.sampled`), and last what is known of standard fields. Whatever is unclear is
dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.foreign import AGE, BIRTH
from connectors.policy.identifying import POINT, identified_as
from connectors.policy.keep import Keep
from connectors.policy.model import Operator
from connectors.policy.reasons import held_by
from connectors.policy.spelling import words_of
from connectors.policy.starter.cautious import cautioned
from connectors.policy.starter.classified import standing
from connectors.policy.starter.profile import Profile
from connectors.policy.starter.protected import protected
from connectors.policy.starter.sensitive import special_of, special_reason
from connectors.policy.starter.standard import OURS
from connectors.source import FieldInfo

AGES = (25, 35, 50, 65)
DECADES = (1950, 1960, 1970, 1980, 1990, 2000)
SIZES = (10, 50, 250, 1000)
COUNTS = (1, 5, 20, 100)
DEGREES = " If your audit needs the area, band it by whole degrees or wider: a degree is about 111 km."
MOST_WORDS = 40
"""So many different values may a list have that is kept as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """An operator for a field, and the reason in one or two plain sentences."""

    operator: Operator
    reason: str


def advised(field: FieldInfo, profile: Profile | None = None) -> Advised:
    """Advise on one field; ``profile`` is what a sample showed of it, without any value."""
    tries: tuple[Callable[[FieldInfo, Profile | None], Iterator[Advised]], ...] = (
        _by_origin,
        _by_name,
        _by_type,
        _by_special,
        _by_caution,
        _by_class,
        _by_profile,
        _by_words,
        _by_kind,
    )
    for one in tries:
        for found in one(field, profile):
            return found
    return _drop("It is not clear what it holds: drop it until somebody has looked.")


def _drop(reason: str) -> Advised:
    return Advised(operator=Drop(), reason=reason)


def _by_origin(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if field.name.casefold().startswith(OURS):
        yield _drop("Fairlead wrote it itself.")


def _by_name(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if what := identified_as(field.name) or identified_as(field.label):
        yield _drop(f"Its name says that it holds {what}.{DEGREES if what == POINT else ''}")


def _by_type(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if what := held_by(field):
        yield _drop(f"It holds {what} (type {field.type}).")


def _by_special(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if what := special_of(field):
        yield _drop(f"{special_reason(what)}{_also_classified(field)}")


def _by_caution(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if field.kind not in _TELLING:
        return
    if what := cautioned(_words(field.name)) or cautioned(_words(field.label)):
        yield _drop(f"It likely holds {what}.")


def _also_classified(field: FieldInfo) -> str:
    return f" Your org classifies it as {_classes(field)}." if standing(field) else ""


def _words(name: str) -> str:
    return " ".join(words_of(name))


def _by_class(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:
    found = standing(field)
    if field.retiring:
        yield _drop("Your org means to do without this field.")
    if found == "closed":
        yield _drop(f"Your org classifies it as {_classes(field)}: it is read only if a person decides so.")
    if found == "careful":
        yield from _by_words(field, profile)
        yield Advised(
            operator=Coarsen(by="presence"),
            reason=f"Your org classifies it as {_classes(field)}: only whether it is filled is safe to read.",
        )


def _by_profile(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    if profile is None:
        return
    if looks := profile.personal:
        yield _drop(f"In a sample of {profile.leads:,} leads its values look like {looks}.")
    if not profile.filled:
        yield _drop(f"In a sample of {profile.leads:,} leads it is empty.")
    if profile.nearly_unique and profile.looks == "text":
        yield _drop(
            f"In a sample of {profile.leads:,} leads nearly every value is another: it could name a person."
        )


def _by_words(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:  # noqa: ARG001
    name = _words(field.name)
    yield from _of_birth(name, field)
    if field.kind in _LINES:
        yield from (Advised(operator=operator, reason=why) for operator, why in protected(name))
    if AGE.fullmatch(name) and field.kind in {"number", "unknown"}:
        yield Advised(operator=Band(bands=AGES), reason="An age is safer in bands.")
    elif re.fullmatch(r"(.* )?(zip|postal|post|plz)( ?code)?", name) and field.kind in _LINES:
        yield Advised(
            operator=Coarsen(by="prefix", characters=1),
            reason="Only the part of the country: the first character of the code.",
        )
    elif re.fullmatch(r"(.* )?country( code)?", name) and field.kind in _LINES:
        yield Advised(
            operator=Coarsen(by="country_region"),
            reason="A rare country points at few people: a region of the UN does not.",
        )
    elif re.fullmatch(r"(.* )?(job ?)?title|position", name) and field.kind in _LINES:
        yield Advised(
            operator=Coarsen(by="title_seniority"),
            reason="A title can be one of a kind: the level that its words say is not.",
        )
    elif (
        re.fullmatch(r"(.* )?(employees|num ?employees|number of employees|company size)", name)
        and field.kind == "number"
    ):
        yield Advised(operator=Band(bands=SIZES), reason="The company's size, in bands.")


def _of_birth(name: str, field: FieldInfo) -> Iterator[Advised]:
    if BIRTH.search(name) and field.kind in _DATES:
        yield Advised(
            operator=Band(bands=DECADES, of="year"),
            reason="A day of birth points at a person: a decade does not.",
        )
    if BIRTH.search(name) and field.kind == "number":
        yield Advised(operator=Band(bands=DECADES), reason="A year of birth is safer as a decade.")


_DATES = frozenset({"moment", "short_text", "unknown"})
# What may hold a name, a place or a file; a number, a date or a checkbox holds none.
_TELLING = frozenset({"choice", "short_text", "unknown"})
_LINES = frozenset({"short_text", "choice", "unknown"})


def _by_kind(field: FieldInfo, profile: Profile | None) -> Iterator[Advised]:
    if field.kind == "yes_no":
        yield Advised(operator=Keep(), reason="A checkbox: yes or no.")
    elif field.kind == "choice":
        yield _choice(profile)
    elif field.kind == "moment":
        yield Advised(
            operator=Coarsen(by="month"),
            reason="The month says enough; a day or a time can point at one record.",
        )
    elif field.kind == "number":
        yield _number(field)
    elif field.kind in {"short_text", "unknown"}:
        yield _drop("People can type anything into it. If you know its words, a map lets only those through.")


def _choice(profile: Profile | None) -> Advised:
    if profile is not None and profile.distinct > MOST_WORDS:
        return _drop(
            f"More than {MOST_WORDS} different entries in a sample: rare ones point at people. "
            "Map them to fewer."
        )
    return Advised(operator=Keep(), reason="An entry of a list that your org keeps.")


def _number(field: FieldInfo) -> Advised:
    if field.predicted or "score" in f"{field.name} {field.label}".casefold():
        return Advised(operator=Keep(), reason="A score, which nobody outside knows.")
    return Advised(
        operator=Band(bands=COUNTS),
        reason="An exact number can be one of a kind: bands are not. Choose your own edges.",
    )


def _classes(field: FieldInfo) -> str:
    return ", ".join(one for one in (field.security, *field.compliance) if one)
