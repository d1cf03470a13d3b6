"""What an incident carries of roles, authority, approvals and handovers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from models.compiled import AuthorityRule, RoleRule
from models.people.authority import (
    ALL_OTHERS,
    BACKDATING,
    LINK_GRANTS,
    OVERRIDE,
    ApprovalRule,
    HandoverRule,
    LaterAuthority,
    PolicyOverrideRule,
)
from models.people.party import PartyKind, name_of
from models.people.schedule_overrides import OVERRIDE_SCHEDULE
from models.policy import Policy
from models.policy.sections.approvals import ApprovalEntry
from models.policy.sections.people import AuthorityEntry
from models.policy.sections.roles import RoleEntry
from models.policy.sections.schedules import ScheduleEntry
from models.policy.values.actions import parse_point
from models.policy.values.words import bare_name
from models.proof import Proof
from models.time.clock import Action, ActionKind, ClockSpec, OnRepeat, Target, Threshold
from models.time.clock_name import RoleClock
from models.time.moments import Derived, DerivedKind, parse_condition
from policies.compiling.timing import decided
from rules.people.naming.names import ACKNOWLEDGER, ANYONE, NOBODY, PEOPLE, RESPONDERS
from rules.people.permission.authority import AS_THAT
from rules.people.roles.leading import leading_role
from states.lifecycle import REPORTED

"""The key of authority that concerns no command, but overruling a refusal."""
SET_SEVERITY = "set_severity"
"""The command whose rules by severity go by the worse of two, before and after."""
ACKNOWLEDGED, ASSESSED = "acknowledged", "assessed"
DEPUTY = "deputy"
"""The word for the deputy of the role in actions of `unfilled`."""


def severities_of(policy: Policy, given: Iterable[str]) -> tuple[str, ...]:
    """The meant severities: the named ones, the `major` ones, or `any`."""
    return tuple(decided(policy, given))


def leading(policy: Policy) -> str | None:
    """The role that leads an incident."""
    return leading_role({name: role.leads for name, role in policy.roles.items()})


def default_of(policy: Policy, role: str) -> str | None:
    """Who takes a role by default; of another role that its default names, who takes that."""
    told = [role]
    while (default := policy.roles[told[-1]].default) in policy.roles:
        if default in told:
            return None
        told.append(default)
    return default


def could_hold(policy: Policy, role: str) -> tuple[str, ...]:
    """The people who hold a role without being asked, stand in for it, or are qualified for it."""
    entry, default = policy.roles[role], default_of(policy, role) or ""
    wanted = {*entry.qualification}
    found = [default, entry.deputy or ""]
    schedule = policy.schedules.get(name_of(default, PartyKind.SCHEDULE) or "")
    if schedule:
        found += schedule_people(schedule, policy.people)
    if entry.deputy in policy.roles and entry.deputy != role:
        found.append(default_of(policy, entry.deputy) or "")
    found += [name for name, p in policy.people.items() if wanted & {*p.teams, *p.skills}]
    return tuple(name for name in dict.fromkeys(found) if name in policy.people)


def schedule_people(schedule: ScheduleEntry, everybody: Iterable[str]) -> tuple[str, ...]:
    """The people whom a schedule can name; with a feed that may be everybody."""
    turns = (*((schedule.rotation,) if schedule.rotation else ()), *schedule.layers.values())
    named = [person for rotation in turns for person in rotation.people]
    named += [person for override in schedule.overrides for person in override.who]
    return (*named, *(everybody if schedule.ical else ()))


def reporters(policy: Policy, words: Iterable[str]) -> tuple[str, ...]:
    """Who may report, by name: instead of a role, the people who could hold it."""
    return tuple(
        dict.fromkeys(name for word in words for name in reporter_meant(policy, word) or (word,))
    )


def reporter_meant(policy: Policy, word: str) -> tuple[str, ...]:
    """The people whom the name of a person or a role means; empty if it means neither."""
    name = bare_name(word)
    if name in policy.people:
        return (name,)
    role = name in policy.roles and (name != word or name not in teams_of(policy))
    return could_hold(policy, name) or (word,) if role else ()


def teams_of(policy: Policy) -> tuple[str, ...]:
    """The teams of the policy's people."""
    return tuple(dict.fromkeys(team for p in policy.people.values() for team in p.teams))


def roles(policy: Policy) -> tuple[RoleRule, ...]:
    """The roles of the policy."""
    return tuple(_role(policy, name, entry) for name, entry in policy.roles.items())


def _role(policy: Policy, name: str, entry: RoleEntry) -> RoleRule:
    return RoleRule(
        name=name,
        required=_required(policy, entry),
        required_in={
            state: severities_of(policy, given) for state, given in entry.required_in.items()
        },
        when=entry.when,
        since=_since(entry),
        default=default_of(policy, name),
        at_least=entry.count.at_least,
        at_most=entry.count.at_most,
        qualification=entry.qualification,
        deputy=entry.deputy,
        not_also=entry.not_also,
        discouraged_with=entry.discouraged_with,
        duties=entry.duties,
        at_once=entry.at_once,
        remembered=True,
        passes=True,
    )


def _required(policy: Policy, entry: RoleEntry) -> dict[str, timedelta]:
    return {
        severity: entry.required[key] for severity, key in decided(policy, entry.required).items()
    }


def _since(entry: RoleEntry, first: str = REPORTED) -> str:
    """From when the time counts. If a flag must be raised, it counts from then at the earliest."""
    conditions = map(parse_condition, entry.when)
    flags = [flag.attribute for flag in conditions if flag.of_flag and not flag.negated]
    if len(flags) != 1:
        return first
    return f"later of {first} and {Derived(DerivedKind.FLAG, flags[0])}"


def _clock_since(entry: RoleEntry, default: str | None, required: dict[str, timedelta]) -> str:
    """From when the clock of a role counts.

    A role that is required at once may be taken later. It is late only from the acknowledgement on
    if the acknowledger takes it, or else from the end of the assessment, which waits for it.
    """
    by_somebody = default not in {None, ACKNOWLEDGER}
    if entry.unfilled or by_somebody or all(required.values()):
        return _since(entry)
    if default is None and any(required.values()):
        return _since(entry)
    return _since(entry, ACKNOWLEDGED if default else ASSESSED)


def role_clocks(policy: Policy) -> Iterator[ClockSpec]:
    """For each role that somebody must hold in time, the clock that measures it.

    A role that falls vacant must be filled again within the same time.
    """
    for name, entry in policy.roles.items():
        required = _required(policy, entry)
        default = default_of(policy, name)
        starts = _clock_since(entry, default, required)
        # If nobody takes a role by default, nobody can hold it at once, from the report on.
        asked = bool(entry.unfilled or default) or starts != _since(entry)
        within = {
            severity: Target(within=after) for severity, after in required.items() if after or asked
        }
        if within:
            yield ClockSpec(
                name=str(RoleClock(name)),
                starts=starts,
                stops=str(Derived(DerivedKind.ROLE, name)),
                within=within,
                thresholds=tuple(_thresholds(entry)),
                when=entry.when,
                on_repeat=OnRepeat.NEW,
                until="resolved",
            )


def _thresholds(entry: RoleEntry) -> Iterator[Threshold]:
    """What happens while it is not filled. At the limit, the first action asks the deputy."""
    points = dict(entry.unfilled)
    points.setdefault("100%", ())
    for point, actions in points.items():
        chain = tuple(_meant(entry, action) for action in actions)
        if point == "100%" and entry.deputy:
            asked = Action(kind=ActionKind.PAGE, target=entry.deputy)
            chain = chain if asked in chain else (asked, *chain)
        yield parse_point(point, chain)


def _meant(entry: RoleEntry, action: Action) -> Action:
    if action.target == DEPUTY and entry.deputy:
        return action.changed(target=entry.deputy)
    return action


SLOW_UPDATES, POST_UPDATE = "slow_updates", "post_update"
FOLLOWS = {**AS_THAT, SLOW_UPDATES: POST_UPDATE}
"""Commands that follow the rule of another one if the policy has none for them."""


def closed_by_default(policy: Policy) -> dict[str, AuthorityRule]:
    """Who may give or take authority, if the policy does not name the command."""
    leads = leading(policy)
    adopts = leads or (RESPONDERS if policy.people else NOBODY)
    return {
        "acknowledge": AuthorityRule(by=(RESPONDERS,)),
        "decline": AuthorityRule(by=(RESPONDERS,)),
        "dispute_acknowledgement": AuthorityRule(by=(leads or NOBODY,)),
        "assign_role": AuthorityRule(by=(RESPONDERS,)),
        "adopt_policy": AuthorityRule(by=(adopts,), needs_note=True),
    }


def authority(policy: Policy) -> dict[str, AuthorityRule]:
    """Who may give which command."""
    written = {
        name: authority_rule(policy, entry, name=name, changes=name == SET_SEVERITY)
        for name, entry in policy.authority.rules.items()
        if name not in (OVERRIDE, OVERRIDE_SCHEDULE)
    }
    slower = {SLOW_UPDATES: written[POST_UPDATE]} if POST_UPDATE in written else {}
    return closed_by_default(policy) | slower | written


def trust(policy: Policy) -> dict[str, tuple[Proof, ...]]:
    """The proofs that count, by command."""
    said = policy.authority.trust
    return {**said.of, **({ALL_OTHERS: said.default} if said.default else {})}


def link_grants(policy: Policy) -> tuple[str, ...]:
    """The commands that the link of a page grants."""
    said = policy.authority.by_link
    return LINK_GRANTS if said is None else said


def every_rule(policy: Policy) -> Iterator[AuthorityRule]:
    """Every rule of who may, including those for changes of severity."""
    yield from authority(policy).values()
    yield from changes_of_severity(policy)


def changes_of_severity(policy: Policy) -> tuple[AuthorityRule, AuthorityRule]:
    """Who may raise a severity, and who may lower it."""
    rules = policy.severity_rules
    return (
        authority_rule(policy, rules.raised, name=SET_SEVERITY, changes=True),
        authority_rule(policy, rules.lowered, name=SET_SEVERITY, changes=True),
    )


def _by(policy: Policy, entry: AuthorityEntry, name: str) -> tuple[str, ...]:
    """Who may: as the policy says, or the default if it does not name the command."""
    if "by" in entry.model_fields_set:
        return entry.by
    if name in FOLLOWS:
        other = FOLLOWS[name]
        return _by(policy, policy.authority.rules.get(other, AuthorityEntry()), other)
    closed = closed_by_default(policy).get(name)
    if closed:
        return closed.by
    return (PEOPLE,) if policy.people else (ANYONE,)


def authority_rule(
    policy: Policy, entry: AuthorityEntry, *, name: str, changes: bool
) -> AuthorityRule:
    """Who may, and what they must give with it; `changes` is set for a change of severity."""
    at = {severity: entry.at[key] for severity, key in decided(policy, entry.at).items()}
    return AuthorityRule(
        by=_by(policy, entry, name),
        at=at,
        when=tuple(entry.when.items()),
        later=tuple(
            LaterAuthority(after=after, by=by) for after, by in sorted(entry.after.items())
        ),
        reasons=entry.reasons,
        needs_note=entry.needs == "reason",
        by_the_worse=changes and bool(at),
    )


def policy_override(policy: Policy) -> PolicyOverrideRule | None:
    """Who may do what the policy refuses, for which commands and guards; by default, the lead."""
    entry = policy.authority.rules.get(OVERRIDE)
    if entry is None:
        return None
    by = entry.by if "by" in entry.model_fields_set else (leading(policy) or NOBODY,)
    return PolicyOverrideRule(by=by, commands=entry.commands, guards=entry.guards)


def approvals(policy: Policy) -> dict[str, ApprovalRule]:
    """Which commands need an approval, and whose."""
    return {
        name: ApprovalRule(
            by=entry.by,
            quorum=entry.quorum,
            within=entry.within,
            backups=entry.backups,
            timeout=entry.timeout,
            severities=severities_of(policy, entry.severities),
            when=entry.when,
            by_the_worse=name == SET_SEVERITY and bool(entry.severities),
        )
        for name, entry in all_approvals(policy).items()
    }


def all_approvals(policy: Policy) -> dict[str, ApprovalEntry]:
    """What needs an approval, by the name of its rule; includes backdated facts."""
    dated = policy.backdating.approved_by
    return {**policy.approvals, **({BACKDATING: dated} if dated else {})}


def handover(policy: Policy) -> HandoverRule | None:
    """How roles move from one person to another."""
    entry = policy.handover
    if entry is None:
        return None
    return HandoverRule(
        required=entry.required,
        accept_within=entry.accept_within,
        remind_after=entry.remind_after,
        at_shift_end=entry.remind_at_shift_end,
    )
