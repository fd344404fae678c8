"""The measures of protection (GDPR article 32) that are on in this installation, and those that are not."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from audit.schema import BadInput
from webapp.rights.paper import Line
from webapp.services import Services
from webapp.store.rows import ConnectionRow


def lines(opened: Services, connection: ConnectionRow) -> tuple[Line, ...]:
    """Each measure with what it does here."""
    return (*_always(), _at_rest(opened, connection), *_chosen(opened))


def _at_rest(opened: Services, connection: ConnectionRow) -> Line:
    try:
        untidy = opened.lake.is_untidy(connection.crm, connection.organisation)
    except BadInput:
        return Line(term="Leads at rest", text="The organisation's key was destroyed: nobody can read them.")
    sealed = "Encrypted under a key of the organisation (Parquet modular encryption, AES-256-GCM)."
    text = (
        "Encrypted under a key of the organisation, but for leftovers that the next sync encrypts or removes."
        if untidy
        else sealed
    )
    return Line(term="Leads at rest", text=text)


def _always() -> Iterator[Line]:
    yield Line(term="Less data", text="Only the fields of the policy are requested. Names, contact data and "
        "free texts are never kept as they are.")  # fmt: skip
    yield Line(term="Pseudonyms", text="Record ids become keyed codes in the moment they are read.")
    yield Line(term="Tokens of the CRM", text="Encrypted at rest (AES-256-GCM).")
    yield Line(
        term="Access",
        text="Every page needs a sign-in; passwords are kept as Argon2 hashes; tries are slowed down. "
        "Administrators change, auditors read.",
    )
    yield Line(term="Trail", text="Who changed what, and when, is kept and only ever added to.")


def _chosen(opened: Services) -> Iterator[Line]:
    settings = opened.settings
    yield Line(
        term="Encryption on the way",
        text="HTTPS."
        if settings.secure_cookies
        else "Off: this installation is reached on its own machine only.",
    )
    yield Line(
        term="Keys of their own for tokens",
        text=f"On: {len(settings.sealing_keys)} beside the master key."
        if settings.sealing_keys
        else "Off: the master key encrypts the tokens.",
    )
    kind = "SQLite" if opened.database.engine.dialect.name == "sqlite" else "PostgreSQL"
    yield Line(term="Database", text=f"{kind}; deleted rows are overwritten." if kind == "SQLite" else
        f"{kind}; deleted rows go with its VACUUM.")  # fmt: skip
    closed = not settings.data_dir.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield Line(
        term="Data folder",
        text="Only the account that runs Fairlead may open it."
        if closed
        else "Other accounts of the machine may open it: take their rights away (chmod 700).",
    )
