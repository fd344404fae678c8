"""What is typed in the third step: the preset, and what each entry of the outcome's list means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.schema import BadInput, Stream
from connectors.entries import Entry
from connectors.policy.map import Map, as_compared
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from connectors.policy.starter.chosen import Kept, chosen_policy, fields_behind
from connectors.policy.starter.presets import BALANCED, PRESETS, Preset, under
from connectors.policy.starter.success import NO, OPEN, YES, guessed
from connectors.source import FieldInfo
from webapp.language import gettext, marked
from webapp.start.asking import Offer
from webapp.viewmodels.policy_table import digest_of

MEANINGS = {YES: marked("Success"), NO: marked("No success"), OPEN: marked("Not yet known")}
# What the presets say of themselves is translated where it is shown; connectors know of no language.
_OF_PRESETS = (
    marked("Strict"),
    marked("Wide bands for numbers and ages."),
    marked("Take it where few people must be recognisable, or few leads come. Small gaps may stay hidden."),
    marked("Balanced"),
    marked("Usual bands, and the first character of a postal code."),
    marked("Take it if you do not know: it tells groups apart, and few values point at one person."),
    marked("Detailed"),
    marked("Narrow bands, and three characters of a postal code."),
    marked("Take it where many leads come: it finds proxies that the others miss. Look at the risk first."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Becoming:
    """One chosen field, and in words what becomes of it under each preset, in their order."""

    field: FieldInfo
    part: str
    under: tuple[str, ...]


def outcome_field(stream: Stream, fields: Sequence[FieldInfo]) -> FieldInfo | None:
    """The field that tells what came of a lead."""
    return fields_behind(stream, fields).get(stream.outcome or "")


def kept_at_first(offer: Offer, stream: Stream, entries: Sequence[Entry], policy: Policy | None) -> Kept:
    """What the form begins with: what the policy in force says, else what is likely."""
    found = outcome_field(stream, offer.fields)
    meanings = dict(guessed(offer.table, found.name, entries)) if found else {}
    for rule in policy.rules if policy and found else ():
        if found and rule.field == found.name and isinstance(rule.operator, Map):
            said = rule.operator.pairs
            plain = {one.value: as_compared(one.value) for one in entries}
            meanings |= {value: said[key] for value, key in plain.items() if said.get(key) in MEANINGS}
    return Kept(preset=_preset(offer, policy) if policy else BALANCED, meanings=meanings)


def _preset(offer: Offer, policy: Policy) -> Preset:
    """The preset under which a policy has most of its rules; the usual one where others have no more."""
    held = {rule.field: rule.operator for rule in policy.rules}
    usual = {one.field.name: one.operator for one in offer.choices.others}

    def alike(preset: Preset) -> int:
        return sum(under(preset, one) == held.get(name) for name, one in usual.items() if one is not None)

    return max((BALANCED, *PRESETS.values()), key=alike)


def list_digest(entries: Sequence[Entry]) -> str:
    """A short code of a list: what was said of its entries by their places holds while it is the same."""
    return digest_of({str(place): one.value for place, one in enumerate(entries)}) if entries else ""


def kept_as_typed(form: Mapping[str, str], entries: Sequence[Entry]) -> Kept:
    """What was typed of the entries by their places, so that no address of ours holds one.

    Raises
    ------
    BadInput
        The list is another one by now.
    """
    if form.get("list", "") != list_digest(entries):
        msg = gettext(
            "The entries of the outcome have changed in the CRM meanwhile: look at them again, then go on"
        )
        raise BadInput(msg)
    said = {one.value: form.get(f"means.{place}", OPEN) for place, one in enumerate(entries, start=1)}
    return Kept(
        preset=PRESETS.get(form.get("preset", ""), BALANCED),
        meanings={value: word if word in MEANINGS else OPEN for value, word in said.items()},
    )


def becoming(offer: Offer, stream: Stream, kept: Kept) -> tuple[Becoming, ...]:
    """What each preset does to the fields that it touches. Raises BadInput as `chosen_policy` does."""
    texts = [
        chosen_policy(offer.table, offer.fields, stream, Kept(preset=one, meanings=kept.meanings))
        for one in PRESETS.values()
    ]
    rules = [{rule.column: rule for rule in parse_policy(text, "The policy").rules} for text in texts]
    parts = _parts(stream)
    return tuple(
        Becoming(
            field=found,
            part=parts[column],
            under=tuple(one[column].operator.describe() for one in rules),
        )
        for column, found in fields_behind(stream, offer.fields).items()
        if found is not None and column in parts
    )


def _parts(stream: Stream) -> Mapping[str, str]:
    """The columns that a preset may change, and what they are for."""
    return {
        **dict.fromkeys(stream.features or (), gettext("Searched for proxies")),
        **dict.fromkeys(stream.controls, gettext("A legitimate reason")),
        **dict.fromkeys((one.column for one in stream.attributes), gettext("A group to compare")),
    }
