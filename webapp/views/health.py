"""For load balancers and container systems: is it running (``/healthz``), and can it work (``/readyz``)."""

from __future__ import annotations

import os

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.services import Services, services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def live() -> dict[str, str]:
    """The process answers. It asks nobody else, so that a database that is away restarts no process."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, str], int]:
    """The database answers too, and the data folder takes files."""
    wrong = _wrong(services())
    return ({"status": wrong}, 503) if wrong else ({"status": "ok"}, 200)


def _wrong(opened: Services) -> str:
    """What keeps it from working, in words that name no place; "" where nothing does."""
    try:
        with opened.database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "the database does not answer"
    folder = opened.settings.data_dir
    usable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return "" if usable else "the data folder cannot be written to"
