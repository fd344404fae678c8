"""What was typed on the policy page: a text, and a table of inputs over the same draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.schema import BadInput, nearest
from connectors.policy.editing import Sheet, sheet_of, with_head, with_new_rule, with_rule, without_rule
from connectors.source import FieldInfo
from webapp.language import english, gettext, marked
from webapp.rule_form import is_place, table_of, typed_rules
from webapp.suggestions import suggestion
from webapp.viewmodels.policy_table import digest_of, head_of

FEW = 8
"""So many fields of one label are named."""
BOTH = marked(
    "The table and the text were both changed. The text counts: what was changed in the table is not in the "
    "draft. Look at it, then save."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The draft that was meant. ``warning`` is a sentence about what could not be taken, "" for nothing."""

    text: str
    warning: str = ""


class Unclear(BadInput):
    """A sentence about what was asked for, in the language of the page."""


def typed_policy(form: Mapping[str, str], fields: Sequence[FieldInfo]) -> Typed:
    """The draft of a form: the text, changed by the table where only that was changed."""
    text = form.get("text", "").replace("\r\n", "\n")
    if not _table_changed(form):
        return Typed(text=text)
    if form.get("text_digest") != text_digest(text):
        return Typed(text=text, warning=gettext(BOTH))
    try:
        return Typed(text=_with_table(sheet_of(text), form, fields).text)
    except BadInput as problem:
        return Typed(text=text, warning=_told(problem))


def text_digest(text: str) -> str:
    """A short code of the text in the editor, to see whether it was changed."""
    return digest_of({"text": text})


def asked_change(text: str, action: str, form: Mapping[str, str], fields: Sequence[FieldInfo]) -> Typed:
    """The draft after the button that adds, removes or replaces a rule; any other action leaves it."""
    word, _, what = action.partition(" ")
    try:
        if word == "remove" and is_place(what):
            return Typed(text=_removed(sheet_of(text), int(what)))
        if word == "add":
            return Typed(text=_added(text, what or form.get("add_field", ""), fields))
        if word == "step":
            return Typed(text=_stepped(text, form, "step"))
        if word == "path":
            return Typed(text=_walked(text, form))
    except BadInput as problem:
        return Typed(text=text, warning=_told(problem))
    return Typed(text=text)


def _told(problem: BadInput) -> str:
    """A sentence for the page; what the policy's reader says of a text is English, and marked so."""
    return str(problem) if isinstance(problem, Unclear) else english(str(problem))


def _table_changed(form: Mapping[str, str]) -> bool:
    drawn = form.get("table_digest", "")
    inputs = {name: value for name, value in form.items() if _is_input(name)}
    return bool(drawn) and digest_of(inputs) != drawn


def _is_input(name: str) -> bool:
    head, dot, _ = name.partition(".")
    return bool(dot) and (head == "head" or (head[:1] == "r" and head[1:].isdecimal()))


def _with_table(sheet: Sheet, form: Mapping[str, str], fields: Sequence[FieldInfo]) -> Sheet:
    known = {field.name.casefold(): field for field in fields}
    changed, rules = sheet, sheet.rules
    for before, (place, typed) in zip(rules, enumerate(typed_rules(form, len(rules))), strict=True):
        table = (
            table_of(typed, before, known.get(str(before.get("field", "")).casefold())) if typed else before
        )
        if table != before:
            changed = with_rule(changed, place, table)
    head = head_of(form, sheet)
    return with_head(changed, head) if head else changed


def _removed(sheet: Sheet, place: int) -> str:
    return without_rule(sheet, place).text if place < len(sheet.blocks) else sheet.text


def _added(text: str, typed: str, fields: Sequence[FieldInfo]) -> str:
    field = _field_named(typed.strip(), fields)
    sheet = sheet_of(text)
    advice = suggestion(sheet.rules, field)
    return with_new_rule(sheet, advice.table, advice.reason).text


def _field_named(typed: str, fields: Sequence[FieldInfo]) -> FieldInfo:
    """The field with this name, or the only one with this label."""
    wanted = typed.partition(" - ")[0].strip().casefold()
    found = [one for one in fields if one.name.casefold() == wanted]
    found = found or [one for one in fields if one.label.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if wanted and not fields:
        return FieldInfo(name=typed, label="", type="")
    if not wanted:
        msg = gettext("Name the field to add, as the CRM names it.")
    elif found:
        msg = _several(typed, found)
    else:
        msg = _unknown(typed, fields)
    raise Unclear(msg)


def _several(typed: str, found: Sequence[FieldInfo]) -> str:
    names = ", ".join(one.name for one in found[:FEW])
    if len(found) <= FEW:
        return gettext(
            "Several fields are labelled '%(typed)s': name one of %(names)s.", typed=typed, names=names
        )
    return gettext(
        "Several fields are labelled '%(typed)s': name one of %(names)s or %(more)s more.",
        typed=typed,
        names=names,
        more=len(found) - FEW,
    )


def _unknown(typed: str, fields: Sequence[FieldInfo]) -> str:
    near = nearest(typed, [one.name for one in fields])
    if not near:
        return gettext("The CRM has no field '%(typed)s'.", typed=typed)
    return gettext("The CRM has no field '%(typed)s': did you mean %(near)s?", typed=typed, near=repr(near))


def _walked(text: str, form: Mapping[str, str]) -> str:
    """Every step of the proposed way."""
    place = 0
    while f"path{place}_column" in form:
        text, place = _stepped(text, form, f"path{place}"), place + 1
    return text


def _stepped(text: str, form: Mapping[str, str], step: str) -> str:
    """A proposed step: one column coarser, or left out."""
    sheet, column = sheet_of(text), form.get(f"{step}_column", "")
    for place, rule in enumerate(sheet.rules):
        if (
            rule.get("column", str(rule.get("field", "")).lower()) == column
            and rule.get("operator") != "drop"
        ):
            written = sheet_of(form.get(f"{step}_rule", "").replace("\r\n", "\n")).rules
            changed = with_rule(sheet, place, written[0]) if written else without_rule(sheet, place)
            return changed.text
    msg = gettext("No rule fills the column '%(column)s' any more.", column=column)
    raise Unclear(msg)
