import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from webapp.environment import settings_from, variable
from webapp.settings import Settings
from webapp.settings_reference import markdown
from webapp.store.database import address_of

SECRET = "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9"
MASTER = base64.b64encode(bytes(range(32))).decode()
GOOD = {"FAIRLEAD_SECRET_KEY": SECRET, "FAIRLEAD_MASTER_KEY": MASTER}
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadInput) as caught:
        settings_from(environ)
    return str(caught.value).splitlines()


def test_two_secrets_are_enough():
    settings = settings_from(GOOD)
    assert settings.database.startswith("sqlite:///")
    assert settings.master == bytes(range(32))
    assert not settings.secure_cookies


def test_every_missing_secret_gets_one_sentence_that_says_where_was_looked():
    sentences = problems({})
    assert len(sentences) == 2
    for name, sentence in zip(["FAIRLEAD_SECRET_KEY", "FAIRLEAD_MASTER_KEY"], sentences, strict=True):
        assert sentence.startswith(f"{name} is not set (looked for {name} and {name}_FILE)")
        assert sentence.endswith(".")


def test_an_empty_value_is_a_missing_one():
    assert "FAIRLEAD_SECRET_KEY is not set" in problems({**GOOD, "FAIRLEAD_SECRET_KEY": "  "})[0]


def test_a_secret_can_come_from_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n")
    environ = {"FAIRLEAD_SECRET_KEY_FILE": str(path), "FAIRLEAD_MASTER_KEY": MASTER}
    assert settings_from(environ).secret_key.get_secret_value() == SECRET


def test_a_missing_file_is_named_once(tmp_path):
    environ = {"FAIRLEAD_SECRET_KEY_FILE": str(tmp_path / "absent"), "FAIRLEAD_MASTER_KEY": MASTER}
    assert problems(environ) == [
        "FAIRLEAD_SECRET_KEY_FILE names a file that cannot be read: No such file or directory."
    ]


@pytest.mark.parametrize("put", [SECRET, "x" * 5000, "a\0b"])
def test_a_secret_in_the_place_of_its_path_is_not_repeated(put):
    (told,) = problems({"FAIRLEAD_SECRET_KEY_FILE": put, "FAIRLEAD_MASTER_KEY": MASTER})
    assert told.startswith("FAIRLEAD_SECRET_KEY_FILE names a file that cannot be read: ")
    assert put not in told


@pytest.mark.parametrize(
    "url", ["postgresql://user:p@ss:word@host/db", "postgresql://user@host:54x2/db", "nothing"]
)
def test_a_database_url_that_is_none_is_refused_in_words(url):
    with pytest.raises(BadInput, match=r"not a database URL; .*%40 for @"):
        address_of(url)


def test_value_and_file_together_are_refused(tmp_path):
    environ = {**GOOD, "FAIRLEAD_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert problems(environ) == ["FAIRLEAD_SECRET_KEY and FAIRLEAD_SECRET_KEY_FILE are both set; keep one."]


@pytest.mark.parametrize("weak", ["secret", "changeme" * 8, "a" * 64, "0" * 31 + "1"])
def test_a_weak_secret_key_is_refused(weak):
    (sentence,) = problems({**GOOD, "FAIRLEAD_SECRET_KEY": weak})
    assert sentence.startswith("FAIRLEAD_SECRET_KEY must be at least 32 random characters")
    assert weak not in sentence


@pytest.mark.parametrize(
    "weak",
    ["not base64!", base64.b64encode(b"short").decode(), base64.b64encode(b"\0" * 32).decode(), "x" * 44],
)
def test_a_weak_master_key_is_refused(weak):
    (sentence,) = problems({**GOOD, "FAIRLEAD_MASTER_KEY": weak})
    assert sentence.startswith("FAIRLEAD_MASTER_KEY must be 32 random bytes in base64")
    assert weak not in sentence


@given(st.binary(min_size=0, max_size=64).filter(lambda key: len(key) != 32))
def test_no_key_of_another_length_is_taken(key):
    (sentence,) = problems({**GOOD, "FAIRLEAD_MASTER_KEY": base64.b64encode(key).decode()})
    assert sentence.startswith("FAIRLEAD_MASTER_KEY")


def test_any_random_key_is_taken():
    for _ in range(200):
        environ = {**GOOD, "FAIRLEAD_MASTER_KEY": base64.b64encode(os.urandom(32)).decode()}
        assert len(settings_from(environ).master) == 32


@pytest.mark.parametrize(
    "url", ["http://fairlead.example.com", "ftp://x", "fairlead", "https://x.example/path", "https://x?a=1"]
)
def test_a_public_url_that_would_not_work_is_refused(url):
    (sentence,) = problems({**GOOD, "FAIRLEAD_PUBLIC_URL": url})
    assert sentence.startswith("FAIRLEAD_PUBLIC_URL must")


def test_https_makes_cookies_secure():
    assert settings_from({**GOOD, "FAIRLEAD_PUBLIC_URL": "https://fairlead.example.com/"}).secure_cookies


@pytest.mark.parametrize("half", ["SALESFORCE_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"])
def test_half_an_app_is_refused(half):
    assert any(
        "is not set, but" in sentence for sentence in problems({**GOOD, f"FAIRLEAD_{half}": "something"})
    )


@pytest.mark.parametrize("secret", [MASTER, "ABEiM0RVZneImaq7zN3u_w-ABEiM0RVZ"])
def test_one_secret_for_both_purposes_is_refused(secret):
    master = MASTER if secret == MASTER else base64.b64encode(secret.encode()).decode()
    assert problems({"FAIRLEAD_SECRET_KEY": secret, "FAIRLEAD_MASTER_KEY": master}) == [
        "FAIRLEAD_SECRET_KEY and FAIRLEAD_MASTER_KEY are equal; make two."
    ]


@pytest.mark.parametrize("version", ["v4", "2026-9", "2026-090", "\u0662026-09"])
def test_an_api_version_of_another_form_is_named_in_words(version):
    sentence = "FAIRLEAD_HUBSPOT_API_VERSION must be a dated version such as 2026-09, or v3."
    assert problems({**GOOD, "FAIRLEAD_HUBSPOT_API_VERSION": version}) == [sentence]


def test_a_number_that_is_none_is_named():
    (sentence,) = problems({**GOOD, "FAIRLEAD_SESSION_HOURS": "soon"})
    assert sentence.startswith("FAIRLEAD_SESSION_HOURS")


def test_no_secret_shows_in_a_repr():
    environ = {
        **GOOD,
        "FAIRLEAD_DATABASE_URL": "postgresql://fairlead:hunter2@db/fairlead",
        "FAIRLEAD_SALESFORCE_CLIENT_ID": "id",
        "FAIRLEAD_SALESFORCE_CLIENT_SECRET": "s3cr3t-of-salesforce",
        "FAIRLEAD_HUBSPOT_APP_ID": "1",
        "FAIRLEAD_HUBSPOT_CLIENT_ID": "id",
        "FAIRLEAD_HUBSPOT_CLIENT_SECRET": "s3cr3t-of-hubspot",
    }
    shown = repr(settings_from(environ)) + str(settings_from(environ))
    for secret in (SECRET, "hunter2", "s3cr3t", MASTER, repr(bytes(range(32)))):
        assert secret not in shown


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        settings_from(GOOD).session_hours = 3


def test_every_setting_is_described_and_the_page_is_current():
    assert all(field.description for field in Settings.model_fields.values())
    assert all(f"`{variable(name)}`" in markdown() for name in Settings.model_fields)
    assert DOCS.read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize(
    "url", ["http://[x", "https://x:99999999", "https://u:p@x.example", "https://x;script-src", "https://a b"]
)
def test_an_address_with_an_odd_host_is_refused(url):
    (sentence,) = problems({**GOOD, "FAIRLEAD_PUBLIC_URL": url})
    assert sentence.startswith("FAIRLEAD_PUBLIC_URL must be a web address")


@pytest.mark.parametrize("name", ["FAIRLEAD_SALESFORCE_CA_FILE", "FAIRLEAD_HUBSPOT_CA_FILE"])
def test_an_authority_that_is_not_there_is_named_at_the_start(name, tmp_path):
    (sentence,) = problems({**GOOD, name: str(tmp_path / "absent.pem")})
    assert sentence == f"{name} must name a file that this account may read."
