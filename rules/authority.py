"""Who may do what, by the policy's authority rules."""

from models.base import ENGINE, MONITORING, Actor
from models.compiled import AuthorityRule, CompiledPolicy
from models.incident import Incident


def responders(policy: CompiledPolicy) -> frozenset[str]:
    """The people whom the escalation can page."""
    ladders = policy.escalation.ladders if policy.escalation else ()
    targets = (t for ladder in ladders for level in ladder.levels for t in level.page)
    return frozenset(t.removeprefix("person:") for t in targets if t.startswith("person:"))


def _covers(entry: str, actor: Actor, incident: Incident, policy: CompiledPolicy) -> bool:
    if entry == "anyone":
        return True
    if entry == "responders":
        return actor.name in responders(policy)
    if entry == MONITORING.name:
        return actor == MONITORING
    return actor.name == entry.removeprefix("person:") or incident.holder(entry) == actor.name


def permitted(
    rule: AuthorityRule, actor: Actor, incident: Incident, policy: CompiledPolicy
) -> bool:
    """Whether `actor` may. The engine may by policy, and monitoring feeds its own incidents."""
    if actor in (ENGINE, MONITORING):
        return True
    return any(_covers(entry, actor, incident, policy) for entry in rule.by)


def who_may(rule: AuthorityRule, incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Who may, in words: a role with its holder, `responders` with their names."""
    words = []
    for entry in rule.by:
        if entry == "responders":
            words.append(f"responders ({', '.join(sorted(responders(policy)))})")
        elif policy.role(entry):
            words.append(f"{entry} ({incident.holder(entry) or 'nobody yet: assign_role'})")
        else:
            words.append(entry.removeprefix("person:"))
    return tuple(words)


def rule_for(policy: CompiledPolicy, command: str) -> AuthorityRule:
    """The policy's rule for a command; anyone may what it does not name."""
    return policy.authority.get(command, AuthorityRule())
