"""Conditions: whether what they ask of an incident can be said of one."""

from collections.abc import Iterator

from models.moments import Condition, parse_condition
from models.policy import Policy
from policies.findings import Finding, unknown
from policies.timing import attributes
from policies.tree import Loc
from rules.conditions import FIXED


def misfits(policy: Policy, loc: Loc, text: str, *, key: bool = False) -> Iterator[Finding]:
    """What a condition asks for and no incident can have; with `key`, it stands there as a key."""
    declared = attributes(policy)
    condition = parse_condition(text)
    name = condition.attribute
    for finding in unknown(loc, "attribute or flag", name, (*declared, *FIXED), key=key):
        own = f"{finding.instead}, or add it to flags or attributes"
        yield Finding(finding.loc, finding.what, own, key)
    values = declared.get(name, ())
    for value in condition.values if values else ():
        yield from unknown(loc, f"value of {name}", value, values, key=key)


def implies(one: Condition, other: Condition) -> bool:
    """Whether a condition can only be true while another is."""
    if one.attribute != other.attribute:
        return False
    mine, others = set(one.values), set(other.values)
    if one.negated:
        return other.negated and others <= mine
    return not mine & others if other.negated else mine <= others
