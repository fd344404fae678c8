"""What is left of the org's allowances.

Source: developer.salesforce.com, api_rest, resources_limits: "for API users with the View Setup and
Configuration permission". The code of the refusal is an assumption.
"""

from __future__ import annotations

from flask import Response

from connectors.sandbox.salesforce.api import answered, api_blueprint, viewer
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.users import VIEW_SETUP

routes = api_blueprint("limits")
# Allowances that nothing here uses up.
UNTOUCHED = {
    "AnalyticsExternalDataSizeMB": 40_960,
    "DailyAsyncApexExecutions": 250_000,
    "DailyAsyncApexTests": 500,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyDurableGenericStreamingApiEvents": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "FileStorageMB": 20,
    "HourlyAsyncReportRuns": 1_200,
    "HourlyDashboardRefreshes": 200,
    "HourlyODataCallout": 1_000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 10,
    "SingleEmail": 15,
}
RECORD_KB = 2


@routes.get("/limits", strict_slashes=False)
def limits(version: str) -> Response:  # noqa: ARG001 - part of the address
    """Each allowance with its largest and its remaining amount. Raises ApiError 403 without View Setup."""
    if VIEW_SETUP not in viewer().permissions:
        raise ApiError(403, "FORBIDDEN", "You do not have access to the limits of this organization")
    here = state()
    stored = sum(len(table) for table in here.org.records.values()) * RECORD_KB // 1024
    told = {name: _left(most, 0) for name, most in UNTOUCHED.items()}
    told["DailyApiRequests"] = _left(here.daily_calls, here.calls)
    told["DailyBulkV2QueryJobs"] = _left(here.jobs.settings.daily_jobs, here.jobs.made.get("query", 0))
    told["DataStorageMB"] = _left(max(5, stored * 2), stored)
    return answered(dict(sorted(told.items())))


def _left(most: int, used: int) -> Json:
    return {"Max": most, "Remaining": max(0, most - used)}
