"""What a stand-in CRM is filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = str | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A custom field to create before loading, in CRM-neutral terms.

    ``type`` is "text", "long_text", "number", "choice", "boolean", "date" or "datetime".
    """

    name: str
    label: str
    type: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgContents:
    """Everything one stand-in org holds, and how its admin would have set Fairlead up for it.

    ``records`` map field names (standard and custom) to values; ids are given by the stand-in. A sequence
    that is no tuple is read again whenever a Salesforce lead is, so that a million of them fit.
    ``policy`` and ``stream`` are the texts of the two TOML files.
    """

    fields: tuple[FieldSpec, ...]
    records: Sequence[Mapping[str, Value]]
    policy: str
    stream: str
