"""What is in an answer of HubSpot, whatever its shape: the one place where its JSON is looked into.

HubSpot says that every field is optional. What is not of the documented shape is left out where
nothing depends on it, and is Busy where to leave it out would lose contacts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import Busy

Document = Mapping[str, Any]
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,60}\Z")
# As many digits as a 64-bit number has.
_NUMBER = re.compile(r"0*([1-9][0-9]{0,18})\Z")
_CURSOR = re.compile(r"[\x21-\x7e]{1,500}\Z")
_LATER = 60.0


def read_object(body: bytes) -> Document:
    """A JSON object, or nothing where the body is something else (nginx and Cloudflare send HTML)."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def code_of(document: Document, *names: str) -> str:
    """The first of the named members that looks like a stable code; empty where none does."""
    found = (document.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and _CODE.match(value)), "")


def part(document: Document, name: str) -> Document:
    """A member that is an object; an empty one where it is something else."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def parts(document: Document, name: str) -> list[Document]:
    """The objects in a member that is a list; none where it is something else."""
    found = document.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts(document: Document, name: str) -> list[str]:
    """The texts in a member that is a list; none where it is something else."""
    found = document.get(name)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def objects(document: Document, name: str) -> list[Document]:
    """The records of a successful answer.

    Raises
    ------
    Busy
        The answer has no list of records: to take it for an empty one would lose them.
    """
    found = document.get(name)
    if not isinstance(found, list):
        msg = "HubSpot's answer holds no list of records"
        raise Busy(msg, retry_after=_LATER)
    return [item if isinstance(item, dict) else {} for item in found]


def total_of(document: Document) -> int:
    """How many records a search found.

    Raises
    ------
    Busy
        The answer does not say: to take it for none would let a part pass for the whole.
    """
    total = document.get("total")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        msg = "HubSpot's answer to the contact search holds no total"
        raise Busy(msg, retry_after=_LATER)
    return total


def following(document: Document) -> str | None:
    """The cursor of the next page; None on the last one, which announces no next page.

    Raises
    ------
    Busy
        More is announced and nothing says where it is.
    """
    paging = document.get("paging")
    link = paging.get("next") if isinstance(paging, dict) else paging
    if link is None:
        return None
    after = link.get("after") if isinstance(link, dict) else None
    text = str(after) if isinstance(after, str | int) and not isinstance(after, bool) else ""
    if not _CURSOR.match(text):
        msg = "HubSpot's contact list announces more contacts and does not say where they are"
        raise Busy(msg, retry_after=_LATER)
    return text


def record_number(record: Document) -> str:
    """A record's id without leading noughts; empty where it has none."""
    return number_of(record.get("id"))


def named_ids(error: Document) -> set[str]:
    """The records that an entry of ``errors`` is about (HTTP 207); none where it does not say."""
    ids = part(error, "context").get("ids")
    return {number_of(one) for one in ids} - {""} if isinstance(ids, list) else set()


def errors_of(document: Document) -> list[Document]:
    """The entries of ``errors`` in an answer that is a success in part."""
    return parts(document, "errors")


def number_of(value: object) -> str:
    """A whole number that came as one or as text, without leading noughts; empty where it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    match = _NUMBER.match(str(value))
    return match[1] if match else ""
