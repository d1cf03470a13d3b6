"""Conditions: whether an incident can have what they ask for."""

from collections.abc import Iterator

from models.base import ENGINE, MONITORING
from models.policy import Policy
from models.time.moments import Condition, parse_condition
from models.way_in import REPORTING, WayIn, way_of
from policies.compiling.timing import attributes
from policies.reading.findings import Finding, unknown
from policies.reading.tree import Loc
from rules.clocks.conditions import FIXED
from rules.people.naming.names import ANYONE


def misfits(policy: Policy, loc: Loc, text: str, *, key: bool = False) -> Iterator[Finding]:
    """What a condition asks for and no incident can have; with `key`, the condition is a key."""
    declared = attributes(policy)
    condition = parse_condition(text)
    name = condition.attribute
    for finding in unknown(loc, "attribute or flag", name, (*declared, *FIXED), key=key):
        own = f"{finding.instead}, or add it to flags or attributes"
        yield Finding(finding.loc, finding.what, own, key)
    if name in FIXED:
        yield from _of_every_incident(policy, loc, condition, key=key)
        return
    values = declared.get(name, ())
    for value in condition.values if values else ():
        yield from unknown(loc, f"value of {name}", value, values, key=key)


def _of_every_incident(
    policy: Policy, loc: Loc, condition: Condition, *, key: bool
) -> Iterator[Finding]:
    """What every incident has, if this value is impossible; nothing if any value is possible."""
    ways = {*REPORTING, WayIn.ENGINE}
    kind, known, add = {
        "service": ("service", tuple(policy.services), ", or add it to services"),
        "via": ("way in", tuple(sorted(ways)), ""),
        "reporter": ("reporter", _reporters(policy), ", or add them to people"),
    }[condition.attribute]
    for value in condition.values if known else ():
        for finding in unknown(loc, kind, value, known, key=key):
            meant = way_of(value) if kind == "way in" else None
            instead = f"write via={meant}" if meant else f"{finding.instead}{add}"
            yield Finding(finding.loc, finding.what, instead, key)


def _reporters(policy: Policy) -> tuple[str, ...]:
    """Who can report; nobody if anybody can, including people whom the policy does not know."""
    said = policy.reporting
    who = (*said.who, *(w for ws in said.who_at.values() for w in ws)) if said else (ANYONE,)
    return () if ANYONE in who else (*policy.people, MONITORING.name, ENGINE.name)


def implies(one: Condition, other: Condition) -> bool:
    """Whether a condition can only be true while another is."""
    if one.attribute != other.attribute:
        return False
    mine, others = set(one.values), set(other.values)
    if one.negated:
        return other.negated and others <= mine
    return not mine & others if other.negated else mine <= others
