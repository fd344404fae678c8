"""The words by which a field's name, label or help text says a special category, in several languages.

All in lower case and without accents. What stands without a bound is looked for inside of words as well,
because names are often run together: ``religiousaffiliation``, ``Religionszugehoerigkeit``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def _words(*anywhere: str, whole: str) -> re.Pattern[str]:
    """Stems that count wherever they stand, and words that count only as whole ones."""
    return re.compile(rf"{'|'.join(anywhere)}|\b(?:{whole})\b")


CATEGORIES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "religion or belief": _words(
            *("relig", "konfession", "kirchensteuer", "kirchenzug", "weltanschau", "glaubens", "godsdienst"),
            *("wyznani", "baptis(m|ed)", "getauft"),
            whole=r"faiths?|church(es)?|denomination|creed|beliefs?|philosoph\w*|kirche|glaube"
            r"|confession(al)?"
            r"|croyances?|creencias?|credenza|crenca|eglise|iglesia|cult[eo]?|kosher|halal|mosques?|parish"
            r"|synagogue",
        ),
        "ethnic origin": _words(
            *("ethni", "etnia", "etnici", "etnisk", "etnisch", "etnicz", "migrationshinter", "hautfarbe"),
            *("etnic", "abstammung", "volksgruppe", "raceeth", "eeorace"),
            whole=r"races?|racial\w*|raciale?|raza|razza|raca|rasse|minority|minorities|minderheit|minorite"
            r"|minoria|indigen\w*|aborigin\w*|trib(e|al)|caste|kaste|(skin|hair) colou?r|color de piel"
            r"|couleur de peau|hispanic|latin[oax]|afro\w*|roma|ancestry|national origin|bipoc|poc|bame"
            r"|(country|place|city|land|pays|pais|lieu|lugar|ciudad|ville) (of |de |du )?"
            r"(birth|origin\w*|naissance|nacimiento|d ?origine)|birth ?(country|place|city)|birthplace"
            r"|geburts(land|ort|stadt)|herkunfts?(land)?|mother ?tongue|native language|muttersprache"
            r"|langue maternelle|lengua materna|immigra\w*|refugees?|asylum|fluchtling\w*|asyl\w*|refugies?"
            r"|refugiad[oa]s?|visa status|aufenthalts\w*",
        ),
        "health": _words(
            *(
                "disab(?!led)",
                "handicap",
                "behinder",
                "pregnan",
                "schwanger",
                "krank",
                "gesundheit",
                "diagnos",
            ),
            *("medical", "medikament", "medizin", "pflegegrad", "pflegestufe", "rollstuhl", "wheelchair"),
            *(
                "discapac",
                "minusval",
                "enferm(ed|o)",
                "embaraz",
                "grossesse",
                "mutterschutz",
                "allerg",
                "alergi",
            ),
            *("vaccin", "geimpft", "impfstatus", "impfung", "covid", "psychiatr", "psycholog", "therap"),
            *(
                "bloodtype",
                "bloodgroup",
                "blutgruppe",
                "healthcond",
                "healthstat",
                "healthissue",
                "invalidit",
            ),
            *("neurodiver", "deficienc", "niepelnospraw", "hormon", "fertilit", "menstru"),
            whole=r"health|healthy|disabled|illness(es)?|diseases?|sick(ness)?|medic(al|ine|ines|ation"
            r"|ations)"
            r"|conditions? (medical|sante)|pre ?existing conditions?|symptoms?|treatments?|patients?|surgery"
            r"|surgeries|injur(y|ies)|impairments?|special needs|care level|blood (type|group)|bmi"
            r"|smok(er|ers|ing)"
            r"|tobacco|(nicht)?raucher|fum(eur|ador|adora|atore)|hiv|aids|cancer|diabet\w*|autis\w*|adhd"
            r"|mental"
            r"|maternity|dietary\w*|diet|gdb|gd b|grad der behinderung|sante|maladies?|enceinte|rqth"
            r"|groupe sanguin|grupo sanguineo|salud|saude|salute|malattia|doenca|baja medica|arret maladie"
            r"|accessibility needs?|deaf|blind(ness)?|hearing (loss|aid)|addiction|sucht|therapie",
        ),
        "sexual orientation or gender identity": _words(
            *(
                "sexual(?!ly transmitted)",
                "sexuell",
                "sexuel",
                "transgender",
                "transsex",
                "lgbt",
                "genderident",
            ),
            *("geschlechtsident", "geschlechtliche ident"),
            whole=r"sex life|gender (identity|expression|assigned|reassignment)|identite de genre|queer"
            r"|gay|lesbian"
            r"|bisexu\w*|identidad de genero|identita di genere|identidade de genero|deadname|pronouns?"
            r"|pronoms?|pronomen|pronombres?|cis ?gender|intersex|assigned at birth|sex at birth|same sex",
        ),
        "political opinion": _words(
            *(
                "politisch",
                "parteizug",
                "parteimitg",
                "parteibuch",
                "parteispen",
                "wahlabsicht",
                "politicalparty",
            ),
            *("politicalaff", "politicalview", "partyaffil", "ideolog", "wahlverhalten"),
            whole=r"political(ly)?|politics|partei|party (affiliation|member(ship)?|registration"
            r"|preference|donor)"
            r"|registered (party|voter)|voters?|voting \w+|vote (choice|intention)|elector(al|ate)?"
            r"|parti politique|partis? pris|(opinion|affiliation|appartenance|orientation"
            r"|tendance)s? politiques?"
            r"|partido( politico)?|(opinion|opiniones|afiliacion|ideas|orientacion|orientamento"
            r"|opiniao) politic[ao]s?"
            r"|partito|democrat|republican|activis[mt]\w*",
        ),
        "trade union membership": _words(
            *("gewerkschaft", "tradeunion", "unionmember", "vakbond", "sindaca", "sindica", "zwiazk"),
            whole=r"unions?|unioni[sz]ed|syndicats?|syndical\w*|syndique\w*|fackforening",
        ),
        "genetic or biometric data": _words(
            *("genetic", "genetisch", "genetiqu", "biometr", "genom", "erbgut", "gentest", "fingerprint"),
            *("fingerabdr", "empreinte digit", "huella dact", "faceprint", "voiceprint"),
            whole=r"dna|adn|face ?id|facial \w+|face (recognition|scan|template)|iris( scan)?|retina( scan)?"
            r"|voice (id|recognition)|gesichtserkennung|reconnaissance faciale|reconocimiento facial",
        ),
        "criminal records": _words(
            *(
                "criminal",
                "kriminal",
                "vorstraf",
                "strafregister",
                "straftat",
                "fuhrungszeugnis",
                "fuehrungszeugnis",
            ),
            *("convicti", "incarcerat", "polizeilich"),
            whole=r"convicted|crimes?|felon(y|ies|s)?|misdemeanou?rs?|offen[cs]es?|offenders?|arrests?"
            r"|arrested"
            r"|(background|dbs|police|crb) checks?|parole|casier( judiciaire)?|condamn\w*|infractions?"
            r"|delitos?"
            r"|antecedentes( penales| criminais)?|penales?|condenas?|prison|jail|gefangnis|haft|verurteil\w*"
            r"|vorbestraft|fedina penale",
        ),
    }
)
"""What each category is called, and the words that say it; the first that fits counts."""

HARMLESS = re.compile(
    # A customer's "health" and a race between products are no matter of a body or of an origin.
    r"\b(?:(account|customer|client|company|business|deal|pipeline|relationship|contract|project|product"
    r"|data|email|mail|list|subscription|engagement|brand|sync|system|financial|campaign|onboarding"
    r"|domain)s? health"
    r"|health (score|index|rating|check)s?"
    r"|health ?care (industry|sector|segment|vertical|company|organi[sz]ation|practice)"
    r"|(account|user|email|mail|sync|feature|tracking|notification|notifications|api|record|login|form"
    r"|field) disabled"
    r"|disabled (account|user|email|sync|feature|tracking|notifications|api|record|reason|by|date)"
    r"|(european|europaische|credit|western|customs|monetary|soviet|student|rugby) unions?"
    r"|unions? (europe\w*|city|square)"
    r"|(civil|domestic|free) unions?|unions? (libre|civile?|de hecho)"
    r"|(race|races) (day|event|track|ticket|category|distance|date)"
    r"|treatment group|(tax|price|a b|ab|test) treatment|control treatment"
    r"|politi(que|ca)s? (de )?(confidentialite|privacidad|privacy|cookies?|privacidade)"
    r"|church street|(lead|leads|deal|web|traffic|contact|kontakt|opportunity) (herkunft|origin)"
    r")\b"
)
"""Phrases with such a word in them that say nothing of a person."""
