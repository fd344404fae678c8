"""Fields that point at few people, or at people of your own, without being an identifier of the lead.

What is named here is suggested as dropped. It is advice: a person may decide otherwise.
"""

from __future__ import annotations

import re

_STAFF = (
    r"owners?|owned by|account (manager|executive|owner|director|rep)|sales ?(rep|person|man|agent"
    r"|manager|team member)|rep"
    r"|representative|(assigned|created|modified|updated|called|referred|sourced|booked|entered|approved"
    r"|converted)"
    r" (by|to)|assignee|referr(er|al)|referred|(?<!user )agent|advis[eo]r|sdr|bdr|csm|(relationship"
    r"|success|case|key account) manager"
    r"|supervisor|coach|recruiter|consultant|bearbeiter(in)?|berater(in)?|betreuer(in)?"
    r"|kundenbetreuer(in)?|verk[aä]ufer(in)?"
    r"|vermittler(in)?|vertreter(in)?|zust[aä]ndig(er)?|sachbearbeiter(in)?|inhaber(in)?|besitzer(in)?"
    r"|propri[eé]taire"
    r"|commercial|vendeur|conseiller|gestionnaire|responsable|charg[eé] d affaires|vendedor|asesor"
    r"|propietario|gestor|agente"
    r"|comercial|spouse|husband|wife|partner|children|kids|ehepartner(in)?|ehefrau|ehemann|conjoint"
    r"|c[oó]nyuge"
)
_PLACES = (
    r"city|town|village|suburb|municipality|district|county|neighbou?rhood|stadt|ort|wohnort|gemeinde"
    r"|stadtteil|landkreis"
    r"|ville|commune|quartier|ciudad|municipio|poblaci[oó]n|barrio|comune|citt[aà]|cidade|location|place"
    r"|standort|arrondissement"
)
_FILES = (
    r"image|images|picture|avatar|foto|photo|bild|profilbild|imagen|imagem|immagine|portrait|headshot"
    r"|selfie|logo|file|files"
    r"|attachments?|upload(s|ed file)?|document|documents|resume|cv|lebenslauf|curriculum( vitae)?|anhang"
    r"|datei|fichier"
    r"|pi[eè]ce jointe|archivo|adjunto|recording|voicemail|video|screenshot|pdf"
)
_TRACES = (
    r"user ?agent|browser( version)?|device( model| name)?|os version|referrer|referring (site|page"
    r"|domain)|search (term|query|phrase)"
)
_MONEY = (
    r"iban|bic|swift|bank|account balance|net worth|debt|credit (score|rating|limit)|kontostand"
    r"|schufa( score)?|kreditw[uü]rdigkeit"
)
_KINDS = (
    (_STAFF, "a person beside the lead, such as one of your own people or of the family"),
    (
        _PLACES,
        "a place that few people share; the postal code's first character says the part of the country",
    ),
    (_FILES, "a file or a picture"),
    (_TRACES, "a trace of somebody's device or of what they looked for"),
    (_MONEY, "how somebody stands with a bank or a credit agency"),
)
_READ = tuple((re.compile(rf"(?:.* )?(?:{words})"), what) for words, what in _KINDS)
# Counts of such things, and kinds of them.
_OTHER = re.compile(
    r"(number of|num|n|count of|total|has|have|is|are|no of|anzahl|nombre de|numero de) .*"
    r"|.* (count|type|typ|kind|status|stage|region|role|team|tier|size|source|level|category|segment)"
)


def cautioned(name: str) -> str:
    """What a field so called likely holds, where that speaks against reading it; else "".

    ``name`` is the field's name as words in lower case.
    """
    if _OTHER.fullmatch(name):
        return ""
    return next((what for words, what in _READ if words.fullmatch(name)), "")
