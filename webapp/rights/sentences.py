"""The sentences of a dossier: short, plain, and to the person (GDPR article 12(1))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.one_lead import OneLead, TurnedAway
from connectors.scorerules import ScoreRules
from webapp.crms import NAMES
from webapp.language import gettext, marked, shortest
from webapp.rights.controller import BLANK
from webapp.rights.proofs import privacy
from webapp.rights.rules import InForce
from webapp.services import Services
from webapp.store.rows import ConnectionRow, Crm
from webapp.viewmodels.account import excluded_words, rejected_words
from webapp.viewmodels.shadow_written import field_of

OTHER_PURPOSE = marked("a field that may go with the score; it is used to find out what stands behind a gap")
DECISIONS = marked(
    "The decision log keeps every score that a sync saw, as evidence, with the values that were held then. "
    "Administrators and auditors can look at the scores one by one, each under a code. The values are told "
    "only by a dossier, or by an export that is made on the server."
)
NAMED = 12


def written_fields(crm: Crm) -> tuple[str, ...]:
    """The fields that a write-back fills on a record."""
    if crm == "salesforce":
        from connectors.salesforce.flag_fields import NEEDS  # noqa: PLC0415 - loads the client library
        from connectors.salesforce.wished_fields import WISHED  # noqa: PLC0415 - as above

        return tuple(need.name for need in (*NEEDS, *WISHED))
    from connectors.hubspot.flag_properties import NAMES as PROPERTIES  # noqa: PLC0415 - as above

    return PROPERTIES


def filled_fields(opened: Services, connection: ConnectionRow) -> tuple[str, ...]:
    """The same, with that of the shadow score where an administrator wants it written."""
    runs = opened.shadows.running(connection.id)
    own = (field_of(connection.crm)[0],) if runs and runs.writing_since else ()
    return (*written_fields(connection.crm), *own)


def standing(found: OneLead, crm: Crm) -> tuple[str, ...]:
    """Whether anything is held of the lead, and if not, why."""
    if found.day is not None:
        return (
            gettext(
                "Fairlead holds a copy of some fields of this record in %(crm)s, under a code in place of "
                "its id. Names, mail addresses, phone numbers and free texts are not in it.",
                crm=NAMES[crm],
            ),
        )
    if found.turned_away is not None:
        return _left_out(found.turned_away)
    if found.kept_away:
        return (
            gettext(
                "Nothing is held of this record. It was erased here; only its code is kept, so that "
                "it does not come back with a later pull."
            ),
        )
    return (
        gettext(
            "Nothing is held of this record: it was not read, it was made after the last pull, it is "
            "older than the retention allows, or the user that Fairlead acts as does not see it."
        ),
    )


def use(found: OneLead, rules: InForce, crm: str, told: ScoreRules | None, review: str) -> tuple[str, ...]:
    """What the score is for, and the logic behind it as far as anybody here knows it (article 15(1)(h)).

    ``review`` is what the controller says of how it is used.
    """
    if rules.stream is None:
        return (gettext("Nobody has said yet which field is the score, so nothing was checked."),)
    return (
        *_origin(rules, crm, told),
        *_threshold(found, rules),
        gettext(
            "Fairlead compares the scores of groups, to see whether they treat some unfairly. It "
            "makes no decision about a person."
        ),
        gettext("How a score is used in decisions: %(review)s", review=review),
    )


def recipients(opened: Services, connection: ConnectionRow) -> tuple[str, ...]:
    """Who sees something of this person."""
    fields = ", ".join(filled_fields(opened, connection))
    said = privacy(opened).notes().get("recipients")
    return (
        gettext(
            "People who may open the record in %(crm)s see a panel that says whether the score can be "
            "trusted, and these fields on the record: %(fields)s. They are not told any group of the person.",
            crm=NAMES[connection.crm],
            fields=fields,
        ),
        gettext(
            "Administrators and auditors of Fairlead see counts of groups. Of a single record they see, "
            "under a code, the scores in the decision log and what sales people answered. Everything that is "
            "held of it is shown to an administrator only, in a dossier like this one."
        ),
        gettext("Others: %(others)s", others=said or gettext(BLANK)),
    )


def retention(opened: Services, connection: ConnectionRow) -> tuple[str, ...]:
    """For how long it is kept (article 15(1)(d))."""
    rule = privacy(opened).retention(connection.id)
    span = gettext("The copy is kept for as long as the record is in the CRM and the CRM is connected.")
    if rule:
        span = gettext(
            "The copy is deleted %(months)s months after the day on which the record was created.",
            months=rule.months,
        )
    return (
        span,
        gettext(
            "It goes earlier where the record is deleted in the CRM, where the person opts out, and on "
            "request."
        ),
        gettext("Counts of groups, in which nobody can be told apart, stay in the reports of the audits."),
    )


def rights(said: Mapping[str, str]) -> tuple[str, ...]:
    """What the person may ask for, and of whom."""
    blank = gettext(BLANK)
    return (
        gettext("Responsible: %(who)s", who=said.get("controller", blank)),
        gettext("Ask here: %(who)s", who=said.get("contact", blank)),
        gettext("Data protection officer: %(who)s", who=said.get("dpo", blank)),
        gettext(
            "The person may ask for correction (article 16), erasure (17), restriction (18) and a "
            "copy (20), and may object to profiling (21). A correction is made in the CRM; the next "
            "pull takes it over."
        ),
        gettext(
            "Nobody may be subject to a decision based on a score alone that has legal or similar effects, "
            "without a person who looks (article 22)."
        ),
        gettext("The person may complain to a supervisory authority (article 77)."),
    )


def rules_told(opened: Services, connection: ConnectionRow) -> ScoreRules | None:
    """The rules behind the score, where the CRM told them at the last sync."""
    last = opened.syncs.latest(connection.id)
    return last.synced.rules if last else None


def _left_out(turned: TurnedAway) -> tuple[str, ...]:
    if turned.kind == "excluded":
        return (
            gettext(
                "This record is left out of everything. %(why)s Its score is not checked, no field of it is "
                "kept and nothing is shown of it.",
                why=excluded_words(turned.reason),
            ),
            gettext(
                "Only the code in place of its id, this reason and the day on which the record was "
                "created are kept, so that it is counted among those left out."
            ),
        )
    return (
        gettext(
            "This record could not be used. %(why)s No field of it is kept; only the code in place of its id "
            "and this reason are.",
            why=rejected_words(turned.reason),
        ),
    )


def _origin(rules: InForce, crm: str, told: ScoreRules | None) -> Iterator[str]:
    column = rules.stream.score if rules.stream else None
    origin = next((rule.field for rule in rules.kept if rule.column == column), None)
    if origin:
        yield gettext(
            "The score is the field %(field)s. It comes from %(crm)s; Fairlead did not make it, and does not "
            "change it.",
            field=origin,
            crm=crm,
        )
    if told is not None and told.uses:
        names = sorted(told.fields)
        listed = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            listed = gettext("%(listed)s and %(n)s more", listed=listed, n=len(names) - NAMED)
        yield gettext("%(crm)s says that its rules look at: %(fields)s.", crm=crm, fields=listed)


def _threshold(found: OneLead, rules: InForce) -> Iterator[str]:
    stream = rules.stream
    if stream is None or stream.threshold is None or not stream.score:
        return
    way = gettext("at least") if stream.higher_is_better else gettext("at most")
    yield gettext(
        "A score of %(way)s %(threshold)s counts as selected: such leads are worked on first. Leads with the "
        "other scores come later, or not at all.",
        way=way,
        threshold=shortest(stream.threshold),
    )
    try:
        score = float(found.values.get(stream.score) or "")
    except ValueError:
        return
    selected = score >= stream.threshold if stream.higher_is_better else score <= stream.threshold
    counts = marked("The score held here is %(score)s, so that this lead counts as selected.")
    if not selected:
        counts = marked("The score held here is %(score)s, so that this lead counts as not selected.")
    yield gettext(counts, score=shortest(score))
