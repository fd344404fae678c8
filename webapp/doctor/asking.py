"""The checks that ask others: the CRMs, the provider of single sign-on, the channels of alerts.

Only who wishes it calls them.

A CRM is asked as `fairlead check` asks it: that renews the access and notes the state of the connection.
"""

from __future__ import annotations

from collections.abc import Iterator

from audit.schema import BadInput
from connectors.errors import Busy, Refused
from webapp import access
from webapp.alerts.sending import probe
from webapp.crms import label, syncing_source
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.services import Services
from webapp.sign_in.provider import Desk
from webapp.sign_in.refusal import NotLetIn
from webapp.sign_in.ways import provider, ways_in
from webapp.store.rows import ConnectionRow

CRM, CALLS, SIGN_IN, CHANNELS = "Asking the CRM", "API calls", "Single sign-on", "Asking the channels"
MEND = "Mend what the sentence names, then send a test on the page Where alerts are sent."


def crm(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the access works, every field of the policy can be read, and calls are left."""
    try:
        found = access.check(opened, row)
        used = syncing_source(opened, row).calls_of_the_day()
    except Busy as problem:
        yield warning(CRM, sentence(problem), "Nothing is lost. Ask again later.")
        return
    except Refused as problem:
        yield wrong(CRM, sentence(problem), access.told(opened, row).mend)
        return
    for lack in found.lacking:
        yield warning(CRM, lack, "Connect the CRM again with what lacks, if you want it.")
    yield fine(CRM, f"{label(row)} answers, and the connected user sees {found.leads or 0:,} leads.")
    if used is not None:
        yield calls(opened, row, *used)


def sign_in(opened: Services) -> Iterator[Result]:
    """Whether each provider answers, and can be used as it describes itself."""
    for way in ways_in(opened.settings):
        back = f"{opened.settings.public_url}/login/{way.key}/callback"
        asked = provider(opened.settings, way.key, back)
        if asked is None:
            continue
        try:
            Desk(provider=asked).ask()
        except NotLetIn as problem:
            yield wrong(SIGN_IN, f"{way.name}: {problem}", f"People come back to {back}: enter that there.")
        else:
            yield fine(SIGN_IN, f"{way.name} answers, and can be used. People come back to {back}.")


def channels(opened: Services) -> Iterator[Result]:
    """Whether each place that alerts are sent to could be sent to now. Nothing is sent."""
    for channel in opened.alerting.channels.all():
        if not channel.on:
            continue
        try:
            told = probe(opened, channel)
        except Busy as problem:
            says = f"{channel.name}: {sentence(problem)}"
            yield warning(CHANNELS, says, "Alerts are tried again, eight times. Ask again later.")
        except (Refused, BadInput) as problem:
            yield wrong(CHANNELS, f"{channel.name}: {sentence(problem)}", MEND)
        else:
            yield fine(CHANNELS, f"{channel.name}: {told}")


def calls(opened: Services, row: ConnectionRow, used: int, allowed: int) -> Result:
    """Whether the share of the calls of the day that Fairlead may use is used up."""
    settings = opened.settings
    percent = settings.salesforce_api_percent if row.crm == "salesforce" else settings.hubspot_api_percent
    says = f"{used:,} of {allowed:,} calls of the day are used; Fairlead stops at {percent} %."
    if used * 100 >= allowed * percent:
        return wrong(CALLS, says, "Find which app uses them, or ask the CRM for more. Tomorrow it goes on.")
    return fine(CALLS, says)
