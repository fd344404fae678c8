"""Settings that parse, and cannot all be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from webapp.doctor.case import Case
from webapp.doctor.result import Result, warning
from webapp.setting_types import LOOPBACK
from webapp.settings import Settings

ABOUT = "Settings"
OF_OIDC = ("oidc_roles", "oidc_domains", "oidc_ca_file")


def contradictions(case: Case) -> Iterator[Result]:
    """Each pair that cannot be meant."""
    if case.settings is not None:
        yield from (found for look in LOOKS if (found := look(case.settings)) is not None)


def _sign_in(settings: Settings) -> Result | None:
    if not settings.salesforce_sign_in or settings.salesforce_client_id:
        return None
    says = "FAIRLEAD_SALESFORCE_SIGN_IN is on, but no app of Salesforce is set, so nobody can sign in by it."
    return warning(ABOUT, says, "Set FAIRLEAD_SALESFORCE_CLIENT_ID and its secret, or take the setting out.")


def _no_provider(settings: Settings) -> Result | None:
    told = [f"FAIRLEAD_{name.upper()}" for name in OF_OIDC if getattr(settings, name)]
    if settings.oidc_issuer is not None or not told:
        return None
    says = f"{' and '.join(told)} count for nothing without FAIRLEAD_OIDC_ISSUER."
    return warning(ABOUT, says, "Set the provider, or take them out.")


def _idle(settings: Settings) -> Result | None:
    if settings.session_idle_minutes <= 60 * settings.session_hours:
        return None
    says = "FAIRLEAD_SESSION_IDLE_MINUTES is longer than FAIRLEAD_SESSION_HOURS, so it never ends a session."
    return warning(ABOUT, says, "Make the first one shorter.")


def _open_metrics(settings: Settings) -> Result | None:
    listen = settings.metrics_listen
    if listen is None or settings.metrics_token or urlsplit(f"http://{listen}").hostname in LOOPBACK:
        return None
    says = "FAIRLEAD_METRICS_LISTEN is not on this machine alone, and asks for no token."
    return warning(ABOUT, says, "Set FAIRLEAD_METRICS_TOKEN, or listen on 127.0.0.1.")


def _half_a_model(settings: Settings) -> Result | None:
    model = (settings.summary_model_url, settings.summary_model_name)
    if all(model) or not any((*model, settings.summary_model_key)):
        return None
    says = "Of FAIRLEAD_SUMMARY_MODEL_URL and FAIRLEAD_SUMMARY_MODEL_NAME one is missing, so both are off."
    return warning(ABOUT, says, "Set both, or take them and the key out.")


LOOKS: tuple[Callable[[Settings], Result | None], ...] = (
    *(_sign_in, _no_provider, _idle, _open_metrics, _half_a_model),
)
