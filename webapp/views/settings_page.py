"""The settings in force, and what is wrong with this installation. Nothing is changed here."""

from __future__ import annotations

import os

from flask import Blueprint, render_template, request
from flask_babel import force_locale

from webapp.doctor.case import served
from webapp.doctor.examine import examine
from webapp.language import ENGLISH
from webapp.services import services
from webapp.viewmodels.settings_page import groups

blueprint = Blueprint("settings_page", __name__)


@blueprint.get("/settings")
def show() -> str:
    """The whole page."""
    opened = services()
    # In the words of `fairlead doctor`, so that the page and the command can be held side by side.
    with force_locale(ENGLISH):
        found = examine(served(opened, os.environ, request.host))
    return render_template(
        "settings.html",
        wrong=[one for one in found if one.level == "wrong"],
        warnings=[one for one in found if one.level == "warning"],
        fine=[one for one in found if one.level == "fine"],
        groups=groups(opened.settings, os.environ),
    )
