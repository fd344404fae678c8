"""The pages a rep sees: the list of leads, and one lead with the canvas app embedded."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.canvas_variants import APPROVAL, VARIANTS, signed_variant
from connectors.sandbox.salesforce.objects import PACKAGE, STATUSES
from connectors.sandbox.salesforce.schema import FieldDef
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.tables import Record

routes = Blueprint("pages", __name__)
PAGE = 50
CONTACT = ("Name", "Company", "Title", "Email", "Phone", "LeadSource", "Industry", "Rating", "AnnualRevenue")
ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
SYSTEM = ("CreatedDate", "LastModifiedDate", "LastActivityDate", "IsConverted", "ConvertedDate")
CHECK = tuple(found.name for found in PACKAGE)


@routes.get("/")
def home() -> AnyResponse:
    """To the list."""
    return redirect("/lightning/o/Lead/list")


@routes.get("/lightning/o/Lead/list")
def lead_list() -> str:
    """The leads shared with the rep, newest first, with the flag column."""
    org, wanted = state().org, request.args.get("status", "")
    rows = org.rows(org.objects["Lead"], org.rep)[::-1]
    rows = [row for row in rows if not wanted or row.get("Fairness_Status__c") == wanted]
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "list.html",
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        page=page,
        pages=max(1, -(-len(rows) // PAGE)),
        status=wanted,
        statuses=STATUSES,
        user=org.rep,
    )


@routes.get("/lightning/r/Lead/<record_id>/view")
def lead_page(record_id: str) -> str | tuple[str, int]:
    """One lead as the rep sees it; ``?variant=`` posts an odd signed request, or asks for approval."""
    row = _visible(record_id)
    if row is None:
        return render_template("absent.html", user=state().org.rep), 404
    here = state()
    variant = request.args.get("variant", "good")
    if variant not in {*VARIANTS, "approval"}:
        return render_template("absent.html", user=here.org.rep), 404
    asks = variant == "approval"
    signed = None if asks or not here.panel_url else signed_variant(here, str(row["Id"]), variant)
    login = f"{here.instance_url}/services/oauth2/authorize"
    frame = f"{here.panel_url}?{APPROVAL}&{urlencode({'loginUrl': login})}" if asks else None
    return render_template(
        "lead.html",
        row=row,
        sections=_sections(row),
        statuses=STATUSES,
        signed=signed,
        frame=frame,
        panel_url=here.panel_url,
        user=here.org.rep,
    )


@routes.get("/stand-in.css")
def style() -> Response:
    """The style sheet of all pages."""
    return Response(render_template("stand-in.css"), content_type="text/css;charset=UTF-8")


def _visible(record_id: str) -> Record | None:
    org = state().org
    try:
        row = org.leads.get(full_id(record_id))
    except ValueError:
        return None
    hidden = row is None or row.get("IsDeleted") or row["Id"] in org.rep.hidden_records
    return None if hidden else row


def _sections(row: Record) -> list[tuple[str, list[tuple[str, str]]]]:
    org = state().org
    fields = {found.name: found for found in org.visible(org.objects["Lead"], org.rep)}
    own = [name for name in fields if fields[name].custom and name not in CHECK]
    groups = (
        ("Score check", CHECK),
        ("Lead information", CONTACT),
        ("Address", ADDRESS),
        ("Additional information", tuple(own)),
        ("System information", SYSTEM),
    )
    return [(title, _shown(row, [fields[n] for n in names if n in fields])) for title, names in groups]


def _shown(row: Record, fields: list[FieldDef]) -> list[tuple[str, str]]:
    return [(found.label, _text(row.get(found.name), found)) for found in fields]


def _text(value: Value, field: FieldDef) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,}"
    text = str(value)
    return text[:16].replace("T", " ") + " UTC" if field.type == "datetime" else field.choices.get(text, text)
