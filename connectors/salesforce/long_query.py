"""A query that is too long for an address (some 16 KB) travels in the body of a Composite call.

References
----------
Salesforce, REST API Developer Guide, "Composite": headers of a subrequest, and its status and body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from simple_salesforce.exceptions import SalesforceGeneralError

from connectors.salesforce.asking import Request

# Where the address ends that every gateway on the way lets through, with room for its other parts.
LONGEST = 14_000


def is_too_long(soql: str) -> bool:
    """Whether a query, encoded, does not fit into an address."""
    return len(quote(soql)) > LONGEST


def composed(soql: str, base: str, *, deleted: bool, headers: Mapping[str, str]) -> Request:
    """The call that carries the query in its body; ``base`` is ``https://host/services/data/vNN.0/``."""
    resource = "queryAll" if deleted else "query"
    path = "/services/" + base.partition("/services/")[2]
    asked = {
        "method": "GET",
        "url": f"{path}{resource}?q={quote(soql)}",
        "referenceId": "query",
        "httpHeaders": dict(headers),
    }
    return Request(method="POST", path="composite", body={"compositeRequest": [asked]})


def only_answer(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The answer to the one query in a Composite call's answer.

    Raises
    ------
    SalesforceGeneralError
        The query was refused; the error is as the client library would have made it.
    ValueError
        It is no such answer.
    """
    answers = document.get("compositeResponse") if isinstance(document, dict) else None
    first = answers[0] if isinstance(answers, list) and len(answers) == 1 else None
    status = first.get("httpStatusCode") if isinstance(first, dict) else None
    if first is None or not isinstance(status, int):
        msg = "not the answer of a Composite call"
        raise ValueError(msg)
    if status >= 300:
        content: Any = first.get("body")  # what the API's own JSON says; the library's type is narrower
        raise SalesforceGeneralError(url="", status=status, resource_name="query", content=content)
    return first.get("body")
