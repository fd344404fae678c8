"""What all answers of the API are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

T = TypeVar("T")


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


Moment = Annotated[
    AwareDatetime, PlainSerializer(_utc, return_type=str), Field(json_schema_extra={"format": "date-time"})
]
Id = Annotated[str, Field(pattern="^[0-9a-z]{1,32}$")]
Names = tuple[str, ...]
# A name that somebody looks for: no text in the database holds the sign that is left out.
Text = Annotated[str, Field(max_length=200, pattern="^[^\\x00]*$")]


class Answer(BaseModel):
    """A value that the API tells: nothing may be in it that its description does not name."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        ser_json_inf_nan="null",
        json_schema_serialization_defaults_required=True,
    )


class Asked(BaseModel):
    """What a request may ask for: nothing that its description does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Paged(Asked):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="How many items at most.")
    cursor: str | None = Field(
        default=None,
        min_length=1,
        max_length=400,
        pattern="^[A-Za-z0-9_.-]+$",
        description="Where to go on: `next` of the answer before, with the same other parameters.",
    )


class Page(Answer, Generic[T]):
    """A part of a list, and where to go on."""

    items: tuple[T, ...]
    next: str | None = Field(description="The cursor of the next part; null at the end.")
    withheld: int = Field(
        default=0,
        ge=0,
        description="How many items of the whole list are about special categories and left out, because the "
        "token has no scope read:special.",
    )
