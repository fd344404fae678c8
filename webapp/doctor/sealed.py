"""Keys and tokens at rest: do they open with the keys of the settings, and is a change of keys finished."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.services import Services
from webapp.store.organisation_keys import NEITHER, NOT_THIS
from webapp.store.rows import ConnectionRow

ABOUT, TOKENS = "Key", "Tokens of the CRM"
RESEAL = "Run fairlead reseal, then take the older key out of the settings."


def keys(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the organisation's key opens, and whether a rotation has ended."""
    found = opened.seal_states.of_keys(row.id)
    says, _, mend = (NEITHER if opened.settings.master_key_previous else NOT_THIS).partition(": ")
    if "shut" in found:
        yield wrong(ABOUT, sentence(says), sentence(mend))
    elif "older" in found:
        yield warning(ABOUT, "The key of this organisation is wrapped under a master key of before.", RESEAL)
    yield from _generations(opened, row)


def tokens(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the tokens of the CRM open."""
    found = opened.seal_states.of_grant(row.id)
    if found == "shut":
        says = "The tokens do not open with the master key, nor with any of FAIRLEAD_ENCRYPTION_KEYS."
        yield wrong(TOKENS, says, "Put the key back that was used before, or connect the CRM again.")
    elif found == "older":
        yield warning(TOKENS, "They are encrypted with an older key.", RESEAL)
    elif found is None:
        yield wrong(TOKENS, "There is no consent any more.", "Connect the CRM again.")


def former_master(case: Case) -> Iterator[Result]:
    """Whether the master key of before is named for nothing."""
    opened = case.opened
    if opened is None or opened.settings.master_key_previous is None:
        return
    states = set[str]()
    for row in opened.repository.connections():
        states |= {*opened.seal_states.of_keys(row.id), opened.seal_states.of_grant(row.id) or "newest"}
    if states <= {"newest"}:
        says = "FAIRLEAD_MASTER_KEY_PREVIOUS is set, and no key or token needs it any more."
        yield warning(ABOUT, says, "Run fairlead reseal once more for the decision logs, then take it out.")


def _generations(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    rows = opened.keys.rows(row.id)
    live = [one for one in rows if one.state != "destroyed"]
    if rows and not live:
        says = "The key of this organisation was destroyed, so its leads cannot be read."
        yield wrong(ABOUT, says, "Connect it again: it gets a new key. Then pull.")
    elif any(one.state == "pending" for one in rows) and not opened.work.is_open(row.id, "key"):
        says = "A rotation of the key has not ended."
        yield warning(ABOUT, says, "Nothing is lost: the next pull or start of Fairlead puts it in order.")
    elif any(one.plain for one in live):
        yield warning(ABOUT, "Leads still lie in the clear.", "Pull now: it encrypts them.")
    elif not all(one.shreddable for one in live):
        says = "The pseudonyms still stand on the master key, as an older version made them."
        yield warning(ABOUT, says, "Rotate the key on its page, so that it can be destroyed by itself.")
    elif live:
        yield fine(ABOUT, f"Generation {live[0].generation} is in force.")
