"""Field values: what the stand-in stores for what it is given, by the field's type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.clock import rest_datetime
from connectors.sandbox.salesforce.schema import FieldDef


@dataclass(slots=True, kw_only=True)
class RowError(Exception):
    """Why one record could not be written, in the collections API's words."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


def stored(field: FieldDef, value: object) -> Value:
    """The value as the stand-in keeps it; an empty text is null. Raises RowError."""
    if value is None or value == "":
        return False if field.type == "boolean" else None
    try:
        if isinstance(value, dict | list):
            raise ValueError  # noqa: TRY004, TRY301 - a value, not a programming mistake
        kept = _PARSERS.get(field.type, _text)(value)
    except (ValueError, OverflowError):
        code = "INVALID_TYPE_ON_FIELD_IN_RECORD"
        raise RowError(
            code=code, message=f"{field.label}: value not of required type", fields=(field.name,)
        ) from None
    _check(field, kept)
    return kept


def _check(field: FieldDef, kept: Value) -> None:
    if isinstance(kept, str) and len(kept) > (longest := field.length or 255):
        text = f"{field.label}: data value too large (max length={longest})"
        raise RowError(code="STRING_TOO_LONG", message=text, fields=(field.name,))
    if field.restricted and kept not in field.options:
        text = f"{field.label}: bad value for restricted picklist field"
        raise RowError(code="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message=text, fields=(field.name,))


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _boolean(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError  # noqa: TRY004 - a value, not a programming mistake
    return float(value)


def _int(value: object) -> int:
    return int(_double(value))


def _date(value: object) -> str:
    return date.fromisoformat(str(value)[:10]).isoformat()


def _datetime(value: object) -> str:
    return _moment(str(value))


@lru_cache(maxsize=4096)
def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return rest_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


_PARSERS: dict[str, Callable[[object], Value]] = {
    "boolean": _boolean,
    "double": _double,
    "currency": _double,
    "percent": _double,
    "int": _int,
    "date": _date,
    "datetime": _datetime,
    "id": lambda value: full_id(str(value)),
    "reference": lambda value: full_id(str(value)),
}
