"""Who may do what: commands, the override, approvals, handovers."""

from collections.abc import Iterable, Iterator, Sequence

from models.command import COMMANDS
from models.people.authority import ALL_OTHERS, OVERRIDE
from models.people.party import Party, PartyKind, name_of, party_named
from models.people.rule_name import RuleName, rule_named
from models.people.schedule_overrides import OVERRIDE_SCHEDULE
from models.policy import Policy
from models.policy.sections.approvals import ApprovalEntry
from models.policy.sections.people import AuthorityEntry
from models.proof import Proof
from models.time.moments import parse_condition
from policies.checks.conditions import misfits
from policies.compiling import timing
from policies.compiling.responsibility import default_of, teams_of
from policies.compiling.timing import ANY, MAJOR
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc
from rules.commands.lifecycle_facts import OVERRULABLE
from rules.people.naming.names import ANYONE, NOBODY, PEOPLE, RESPONDERS
from rules.people.permission.authority import REOPEN, REOPENED_FROM, SET_ATTRIBUTE, SET_MILESTONE
from rules.people.roles.assigning import HANDOVER

LINK = "link"
POST_UPDATE = "post_update"
_NO_CONDITION: dict[tuple[str | int, str], tuple[str, str]] = {
    (SET_MILESTONE, "milestone"): (
        "no condition can ask which milestone it is",
        f"write {SET_MILESTONE}:MILESTONE beside {SET_MILESTONE}",
    ),
    ("hold", "reason"): (
        "a rule cannot depend on the reason of a hold",
        "name who may hold",
    ),
}
"""Conditions that a command cannot have, and what to write instead."""
_ANSWERS = ("approve", "reject")
_OF_THE_OVERRIDE = ("commands", "guards")


def commands() -> tuple[str, ...]:
    """The commands that people may give."""
    return tuple(name for name, spec in COMMANDS.items() if not spec.internal)


def named(policy: Policy, loc: Loc, words: Sequence[str]) -> Iterator[Finding]:
    """Everybody named exists: a role, a person, a team, somebody on call."""
    known = (ANYONE, PEOPLE, RESPONDERS, NOBODY, *policy.roles, *policy.people)
    for index, word in enumerate(words):
        where = (*loc, index)
        match party_named(word):
            case Party(PartyKind.TEAM, team):
                yield from unknown(where, "team", team, teams_of(policy))
            case Party(PartyKind.ON_CALL, schedule):
                yield from unknown(where, "schedule", schedule, policy.schedules)
            case Party(PartyKind.ROLE, role):
                yield from unknown(where, "role", role, policy.roles)
            case Party(PartyKind.PERSON, person):
                yield from unknown(where, "person", person, policy.people)
            case _:
                yield from unknown(where, "role or person", word, known)
    if NOBODY in words and len(words) > 1:
        what = f"{NOBODY} must not be in a list with other names"
        yield Finding(loc, what, f"write {NOBODY} alone, or leave it out", key=True)


def _somebody(policy: Policy, loc: Loc, words: Sequence[str], what: str) -> Iterator[Finding]:
    """Everybody named exists, and it is not nobody."""
    yield from named(policy, loc, words)
    if NOBODY in words:
        yield Finding(loc, what, "name somebody, or leave it out", key=True)


def _rules(policy: Policy) -> Iterator[tuple[Loc, AuthorityEntry]]:
    yield from ((("authority", name), entry) for name, entry in policy.authority.rules.items())
    yield ("severity_rules", "raise"), policy.severity_rules.raised
    yield ("severity_rules", "lower"), policy.severity_rules.lowered


def _certain(policy: Policy) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The commands that can have a rule for one part alone: the kind of part, and the parts."""
    return {
        SET_MILESTONE: ("milestone", policy.milestones),
        SET_ATTRIBUTE: ("attribute or flag", tuple(timing.attributes(policy))),
        REOPEN: ("state to reopen from", tuple(state.value for state in REOPENED_FROM)),
    }


def authorities(policy: Policy) -> Iterator[Finding]:
    """Authority names commands that exist, and gives them to somebody who exists."""
    for name in policy.authority.rules:
        rule: Loc = ("authority", name)
        named_so = rule_named(name)
        known = (*commands(), OVERRIDE, OVERRIDE_SCHEDULE)
        yield from unknown(rule, "command", named_so.command, known, key=True)
        yield from _part_known(policy, rule, named_so)
    for loc, entry in _rules(policy):
        if loc == ("authority", LINK) and set(entry.by) <= set(commands()):
            what = f"{LINK} says who may relate incidents, and these are commands"
            instead = "write by_link for the commands that the link of a page grants"
            yield Finding(loc, what, instead, key=True)
            continue
        yield from named(policy, (*loc, "by"), entry.by)
        yield from _exceptions(policy, loc, entry)
        if entry.reasons and loc != ("authority", "cancel"):
            where = (*loc, "reasons")
            yield Finding(where, "only cancel takes reasons", "remove it", key=True)


def _part_known(policy: Policy, loc: Loc, rule: RuleName) -> Iterator[Finding]:
    known = _certain(policy).get(rule.command)
    if rule.part is not None and known:
        kind, names = known
        yield from unknown(loc, kind, rule.part, names, key=True)
    elif rule.part is not None:
        what = f"only {', '.join(_certain(policy))} are given by what comes after a colon"
        yield Finding(loc, what, f"write {rule.command}", key=True)


def claims_counted(policy: Policy) -> tuple[str, ...]:
    """The commands for which the policy accepts a claim."""
    said = policy.authority.trust
    counted = {ALL_OTHERS: said.default or (), **said.of}
    return tuple(name for name, counts in counted.items() if Proof.CLAIMED in counts)


def trust(policy: Policy) -> Iterator[Finding]:
    """Proofs are required for commands that exist; a claim is no proof."""
    said, loc = policy.authority.trust, ("authority", "trust")
    for name in said.of:
        known = (*commands(), OVERRIDE, OVERRIDE_SCHEDULE, ALL_OTHERS)
        yield from unknown((*loc, name), "command", name, known, key=True)
    for name in claims_counted(policy):
        what = "a claim counts: anybody who reaches a way in may say any name"
        where = (*loc, name) if name in said.model_fields_set or name in said.of else loc
        yield warning(where, what, "leave out claimed, unless only loopback is reached")


def links(policy: Policy) -> Iterator[Finding]:
    """A link grants commands that exist, and that count with a link."""
    said, loc = policy.authority, ("authority", "by_link")
    for index, name in enumerate(said.by_link or ()):
        yield from unknown((*loc, index), "command", name, (*commands(), OVERRIDE))
        counts = said.trust.of.get(name) or said.trust.default
        if counts and Proof.LINK not in counts:
            what = f"a link grants {name}, but trust does not let a link count for it"
            yield warning((*loc, index), what, "leave it out, or add link to its trust")


def severity_never_meant(policy: Policy) -> Iterator[Finding]:
    """A change of severity goes by the worse of two, which is never the least bad one."""
    *_, least = policy.severities
    rules = policy.severity_rules
    for name, entry in (("raise", rules.raised), ("lower", rules.lowered)):
        if least in entry.at:
            loc = ("severity_rules", name, least)
            what = f"of two severities {least} is never the worse, so this never counts"
            yield warning(loc, what, "name the worse of the severities before and after", key=True)


def _exceptions(policy: Policy, loc: Loc, entry: AuthorityEntry) -> Iterator[Finding]:
    """Who may at a severity, under a condition, or after some time."""
    own = tuple(name for name in AuthorityEntry.model_fields if name != "by")
    for severity, by in entry.at.items():
        known = (*policy.severities, MAJOR, ANY)
        if severity in known:
            yield from named(policy, (*loc, severity), by)
        else:
            where = (*loc, severity)
            yield from unknown(where, "severity or key", severity, (*known, *own), key=True)
    for condition, by in entry.when.items():
        where = (*loc, "when", condition)
        cannot = _NO_CONDITION.get((loc[-1], parse_condition(condition).attribute))
        if cannot:
            yield Finding(where, *cannot, key=True)
        else:
            yield from misfits(policy, where, condition, key=True)
        yield from named(policy, where, by)
    for by in entry.after.values():
        yield from _somebody(policy, (*loc, "after"), by, "nobody may do this after that time")
    for key in _OF_THE_OVERRIDE:
        if getattr(entry, key) and loc != ("authority", OVERRIDE):
            yield Finding((*loc, key), f"only override says {key}", "remove it", key=True)


def quiet_alerts(policy: Policy) -> Iterator[Finding]:
    """What nobody may do, alerts that have become quiet do not do either."""
    trigger = policy.alerts.when_quiet
    entry = policy.authority.rules.get(trigger)
    if entry is None:
        return
    groups = {"": entry.by, **entry.at}
    never = [severity for severity, by in groups.items() if by == (NOBODY,)]
    if never:
        at = f" at {', '.join(never)}" if all(never) else ""
        what = f"nobody may {trigger}{at}, so quiet alerts do not {trigger} it either"
        instead = f"let somebody {trigger}, or write when_quiet: record"
        yield warning(("alerts", "when_quiet"), what, instead)


def policy_override(policy: Policy) -> Iterator[Finding]:
    """What people can override exists, and not everybody may."""
    entry = policy.authority.rules.get(OVERRIDE)
    if entry is None:
        return
    loc: Loc = ("authority", OVERRIDE)
    for index, name in enumerate(entry.commands):
        yield from unknown((*loc, "commands", index), "command", name, commands())
    for index, name in enumerate(entry.guards):
        known = (*(guard.value for guard in OVERRULABLE), HANDOVER)
        yield from unknown((*loc, "guards", index), "guard", name, known)
    said = "by" in entry.model_fields_set
    if not said and not policy.roles:
        yield warning(loc, "nobody may override, because no role leads", "add by: WHO", key=True)
    if said and ANYONE in entry.by:
        what = "anyone may override what the policy refuses"
        yield warning(loc, what, "add by: ROLE", key=True)


def schedule_overrides(policy: Policy) -> Iterator[Finding]:
    """Who may override a schedule does not depend on an incident, and there is a schedule."""
    entry = policy.authority.rules.get(OVERRIDE_SCHEDULE)
    if entry is None:
        return
    loc: Loc = ("authority", OVERRIDE_SCHEDULE)
    said = [*entry.at, *(name for name in ("when", "after", "needs") if getattr(entry, name))]
    for name in said:
        what = "a schedule is overridden without an incident, and always with a reason"
        yield Finding((*loc, name), what, "name only who may, with by", key=True)
    if not policy.schedules:
        yield warning(loc, "there is no schedule to override", "leave it out", key=True)
    gives = _roles_by_schedule(policy) if {ANYONE, PEOPLE} & {*entry.by} else ()
    if gives:
        what = f"who is on call gets {', '.join(gives)}: everybody can take it by an override"
        yield warning(loc, what, f"name fewer, such as {RESPONDERS}", key=True)


def _roles_by_schedule(policy: Policy) -> tuple[str, ...]:
    """The roles that the person on call by a schedule gets."""
    defaults = {name: default_of(policy, name) or "" for name in policy.roles}
    return tuple(name for name, by in defaults.items() if name_of(by, PartyKind.SCHEDULE))


def approvals(policy: Policy) -> Iterator[Finding]:
    """Approvals concern commands that exist, and enough people can approve."""
    for name, entry in policy.approvals.items():
        loc: Loc = ("approvals", name)
        rule = rule_named(name)
        yield from unknown(loc, "command", rule.command, commands(), key=True)
        if rule.command in _ANSWERS:
            what = f"{rule.command} answers a request, so it cannot need approval itself"
            yield Finding(loc, what, f"say who may with authority: {rule.command}", key=True)
        if rule.part is not None and rule.command == POST_UPDATE:
            known = policy.communication.audiences if policy.communication else ()
            yield from unknown(loc, "audience", rule.part, known, key=True)
        elif rule.part is not None:
            what = f"only {POST_UPDATE} is approved by audience"
            yield Finding(loc, what, f"write {rule.command}", key=True)
        yield from _approvers(policy, loc, entry)


def _approvers(policy: Policy, loc: Loc, entry: ApprovalEntry) -> Iterator[Finding]:
    """Approvers exist, and the cases in which the engine asks them can happen."""
    yield from _somebody(policy, (*loc, "by"), entry.by, "nobody can approve this")
    for index, backup in enumerate(entry.backups):
        where = (*loc, "backups", index)
        yield from _somebody(policy, where, backup, "nobody is asked after that time")
    for index, severity in enumerate(entry.severities):
        known_now = (*policy.severities, MAJOR, ANY)
        yield from unknown((*loc, "severities", index), "severity", severity, known_now)
    for index, text in enumerate(entry.when):
        yield from misfits(policy, (*loc, "when", index), text)
    yield from _quorum(policy, loc, entry)


def backdating(policy: Policy) -> Iterator[Finding]:
    """People who exist approve a fact that is dated far back, later than it needs a reason."""
    entry, loc = policy.backdating, ("backdating",)
    if entry.approved_by:
        yield from _approvers(policy, (*loc, "approved_by"), entry.approved_by)
    if entry.approval_after is not None and entry.approval_after < entry.reason_after:
        what = "an approval is needed sooner than a reason"
        yield warning((*loc, "reason_after"), what, "write a shorter reason_after", key=True)


def _quorum(policy: Policy, loc: Loc, entry: ApprovalEntry) -> Iterator[Finding]:
    """Enough people can approve, besides the person who asks."""
    words = (*entry.by, *(word for backup in entry.backups for word in backup))
    people = _people(policy, words)
    if people is not None and len(people) < entry.quorum:
        what = f"only {len(people)} can approve this, and {entry.quorum} must"
        yield Finding((*loc, "quorum"), what, "name more people, or require fewer", key=True)
    elif people is not None and len(people) == entry.quorum:
        what = "when one of those who approve asks for it, too few are left to approve"
        yield warning(loc, what, "name one more, or a backup", key=True)


def _people(policy: Policy, words: Iterable[str]) -> set[str] | None:
    """Everybody whom words name; None if that depends on the incident."""
    found: set[str] = set()
    for word in words:
        team = name_of(word, PartyKind.TEAM)
        if word in policy.people:
            found.add(word)
        elif team is not None:
            found |= {name for name, person in policy.people.items() if team in person.teams}
        else:
            return None
    return found


def handovers(policy: Policy) -> Iterator[Finding]:
    """An offer that nobody accepts ends, and something knows when shifts end."""
    entry = policy.handover
    if entry is None:
        return
    if entry.accept_within is None:
        what = "a handover that nobody accepts stays open"
        yield warning(("handover", "accept_within"), what, "add accept_within: 15m", key=True)
    if entry.remind_at_shift_end and not policy.schedules:
        loc = ("handover", "remind_at_shift_end")
        what = "no shift can end, because there is no schedule"
        yield Finding(loc, what, "add schedules, or remind_after: 8h", key=True)


CHECKS: tuple[Check, ...] = (
    authorities,
    trust,
    links,
    severity_never_meant,
    quiet_alerts,
    policy_override,
    schedule_overrides,
    approvals,
    backdating,
    handovers,
)
