"""Groups that a bias audit compares and that are no special category: gender, a form of address, nationality.

They are suggested as a few words, not as dropped: an audit that reads none of them finds no bias, and with
few words little is learned of a person. The law of equal treatment protects them, so a rep never sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.policy.coarsen import Coarsen
from connectors.policy.map import Map
from connectors.policy.model import Operator

_BLANK = (("--None--", ""), ("Select", ""), ("unknown", ""), ("n/a", ""), ("prefer not to say", ""))


def spelled(**spellings: str) -> Map:
    """A vocabulary out of words with their spellings (between bars), and what forms put in by themselves."""
    pairs = [(one.strip(), word) for word, said in spellings.items() for one in said.split("|")]
    return Map(vocabulary=(*((one, "" if word == "missing" else word) for one, word in pairs), *_BLANK))


# Where these are texts, people spell them as they like, in the language of the form; what is not here is
# counted as unmapped, never guessed.
GENDERS = spelled(
    female="female|f|woman|women|w|weiblich|frau|femme|féminin|mujer|femenino|donna|femmina|mulher"
    "|feminino|vrouw",
    male="male|m|man|men|männlich|mann|homme|masculin|hombre|masculino|uomo|maschio|homem",
    nonbinary="nonbinary|non-binary|non binary|nb|enby|genderqueer|divers|diverse|non binaire|no binario",
)
ADDRESSES = spelled(
    female="mrs.|mrs|ms.|ms|miss|frau|madame|mme|mme.|mlle|mademoiselle|sra.|sra|señora|srta.|signora|sig.ra",
    male="mr.|mr|herr|monsieur|m.|sr.|sr|señor|signor|sig.",
    missing="dr.|dr|prof.|prof|mx.|mx|divers",
)
_GENDER = re.compile(
    r"(.* )?(gender identity|gender|sex|geschlecht|genre|sexe|sexo|g[eé]nero|genere|sesso"
    r"|geslacht)( (at )?(code|category|group|type))?"
)
_ADDRESS = re.compile(r"(.* )?(salutation|anrede|civilit[eé]|tratamiento|courtesy title|saludo)")
_NATION = re.compile(
    r"(.* )?(nationality|citizenship|nationalit[eéà]t?|staatsangeh[oö]e?rigkeit|staatsb[uü]e?rgerschaft"
    r"|citoyennet[eé]"
    r"|nacionalidad|ciudadan[ií]a|nationalit[aà]t|nazionalit[aà]|cittadinanza|nacionalidade)( code)?"
)
_WHY = "A group that a bias audit compares, so it comes as a few words; reps never see it. "
_REGION = (
    "A rare country points at few people: a region of the UN does not. Words such as 'German' are unmapped: "
    "write a map for them."
)


def protected(name: str) -> Iterator[tuple[Operator, str]]:
    """What a list or a line of text so called should become, and why; nothing for other names."""
    if _GENDER.fullmatch(name):
        yield GENDERS, f"{_WHY}What the list does not know counts as unmapped: add your own words."
    elif _ADDRESS.fullmatch(name):
        yield (
            ADDRESSES,
            f"{_WHY}A form of address tells the gender; a doctor's or professor's counts as missing.",
        )
    elif _NATION.fullmatch(name):
        yield (
            Coarsen(by="country_region"),
            f"{_WHY}{_REGION}",
        )
