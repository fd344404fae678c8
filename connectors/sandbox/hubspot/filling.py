"""A portal as it is when the stand-in starts: its object types, and its contacts."""

from __future__ import annotations

from connectors.sandbox.fields import OrgContents
from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.definitions import Definition, custom
from connectors.sandbox.hubspot.kinds import CONTACTS, DEALS, KINDS, LEADS, Kind
from connectors.sandbox.hubspot.native import native, native_groups
from connectors.sandbox.hubspot.pipelines import all_stages, default_pipelines
from connectors.sandbox.hubspot.records import Records

_CHOSEN = {DEALS: ("pipeline", "dealstage"), LEADS: ("hs_pipeline", "hs_pipeline_stage")}


def filled_tables(clock: Clock, contents: OrgContents, seed: int) -> dict[Kind, Records]:
    """The tables of a portal with these contacts.

    Raises
    ------
    ValueError
        A record has a field that the portal does not have.
    """
    tables = {kind: _empty(clock, kind) for kind in KINDS}
    contacts = tables[CONTACTS]
    contacts.definitions.update({one.name: one for one in map(custom, contents.fields)})
    contacts.load(contents.records, seed)
    return tables


def _empty(clock: Clock, kind: Kind) -> Records:
    definitions = {one.name: one for one in native(kind)}
    _offer_stages(kind, definitions)
    return Records(kind=kind, clock=clock, definitions=definitions, groups=native_groups(kind))


def _offer_stages(kind: Kind, definitions: dict[str, Definition]) -> None:
    """Pipelines and stages are the options of two properties."""
    if kind not in _CHOSEN:
        return
    pipelines = default_pipelines()[kind]
    pipeline, stage = _CHOSEN[kind]
    for one in pipelines:
        definitions[pipeline].allow(one.id)
    for found in all_stages(pipelines):
        definitions[stage].allow(found.id)
