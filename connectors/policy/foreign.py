"""What fields that point at a person are called in other languages than English, and in careless spellings.

These are patterns for the end of a name in lower case (see `connectors.policy.identifying`).
"""

from __future__ import annotations

import re

NAMES = (
    r"\w*(vor|nach|familien|geburts|zu|ruf)name|pr[eé]noms?|noms?|noms? de famille|nombres?"
    r"|apellidos?( paterno| materno)?|nome|cognome|sobrenome"
    r"|(voor|achter)naam|nazwisko|imię|efternavn|fornavn|efternamn|förnamn|имя|фамилия|отчество"
    r"|[fmls]name|(full|first|last|middle) "
    "nm|stra(ss|ß)e|(haus)?anschrift|(?<!ip )(?<!mail )adresse|direcci[oó]n|domicilio|indirizzo"
    r"|endere[cç]o|adres|postfach|rue|calle|улица|адрес"
    r"|soyad[i\u0131]?|isim|etunimi|sukunimi|jm[eé]no|p[rř][ií]jmen[ií]|(kereszt|vezeték)?név|όνομα|επώνυμο"
    r"|姓名|名前|氏名|姓|名|名字|이름|성명|성함|地址|住所|주소|الاسم|اسم|عنوان|שם|כתובת|नाम|पता"
    r"|(cust|customer)? ?nm|spitzname|alias|ansprech(partner|person)(in)?|kontaktperson"
    r"|contact person|emergency contact|kontoinhaber(in)?"
    r"|(account|card) ?holder|hausnummer|house number|postadresse|adresszeile|wohnanschrift"
    r"|signature|unterschrift"
)
TEXTS = (
    r"bemerkung(en)?|anmerkung(en)?|kommentare?|notiz(en)?|beschreibung(en)?|nachricht(en)?|freitext"
    r"|comentarios?|coment[aá]rios?|remarques?|commentaires?|descripci[oó]n|descri[cç][aã]o|descrizione"
    r"|notas?"
    r"|observaciones|observa[cç][oõ]es|mensaje|mensagem|messaggio|opmerking(en)?|комментарий|примечание"
    r"|备注|備考|留言|メモ|메모|비고|ملاحظات|הערות|टिप्पणी|notlar|aç\u0131klama|poznámk[ay]|uwagi|megjegyzés|huomautus"
    r"|anfrage|anliegen|beschwerde|inquiry|enquiry|what can we help( you)?( with)?|(linked ?in|twitter)bio"
)
IDENTIFIERS = (
    r"e?mail ?(adresse|addr|adr)|emailaddr|correo( "
    "electr[oó]nico)?|courriel|(mobil)?(telefon|tel)(nummer|nr)?"
    r"|t[eé]l[eé]fono|telefone|telefono|t[eé]l[eé]phone|celular|cellulare|m[oó]vil|handy(nummer|nr)?"
    r"|mobiel|телефон"
    r"|почта|(cell|mobile) ph|ph|whats ?app"
    r"|(kunden|ausweis|steuer|sozialversicherungs|versicherungs|personal|mitglieds|konto|karten)(nummer|nr)"
    r"|dni|nif|nie|cpf|curp|rfc|bsn|nino|nhs|imei|imsi|cookie|fingerprint"
    r"|(credit|debit|bank) ?(card|account)|(linked ?in|face ?book|twitter|instagram|xing) profile"
    r"|电话|電話|携帯|手机|手機|微信|전화(번호)?|휴대폰|メール|邮箱|電子郵件|이메일|هاتف|بريد|טלפון|דואל|फोन|ईमेल"
    r"|e ?posta|puhelin|sähköposti|telefonszám|telefon(nummer)?|kontakttelefon|festnetz|rufnummer"
    r"|mob( number)?"
    r"|signal number|telegram|we ?chat|benutzername|kennwort|passwor[dt]|pin|kreditkarte|pass(nummer|nr)"
    r"|personalausweis|pesel|aadhaar|nric|ahv( ?nummer| number)?|siren|siret|photo"
    # Browsers, devices and what joins their visits; a hash of a mail address is as good as the address.
    r"|\w*clk?id|(click|device|visitor|session|cookie|ad|adid|ger[aä]e?te?) id|idf[av]|gaid|maid|adid"
    r"|hubspotutk|hutk|utk"
    r"|(ip|mail) adresse|(subscriber|contact|user|visitor|client|person|customer|member) key|identifiant"
    r"|identificador"
    r"|(\w+ )?(hash|hashed|sha|encrypted)|(e?mail|phone|user) md"
    # Accounts elsewhere.
    r"|linked in|tik ?tok|you ?tube( channel)?|git ?hub|xing|(xing|social|linked ?in) profil(e)?|mastodon"
    r"|bluesky|snapchat"
    r"|discord|\w*twitterid|nom (d )?utilisateur|usuario|nombre de usuario"
    r"|home ?page|webseite|site web|sitio web|(profile|calendar|photo|image|meeting|booking|survey|file"
    r"|document) link"
    # Phones.
    r"|durchwahl|mobilnummer|r[uü]e?ckruf(nummer|nr)|t[eé]l[eé]phone portable|(sms|contact"
    r"|callback) number|phone ext(ension)?"
    # What a state, an office or a bank counts people by.
    r"|(sv|renten|matrikel|reisepass|ausweis|personalausweis|f[uü]e?hrerschein|sozialversicherungs"
    r"|patienten|vertrags)"
    r" ?(nummer|nr|number)|(personal)?ausweis|f[uü]e?hrerschein|reisepass|s[eé]curit[eé] sociale"
    r"|num[eé]ro s[eé]cu|nir"
    r"|carte (d |nationale d )?identit[eé]|pasaporte|passeport|driver ?s? licen[cs]e"
    r"|permis( de conduire)?|carn[eé]t? de conducir"
    r"|licen[cs]e plate|number plate|(kfz|auto|fahrzeug) ?kennzeichen|vin|medicare number|nhs number"
    r"|n[uú]m[eé]ro (de |d )?(cliente?|compte|cuenta|dossier|contrato?|adh[eé]rent|socio|seguridad social)"
)
POINTS = (
    r"lat|latitude?|lon|lng|longitude?|lat ?(lon|lng|long)|\w*(latlon|latlng|latlong)|geo ?(location"
    r"|point|code|hash|coordinates?)"
    r"|gps|gps (coordinates|koordinaten|position|location)|coordinates?|koordinaten?|(breiten"
    r"|l[aä]e?ngen)grad"
    r"|coordonn[eé]es( gps| g[eé]ographiques)?|coordenadas( gps)?|latitudine|longitudine|what 3 words"
    r"|plus code"
)
# Anywhere in a name: a day of birth points at a person wherever else the words lead.
BIRTH = re.compile(
    r"birth|\bdob\b|\bborn\b|\bb ?day\b|geburt|geboren|\bgeb\b|naissance|\bn[eé]e?\b|nacimiento|nacido"
    r"|cumplea"
    r"|nascimento|nascita|geboorte|urodz|narozen|születés|f[öø]dsel|födelse|födda?\b|syntymä|do[gğ]um"
    r"|рожд|народж|γέννη|生日|出生|生年月日|誕生|생년월일|생일|ميلاد|לידה|जन्म"
)
AGE = re.compile(
    r"(.* )?(age|lebensalter|alter|[aâ]ge|edad|idade|et[aà]|leeftijd|wiek|ålder|alder|возраст)( .*)?"
)
