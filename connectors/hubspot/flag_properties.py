"""The five contact properties that carry a flag into HubSpot's lists and reports, and how they are made.

They are made once, in a group of their own, and not shown on forms. None of them says anything
about the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from connectors.errors import Busy, Refused
from connectors.hubspot.answers import parts
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.pace import PATIENCE
from connectors.source import Flag

GROUP = "fairscore"
STATUS, REASON, AUDIT, AT, CALIBRATED = (
    "fairscore_status",
    "fairscore_reason",
    "fairscore_audit_id",
    "fairscore_audited_at",
    "fairscore_calibrated_score",
)
NAMES = (STATUS, REASON, AUDIT, AT, CALIBRATED)
SHADOW = "fairscore_shadow_score"
# How often to look what is there, where it is not known what became of making it.
LOOKS = 3
DECIMALS = 4
# An empty text is how HubSpot takes a value away.
CLEARED: Mapping[str, str] = MappingProxyType(dict.fromkeys(NAMES, ""))
CONFLICT = "PROPERTY_CONFLICT"
_EXISTS = frozenset({"CONFLICT", "HTTP_409"})
_STATUSES = MappingProxyType(
    {
        "ok": "No problem found",
        "review": "Score may be unreliable",
        "insufficient_data": "Not enough data to tell",
    }
)
_OPTIONS = tuple(
    {"value": value, "label": label, "displayOrder": place, "hidden": False}
    for place, (value, label) in enumerate(_STATUSES.items())
)
_DEFINITIONS: tuple[Mapping[str, Any], ...] = (
    {
        "name": STATUS,
        "label": "Score check",
        "type": "enumeration",
        "fieldType": "select",
        "options": _OPTIONS,
    },
    {"name": REASON, "label": "Score check: why", "type": "string", "fieldType": "textarea"},
    {"name": AUDIT, "label": "Score check: audit", "type": "string", "fieldType": "text"},
    {"name": AT, "label": "Score check: when", "type": "datetime", "fieldType": "date"},
    {"name": CALIBRATED, "label": "Score check: corrected score", "type": "number", "fieldType": "number"},
)
LABELS: Mapping[str, str] = MappingProxyType({one["name"]: one["label"] for one in _DEFINITIONS})
"""What each property is called in HubSpot."""


def ensure(
    client: HubSpotClient, definitions: Sequence[Mapping[str, Any]] = _DEFINITIONS
) -> Mapping[str, Mapping[str, Any]]:
    """Make what is missing of the group and the properties; nothing that exists is changed.

    Gives all properties that there were before, by name.

    Making is never repeated blindly: where an answer was lost, it is looked again what is there.

    Raises
    ------
    Refused
        ``PROPERTY_CONFLICT``: a property of that name exists and cannot hold a flag, or is not shown.
    Busy
        HubSpot could not answer.
    """
    lost: Busy | None = None
    for _ in range(LOOKS):
        known = {str(found.get("name")): found for found in client.properties()}
        wanting = _wanting(known, definitions)
        if not wanting:
            return known
        try:
            if _make(client, wanting):
                return known
            lost = None
        except Busy as error:
            if error.code or error.retry_after > PATIENCE:
                raise
            lost = error
    if lost is not None:
        raise lost
    known = {str(found.get("name")): found for found in client.properties()}
    _refuse_hidden(_wanting(known, definitions))
    return known


def _make(client: HubSpotClient, wanting: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all of it was made just now; else some of it was there."""
    if GROUP not in [found.get("name") for found in client.groups()]:
        _create(client.create_group, {"name": GROUP, "label": "Score check (Fairlead)", "displayOrder": -1})
    made = [_create(client.create_property, _body(definition)) for definition in wanting]
    return all(made)


def _refuse_hidden(wanting: Sequence[Mapping[str, Any]]) -> None:
    """Stop where the portal says that it has properties and does not show them."""
    if not wanting:
        return
    names = ", ".join(definition["name"] for definition in wanting)
    msg = (
        f"the portal says that it has {names} and does not show it: restore it among the archived "
        "properties in HubSpot, or delete it there for good, then publish again"
    )
    raise Refused(msg, code=CONFLICT)


def _wanting(
    known: Mapping[str, Mapping[str, Any]], definitions: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The definitions that the portal has no property of. Raises Refused where one cannot hold a flag."""
    for definition in definitions:
        if definition["name"] in known:
            _check(definition, known[definition["name"]])
    return [definition for definition in definitions if definition["name"] not in known]


def _body(definition: Mapping[str, Any]) -> dict[str, Any]:
    options = list(definition.get("options", ()))
    return {**definition, "options": options, "groupName": GROUP, "formField": False}


def written(flag: Flag) -> dict[str, str]:
    """The flag as property values."""
    calibrated = flag.detail.calibrated if flag.detail else None
    return {
        STATUS: flag.status,
        REASON: flag.reason,
        AUDIT: flag.audit_id,
        AT: stamp(flag.checked_at),
        CALIBRATED: "" if calibrated is None else plain(calibrated),
    }


def differs(current: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a contact's current values are not yet those of the flag."""
    return any(comparable(name, current.get(name)) != comparable(name, wanted[name]) for name in wanted)


def stamp(moment: datetime) -> str:
    """A moment as HubSpot writes it: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def comparable(name: str, value: object) -> str:
    """What a property holds, in a form that is the same however HubSpot writes it."""
    text = str(value or "").strip()
    if name not in {AT, CALIBRATED, SHADOW} or not text:
        return text
    try:
        return stamp(datetime.fromisoformat(text)) if name == AT else plain(float(text))
    except (ValueError, OverflowError):
        return text


def plain(number: float) -> str:
    """A number as HubSpot keeps it: no exponent, no noughts at the end, at most four decimals."""
    return f"{round(number, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _create(create: Callable[[Mapping[str, Any]], None], body: Mapping[str, Any]) -> bool:
    """Whether it was made: another worker, or a call whose answer was lost, may have made it before."""
    try:
        create(body)
    except Refused as error:
        if error.code not in _EXISTS:
            raise
        return False
    return True


def _check(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    wrong = troubles(wanted, found)
    if wrong:
        msg = (
            f"the portal has a property {wanted['name']} that cannot hold the score check ({wrong}): "
            "archive it in HubSpot, or correct it, then publish again"
        )
        raise Refused(msg, code=CONFLICT)


def troubles(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Why a property of the portal cannot hold what a definition says; "" where it can."""
    metadata = found.get("modificationMetadata")
    read_only = isinstance(metadata, dict) and metadata.get("readOnlyValue") is True
    values = [option.get("value") for option in parts(found, "options")]
    lacking = [option["value"] for option in wanted.get("options", ()) if option["value"] not in values]
    told = (
        f"its type must be {wanted['type']}" if found.get("type") != wanted["type"] else "",
        "its values are read-only" if read_only else "",
        f"it lacks the options {', '.join(lacking)}" if lacking else "",
    )
    return "; ".join(one for one in told if one)
