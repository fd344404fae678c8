"""What a shadow score learned of pseudonyms, moved on with the key: else no lead would have them any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from audit.rows.shadow import Learned
from audit.schema import BadInput
from connectors.pseudonym import Rekeying
from webapp.services import Services
from webapp.shadow_scores import opened_from, sealed
from webapp.store.rows import ConnectionRow
from webapp.store.shadows import put_learned

PSEUDONYM = re.compile(r"[0-9a-f]{32}")
Move = Callable[[str], str]


def moving(
    opened: Services, connection: ConnectionRow, domains: Mapping[str, str], step: Rekeying
) -> Callable[[Session], None]:
    """What to do within the transaction of a rotation; ``domains`` are the columns that are pseudonyms.

    What cannot be read is left: the shadow score says so itself.
    """
    row = opened.shadows.running(connection.id)
    try:
        learned = opened_from(opened, connection, row) if row else None
    except BadInput:
        learned = None
    if row is None or learned is None:
        return lambda _: None
    content = sealed(opened, connection, row.id, moved(learned, domains, step))
    return lambda session: put_learned(session, row.id, content)


def moved(learned: Learned, domains: Mapping[str, str], step: Rekeying) -> Learned:
    """The same under the next generation of the key."""

    def onward(column: str, value: str) -> str:
        known = column in domains and PSEUDONYM.fullmatch(value)
        return step.value(domains[column], value) if known else value

    given: dict[str, Any] = dict(learned.given)
    if "fields" in given:
        given["fields"] = [
            {**one, "names": [onward(one["name"], name) for name in one["names"]]} for one in given["fields"]
        ]
    if "value" in given:
        given["value"] = onward(given["field"], given["value"])
    return replace(learned, given=given)
