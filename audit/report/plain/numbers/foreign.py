"""Numerals of other languages, as far as they are no English words: what has one is not read further."""

from __future__ import annotations

_GERMAN = (
    r"\w*(?:zwanzig|drei(?:ß|ss)ig|vierzig|f(?:ü|ue)nfzig|sechzig|siebzig|achtzig|neunzig)",
    r"\w*(?:hundert|tausend)\w*|\w+zehn|zwei|drei|vier|f(?:ü|ue)nf|sechs|sieben|acht|neun|zehn",
    "zw(?:ö|oe)lf|doppelt|h(?:ä|ae)lfte|viertel|drittel",
)
_FRENCH = (
    "deux|trois|quatre|cinq|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente",
    "quarante|cinquante|soixante|cents|mille|moitié",
)
_SPANISH_AND_PORTUGUESE = (
    "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|trece|catorce|veinte|treinta|cuarenta",
    "cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?|mil|mitad",
    "quatro|oito|dez|vinte|trinta|quarenta|cinquenta|metade",
)
_ITALIAN = ("quattro|cinque|sette|otto|nove|dieci|undici|dodici|venti|trenta|quaranta|cinquanta|cento|metà",)
_DUTCH = (
    "twee|drie|vijf|zes|zeven|negen|tien|twaalf|honderd|duizend",
    r"\w*(?:twintig|dertig|veertig|vijftig)",
)
FOREIGN = "|".join((*_GERMAN, *_FRENCH, *_SPANISH_AND_PORTUGUESE, *_ITALIAN, *_DUTCH))
