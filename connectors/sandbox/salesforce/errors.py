"""Errors as the REST data API answers them: always an array of objects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ApiError(Exception):
    """One error of the data API, with its HTTP status."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()

    @property
    def body(self) -> list[dict[str, object]]:
        """The JSON body; ``fields`` appears only where the platform sends it."""
        entry: dict[str, object] = {"message": self.message, "errorCode": self.code}
        return [{**entry, "fields": list(self.fields)} if self.fields else entry]


def not_found() -> ApiError:
    """What an unknown resource or a record that the user may not see answers."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def expired_session() -> ApiError:
    """What a missing, wrong or expired access token answers."""
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
