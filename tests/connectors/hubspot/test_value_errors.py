"""Of a refused write only codes and property names are read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot.trouble import trouble
from connectors.hubspot.value_errors import value_error


def message(*entries):
    return {"message": f"Property values were not valid: {json.dumps(list(entries))}"}


def entry(error, name):
    return {"isValid": False, "message": "ada@canary.example is not good", "error": error, "name": name}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (message(entry("INVALID_OPTION", "color")), "INVALID_OPTION:color"),
        (message(entry("REQUIRED", "b"), entry("REQUIRED", "a")), "REQUIRED:a,b"),
        (message(*(entry("REQUIRED", f"p{n}") for n in range(9))), "REQUIRED:p0,p1,p2"),
        (message(entry("A_CODE", "x"), entry("B_CODE", "y")), "A_CODE:x"),
        (message(entry("ada@canary.example", "x")), ""),
        (message(entry("A_CODE", "ada@canary.example")), ""),
        (message(7, None, entry(["A"], {})), ""),
        ({"message": "Property values were not valid"}, ""),
        ({"message": "[{"}, ""),
        ({"message": "[" * 100_000 + "{" + "}" + "]" * 100_000}, ""),
        ({"message": 5}, ""),
        ({}, ""),
    ],
)
def test_codes_and_names_alone(document, expected):
    assert value_error(document) == expected


@given(
    st.recursive(st.none() | st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner, max_size=4))
)
def test_any_text_can_be_read(odd):
    assert "canary" not in value_error({"message": f"not valid: {json.dumps([{'error': odd, 'name': odd}])}"})


def test_only_an_update_has_such_a_reason():
    body = json.dumps({"category": "VALIDATION_ERROR", **message(entry("INVALID_OPTION", "color"))}).encode()
    assert trouble(400, {}, body, "contact update").code == "INVALID_OPTION:color"
    assert trouble(400, {}, body, "contact read").code == "VALIDATION_ERROR"
    assert "canary" not in str(trouble(400, {}, body, "contact update"))
