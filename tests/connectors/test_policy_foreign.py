"""What a field is called in other languages and spellings decides as its English name does."""

from __future__ import annotations

import pytest

from connectors.policy.band import Band
from connectors.policy.identifying import identified_as
from connectors.policy.spelling import words_of
from connectors.policy.starter.suggest import DECADES, advised
from connectors.source import FieldInfo

BIRTHDAYS = [
    "Geburtsdatum__c",
    "Fecha_de_Nacimiento__c",
    "date_naissance",
    "data_nascimento",
    "data_di_nascita",
    "Födelsedatum",
    "BDay__c",
    "生年月日",
    "дата_рождения",
    "Birth__c",
    "Geboortedatum",
    "PersonBirthdate",
    "DOB__c",
    "doğum_tarihi",
]
PEOPLE = [
    "Téléphone",
    "TÉLÉPHONE",
    "Te\u0301le\u0301phone",
    "Förnamn",
    "姓名",
    "电话",
    "이름",
    "Ansprechpartner__c",
    "Soyad\u0131",
    "Sähköposti",
    "Jméno",
    "Notes_Internal__c",
    "Kennwort",
    "CustomerNm",
]
HARMLESS = [
    "Größe",
    "Région",
    "Länge",
    "Ölheizung",
    "Emplacement",
    "Segment__c",
    "Nombre_de_empleados",
    "Werbekampagne",
    "Preis_Gruppe",
]


@pytest.mark.parametrize("name", BIRTHDAYS)
def test_a_day_of_birth_becomes_a_decade_never_a_month(name):
    found = advised(FieldInfo(name=name, label=name, type="date", kind="moment")).operator
    assert found == Band(bands=DECADES, of="year")


@pytest.mark.parametrize("name", ["Geburtsjahr__c", "Birth_Year__c", "year_of_birth"])
def test_a_year_of_birth_becomes_a_decade(name):
    found = advised(FieldInfo(name=name, label=name, type="double", kind="number")).operator
    assert found == Band(bands=DECADES)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_list_whose_name_points_at_people_is_dropped(name):
    assert advised(FieldInfo(name=name, label="", type="picklist", kind="choice")).operator.name == "drop"


@pytest.mark.parametrize("name", HARMLESS)
def test_other_words_of_these_languages_stay_harmless(name):
    assert identified_as(name) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Mobile_Phone_Nr__c", ["mobile", "phone", "nr"]),
        ("HasOptedOutOfEmail", ["has", "opted", "out", "of", "email"]),
        ("IPAddress2", ["ip", "address", "2"]),
        ("TÉLÉPHONE", ["téléphone"]),
        ("Téléphone", ["téléphone"]),
    ],
)
def test_words_are_found_whatever_the_spelling(name, words):
    assert words_of(name) == words
