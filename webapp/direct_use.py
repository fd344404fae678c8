"""What the CRM's own rules of a score look at, as evidence beside the proxies: direct use of an attribute."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution
from audit.schema import Stream
from connectors.policy.model import Policy
from connectors.scorerules import ScoreRules

DIRECT, RULES = "direct_use", "score_rules"
# Groups that HubSpot has a property for, which a policy need not read.
PERSONAL = frozenset(
    {"gender", "date_of_birth", "marital_status", "relationship_status", "military_status", "salutation"}
    | {"ip_country", "ip_state", "ip_city", "country", "state", "city", "zip", "hs_language", "degree"}
)
NAMED = 12


def direct_use(rules: ScoreRules | None, policy: Policy, stream: Stream) -> tuple[Caution, ...]:
    """What to say of the rules behind the score; nothing where the CRM does not tell them."""
    if rules is None or not rules.uses:
        return ()
    return tuple(_cautions(rules, policy, stream))


def _cautions(rules: ScoreRules, policy: Policy, stream: Stream) -> Iterator[Caution]:
    fields = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    compared = {one.column or one.name: one.name for one in stream.attributes}
    used = {fields[column]: name for column, name in compared.items() if fields.get(column) in rules.fields}
    for field, name in sorted(used.items()):
        yield _caution(
            DIRECT,
            f"The rules of the score {rules.name} look at {name} directly (property {field}"
            f"{_in(rules, field)}): a gap by it is made by a rule that your portal's admin can change.",
            rules,
            (field,),
        )
    if unread := sorted((rules.fields & PERSONAL) - set(fields.values())):
        yield _caution(
            DIRECT,
            f"The rules of the score {rules.name} look at {', '.join(unread)}, which the policy does not "
            "read: what that does to the score cannot be measured here.",
            rules,
            tuple(unread),
        )
    names = sorted(rules.fields)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    yield _caution(
        RULES,
        f"The score {rules.name} is made by rules over {', '.join(names[:NAMED])}{more}.",
        rules,
        tuple(names),
    )


def _in(rules: ScoreRules, field: str) -> str:
    groups = sorted({group for name, group in rules.uses if name == field and group})
    return f", in {', '.join(groups)}" if groups else ""


def _caution(code: str, text: str, rules: ScoreRules, names: tuple[str, ...]) -> Caution:
    changed = (("rules_changed_at", rules.changed_at),) if rules.changed_at else ()
    return Caution(
        code=code, text=text, evidence=(("score", rules.name), ("properties", ", ".join(names)), *changed)
    )
