"""Which releases may be merged: signed, unchanged, by trusted keys, and one of each organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from audit.federation.model import Party
from audit.release import parted, read_release, release_text
from audit.schema import BadInput

_KEY = re.compile(r"(?:(?P<name>[^\n]+?)=)?(?P<key>[A-Za-z0-9+/]{43}=)")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file that somebody handed in, by the name it has here."""

    file: str
    data: bytes


def trusted(named: Iterable[str]) -> dict[str, str]:
    """Names by public key, from words like ``NAME=KEY`` or ``KEY``.

    Raises
    ------
    BadInput
        It is no key, or a key or a name is there twice.
    """
    found: dict[str, str] = {}
    for words in named:
        match = _KEY.fullmatch(words.strip())
        if match is None:
            message = (
                f"--key {words[:60]}: this is no public key; take the one that fairlead federate key told "
                "the organisation, 44 characters with = at the end, and put NAME= before it"
            )
            raise BadInput(message)
        key, name = match["key"], match["name"] or f"key {match['key'][:8]}"
        _check_once(found, key, name)
        found[key] = name
    return found


def _check_once(found: Mapping[str, str], key: str, name: str) -> None:
    if len(name) > LONGEST_NAME:
        msg = f"--key: the name has {len(name)} characters; {LONGEST_NAME} are the most"
        raise BadInput(msg)
    if key in found:
        msg = f"--key: {found[key]} and {name} have the same key; name each organisation's key once"
        raise BadInput(msg)
    if name in found.values():
        msg = f"--key: the name {name} is there twice; name each organisation once"
        raise BadInput(msg)


def admitted(handed: Iterable[Handed], keys: Mapping[str, str]) -> tuple[Party, ...]:
    """The organisations that take part, in the order of their names.

    Raises
    ------
    BadInput
        A file is no release, was changed, is not signed, is of a key that nobody named, or is of an
        organisation that is there already; the sentence names the file and the mend.
    """
    if not keys:
        msg = "no key is trusted: name each organisation's public key with --key NAME=KEY"
        raise BadInput(msg)
    parties: dict[str, tuple[str, Party]] = {}
    for one in handed:
        party = _party(one, keys)
        _check_other(one.file, party, parties)
        parties[party.key] = (one.file, party)
    if not parties:
        msg = "there is nothing to merge: name the release.json of each organisation"
        raise BadInput(msg)
    return tuple(sorted((party for _, party in parties.values()), key=lambda party: party.name))


def _party(one: Handed, keys: Mapping[str, str]) -> Party:
    if not one.data.strip():
        msg = f"{one.file}: the file is empty; get the release again from whoever made it"
        raise BadInput(msg)
    try:
        text = release_text(one.data)
        release = read_release(text)
    except BadInput as error:
        msg = f"{one.file}: {error}"
        raise BadInput(msg) from None
    rest, standing = parted(text)
    if standing.public_key is None:
        message = (
            f"{one.file}: nobody signed this release, so it may be of anybody; ask the organisation for the "
            "file that fairlead federate export writes, which is signed"
        )
        raise BadInput(message)
    if standing.public_key not in keys:
        message = (
            f"{one.file}: it is signed by the key {standing.public_key}, which you did not name; ask the "
            "organisation whether that is its key (fairlead federate key), and name it with --key"
        )
        raise BadInput(message)
    digest = sha256(rest.encode()).hexdigest()
    return Party(name=keys[standing.public_key], key=standing.public_key, digest=digest, release=release)


def _check_other(file: str, party: Party, parties: Mapping[str, tuple[str, Party]]) -> None:
    for other_file, other in parties.values():
        if other.digest == party.digest:
            message = (
                f"{file} and {other_file} are the same release: its leads would count twice; give each once"
            )
            raise BadInput(message)
    if party.key in parties:
        message = (
            f"{file} and {parties[party.key][0]} are both of {party.name}: leads that are in both would "
            "count twice; give one release of each organisation"
        )
        raise BadInput(message)
