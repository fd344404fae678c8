"""One call of the data API and its answer, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import requests

from connectors.salesforce.trouble import unreachable

Document = Mapping[str, Any]
CHUNK = 256 * 1024
# A link that Salesforce gave: with the version in it, and without a host.
_LINK = re.compile(r"/?(services/data/v[0-9]{2}\.0/[\x21-\x7e]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. ``path`` is below the API version, or a link that Salesforce gave (``/services/data/...``).

    ``body`` is sent as JSON, ``csv`` as CSV. ``again`` says whether the call may be made a second time
    when its answer was lost: what creates a job or a record must not.
    """

    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: str
    body: object = field(default=None, repr=False)
    csv: bytes | None = field(default=None, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    again: bool = True

    def address(self, base: str) -> str:
        """The whole address; ``base`` is ``https://host/services/data/vNN.0/``."""
        link = _LINK.fullmatch(self.path)
        if link is None:
            return base + self.path
        return f"{base.partition('/services/')[0]}/{link[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A good answer. ``body`` is its JSON, None where there was none (204).

    ``attempts`` is how often the call was made: an earlier one may have been carried out unheard.
    """

    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    attempts: int = 1

    def document(self, doing: str) -> Document:
        """The body where it is a JSON object. Raises Busy: anything else is a broken answer."""
        if not isinstance(self.body, dict):
            raise unreachable(doing)
        return self.body

    def rows(self) -> tuple[Document, ...]:
        """The body where it is a JSON list, one entry per entry (an odd one is empty); else nothing."""
        found = self.body if isinstance(self.body, list) else []
        return tuple(row if isinstance(row, dict) else {} for row in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The body of an answer while it comes in; the whole of it is never held."""

    doing: str
    response: requests.Response = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self.response.headers

    def __iter__(self) -> Iterator[bytes]:
        """The body, unpacked, in pieces.

        Raises
        ------
        Busy
            It broke off; what came so far is not the whole.
        """
        pieces = self.response.iter_content(CHUNK)
        while (piece := self._next(pieces)) is not None:
            yield piece

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        try:
            return next(pieces, None)
        except requests.RequestException:
            broken = unreachable(self.doing)
        raise broken
