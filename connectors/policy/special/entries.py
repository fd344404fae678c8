"""The entries of a list that say a special category, whatever the field is called.

In lower case, without accents. Words that are as often a colour or a language ("white", "german") are not
here, unless the list must hold a second one that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _split(text: str) -> frozenset[str]:
    return frozenset(one.strip() for one in text.split("|"))


ENTRIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "religion or belief": _split(
            "christian|christianity|catholic|roman catholic|protestant|orthodox|evangelical|lutheran|anglican"
            "|muslim|islam|sunni|shia|jewish|judaism|hindu|hinduism|buddhist|buddhism|sikh|sikhism|jain"
            "|atheist"
            "|atheism|agnostic|mormon|jehovah s witness|bahai|no religion|christlich|katholisch"
            "|romisch katholisch"
            "|evangelisch|muslimisch|islamisch|judisch|konfessionslos|hinduistisch|buddhistisch|rk|ev"
            "|catholique"
            "|protestante|musulman|musulmane|juif|juive|chretien|bouddhiste|athee|catolico|catolica|musulmana"
            "|judio|judia|cristiano|cristiana|budista|ateo|sin religion|sans religion|vd"
        ),
        "ethnic origin": _split(
            "white|black|asian|south asian|east asian|hispanic|latino|latina|latinx|hispanic or latino"
            "|not hispanic or latino|caucasian|african american|black or african american|native american"
            "|american indian or alaska native|native hawaiian|native hawaiian or other pacific islander"
            "|pacific islander|middle eastern|middle eastern or north african|white british|white irish"
            "|black british|black african|black caribbean|mixed race|two or more races|multiracial|biracial"
            "|arab|gypsy or irish traveller|roma|sinti|indigenous|aboriginal|torres strait islander|maori"
            "|schwarz|weiss|asiatisch|arabisch|blanc|noir|asiatique|blanco|negro|asiatico|mestizo"
            "|indigena|afro"
        ),
        "health": _split(
            "disabled|not disabled|no disability|physical disability|hearing impairment|visual impairment"
            "|learning disability|mental health condition|chronic illness|diabetes|asthma|cancer|hiv positive"
            "|hypertension|depression|epilepsy|pregnant|not pregnant|smoker|non smoker|ex smoker|raucher"
            "|nichtraucher|fumeur|non fumeur|fumador|no fumador|schwanger|nicht schwanger|enceinte|embarazada"
            "|schwerbehindert|vaccinated|unvaccinated|not vaccinated|geimpft|ungeimpft|genesen"
            "|wheelchair user"
            "|blind|deaf|autism|adhd|dyslexia|i have a disability|yes i have a disability"
            "|no i do not have a disability"
        ),
        "sexual orientation or gender identity": _split(
            "heterosexual|homosexual|gay|lesbian|bisexual|pansexual|asexual|queer|straight|gay or lesbian"
            "|transgender|trans man|trans woman|transgender man|transgender woman|cisgender|cis man|cis woman"
            "|intersex|genderfluid|genderqueer|two spirit|agender|heterosexuell|homosexuell|bisexuell|schwul"
            "|lesbisch|heterosexuel|homosexuel|bisexuel|lesbienne|homosexual|lesbiana|transgenero|transgenre"
            "|he him|she her|they them|he they|she they|er ihm|sie ihr"
        ),
        "political opinion": _split(
            "democrat|democratic party|republican|republican party|libertarian|labour|conservative|tory"
            "|liberal democrat|lib dem|green party|snp|plaid cymru|reform uk|cdu|csu|cdu csu|spd|fdp|afd"
            "|die linke"
            "|bundnis 90 die grunen|die grunen|bsw|far left|far right|left wing|right wing|socialist"
            "|communist"
            "|psoe|vox|podemos|sumar|lfi|la france insoumise|rassemblement national|les republicains"
            "|renaissance"
            "|parti socialiste|partido popular"
        ),
        "trade union membership": _split(
            "union member|not a union member|non union|unionised|unionized|ig metall|ver di|verdi|dgb"
            "|ig bce|gew"
            "|cgt|cfdt|fo|unsa|ccoo|ugt|unite|unison|gmb|afl cio|teamsters|seiu|usdaw"
        ),
        "genetic or biometric data": _split(
            "fingerprint|face scan|iris scan|voiceprint|dna sample|retina scan"
        ),
        "criminal records": _split(
            "convicted|never convicted|felony|misdemeanor|no criminal record|has criminal record"
            "|spent conviction"
            "|unspent conviction|vorbestraft|nicht vorbestraft|arrested|on parole"
        ),
    }
)

COLOURS = _split("white|black|schwarz|weiss|blanc|noir|blanco|negro|arab")
"""Two of these alone are as likely the colours of a product."""

MARKS = _split(
    "catholic|muslim|jewish|hindu|buddhist|katholisch|evangelisch|muslimisch|judisch|musulman|catholique"
    "|african american|black or african american|hispanic or latino|american indian or alaska native"
    "|two or more races|white british|transgender|trans man|trans woman|transgender man|transgender woman"
    "|heterosexual|homosexual|lesbian|bisexual|heterosexuell|homosexuell|schwerbehindert|pregnant|schwanger"
    "|enceinte|embarazada|union member|ig metall|hiv positive|felony|vorbestraft|transgenero|transgenre"
)
"""One entry of these is enough: they are never anything else."""
