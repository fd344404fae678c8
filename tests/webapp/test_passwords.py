"""Passwords as the product keeps them: with all the cost that the other tests save (tests/made_once.py)."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from argon2 import PasswordHasher, extract_parameters

from webapp import passwords

PASSWORD = "four words in a row"


@pytest.fixture(scope="module")
def product() -> ModuleType:
    """The module as it starts in a process of its own."""
    spec = spec_from_file_location("passwords_as_sold", str(passwords.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_password_is_kept_as_argon2id_at_full_cost(product):
    stored = product.hashed(PASSWORD)
    kept = extract_parameters(stored)
    assert stored.startswith("$argon2id$v=19$")
    assert (kept.memory_cost, kept.time_cost, kept.parallelism) == (65_536, 3, 4)  # RFC 9106, section 4
    assert product.matches(PASSWORD, stored)
    assert not product.matches(PASSWORD + " ", stored)
    assert not product.outdated(stored)


def test_without_an_account_the_check_costs_as_much(product):
    assert not product.matches("no such account", None)
    assert extract_parameters(product._nobody()) == extract_parameters(product.hashed(PASSWORD))


def test_a_cheaper_hash_still_opens_and_is_outdated(product):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert product.matches(PASSWORD, cheap)
    assert product.outdated(cheap)


def test_an_account_without_a_password_opens_with_none():
    for password in ("", "no such account", "x"):
        assert not passwords.matches(password, "")
        assert not passwords.matches(password, None)
