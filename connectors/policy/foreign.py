"""What fields that point at a person are called in other languages than English, and in careless spellings.

These are patterns for the end of a name in lower case (see `connectors.policy.identifying`).
"""

from __future__ import annotations

NAMES = (
    r"\w*(vor|nach|familien|geburts|zu|ruf)name|pr[eé]noms?|noms?|nombres?|apellidos?|nome|cognome|sobrenome"
    r"|(voor|achter)naam|nazwisko|imię|efternavn|fornavn|efternamn|förnamn|имя|фамилия|отчество"
    r"|[fmls]name|(full|first|last|middle) "
    "nm|stra(ss|ß)e|(haus)?anschrift|adresse|direcci[oó]n|domicilio|indirizzo"
    r"|endere[cç]o|adres|postfach|rue|calle|улица|адрес"
)
TEXTS = (
    r"bemerkung(en)?|anmerkung(en)?|kommentare?|notiz(en)?|beschreibung(en)?|nachricht(en)?|freitext"
    r"|comentarios?|coment[aá]rios?|remarques?|commentaires?|descripci[oó]n|descri[cç][aã]o|descrizione|notas?"
    r"|observaciones|observa[cç][oõ]es|mensaje|mensagem|messaggio|opmerking(en)?|комментарий|примечание"
)
IDENTIFIERS = (
    r"e?mail ?(adresse|addr|adr)|emailaddr|correo( "
    "electr[oó]nico)?|courriel|(mobil)?(telefon|tel)(nummer|nr)?"
    r"|t[eé]l[eé]fono|telefone|telefono|t[eé]l[eé]phone|celular|cellulare|m[oó]vil|handy(nummer|nr)?|mobiel|телефон"
    r"|почта|(cell|mobile) ph|ph|whats ?app"
    r"|(kunden|ausweis|steuer|sozialversicherungs|versicherungs|personal|mitglieds|konto|karten)(nummer|nr)"
    r"|dni|nif|nie|cpf|curp|rfc|bsn|nino|nhs|imei|imsi|cookie|fingerprint"
    r"|(credit|debit|bank) ?(card|account)|(linked ?in|face ?book|twitter|instagram|xing) profile"
)
