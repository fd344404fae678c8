"""The page before this one, for the fault that sends a page twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.replies import JSON

_KEPT = 20


@dataclass(slots=True)
class Repeated:
    """The last good answer of each address that lists something."""

    _last: dict[str, bytes] = field(default_factory=dict)

    def keep(self, request: Request, response: Response) -> None:
        """Remember an answer that others may follow."""
        if response.status_code in {200, 207} and request.path.startswith("/crm/"):
            self._last[self._key(request)] = response.get_data()
            while len(self._last) > _KEPT:
                del self._last[next(iter(self._last))]

    def before(self, request: Request) -> Response | None:
        """The answer before this one; None where there is none."""
        body = self._last.get(self._key(request))
        return None if body is None else Response(body, content_type=JSON)

    def _key(self, request: Request) -> str:
        return f"{request.method} {request.path}"
