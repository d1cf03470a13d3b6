"""Compiles the written policy to what an incident carries and what intake decides by."""

import hashlib
from collections.abc import Iterator

from models.alert import GroupingPolicy
from models.compiled import (
    BOUND_BYTES,
    LATEST_EDITION,
    Audience,
    CompiledPolicy,
    FactsRule,
    OwnPlace,
    Person,
    ReviewRule,
    Step,
    Subscriber,
)
from models.intake import IntakeRules, LabelSeverity, ReportingRule
from models.messages.channel_kinds import EDITING, MAKES_PLACES
from models.people.workload import PageLimits
from models.policy import Policy
from policies.compiling import responsibility, severity_rules, timing
from policies.compiling.escalations import compiled_escalation
from policies.compiling.identities import identities_of
from policies.compiling.schedules import schedules_in_use


class PolicyTooLarge(Exception):  # noqa: N818 - says what is
    """The compiled policy is too large for every run of every incident to carry."""


def content_hash(source: bytes) -> str:
    """The SHA-256 of a policy file's bytes, in hexadecimal. An incident names its policy by it."""
    return hashlib.sha256(source).hexdigest()


def compile_policy(policy: Policy, policy_hash: str, service: str | None = None) -> CompiledPolicy:
    """What an incident of `service` carries of a checked policy.

    Raises PolicyTooLarge above 64 KiB.
    """
    escalation = compiled_escalation(policy, service)
    compiled = CompiledPolicy(
        name=policy.policy,
        version=policy.version,
        policy_hash=policy_hash,
        severities=tuple(policy.severities),
        **_severity(policy),
        people=people_of(policy),
        fallbacks={n: c.fallback for n, c in policy.channels.items() if c.fallback},
        paging_channels=policy.paging.channels if policy.paging else (),
        page_limits=page_limits(policy),
        live=tuple(name for name, entry in policy.channels.items() if entry.kind in EDITING),
        own_places=dict(_own_places(policy)),
        steps=tuple(_steps(policy)),
        roles=responsibility.roles(policy),
        leading=responsibility.leading(policy),
        escalation=escalation,
        schedules=schedules_in_use(policy, escalation),
        **_authority(policy),
        override=responsibility.policy_override(policy),
        approvals=responsibility.approvals(policy),
        handover=responsibility.handover(policy),
        **_timed(policy),
        hold_reasons=policy.holds.reasons,
        **_communication(policy),
        milestones=policy.milestones,
        dates=policy.dates,
        attributes=timing.attributes(policy),
        **_told(policy),
        review=_review(policy),
        **_alerts(policy),
        **_record(policy),
    )
    _weighed(compiled)
    return compiled


def _record(policy: Policy) -> dict[str, object]:
    said = policy.record
    if said is None:
        return {}
    return {**_given(retention=said.retention), "names_in_search": said.names_in_search}


def _authority(policy: Policy) -> dict[str, object]:
    """Who may give which command, how they must be known, and what a link grants."""
    return {
        "authority": responsibility.authority(policy),
        "trust": responsibility.trust(policy),
        "link_grants": responsibility.link_grants(policy),
    }


def _alerts(policy: Policy) -> dict[str, object]:
    """When alerts make an incident, and what they do to existing incidents."""
    return {
        "grouping": _grouping(policy),
        "when_alerts_quiet": policy.alerts.when_quiet,
        "when_alerts_join": policy.alerts.when_joined,
    }


def people_of(policy: Policy) -> dict[str, Person]:
    """The people of a policy as the engine addresses them."""
    return {
        name: Person(
            name=name,
            email=person.email,
            channels=person.page_by,
            zone=person.zone if "zone" in person.model_fields_set else None,
            teams=person.teams,
            skills=person.skills,
            limit=person.limit,
            handles={"slack": person.slack} if person.slack else {},
        )
        for name, person in policy.people.items()
    }


def page_limits(policy: Policy) -> PageLimits:
    """How often the engine pages everybody, and channels that levels page, over all incidents."""
    own = {name: entry.limit for name, entry in policy.channels.items() if entry.limit}
    return PageLimits(person=policy.paging.limit if policy.paging else None, channels=own)


def _weighed(compiled: CompiledPolicy) -> None:
    size = len(compiled.model_dump_json().encode())
    if size > BOUND_BYTES:
        raise PolicyTooLarge(
            f"the policy {compiled.name} compiles to {size / 1024:.0f} KiB; an incident carries at "
            f"most {BOUND_BYTES // 1024} KiB: shorten steps, or split it into several policies"
        )


def compile_intake(policy: Policy) -> IntakeRules:
    """What the ways in decide by: grouping, severity from labels, reporters, who is who."""
    return IntakeRules(
        grouping=_grouping(policy),
        severity=LabelSeverity(
            severities=tuple(policy.severities),
            default=_default_severity(policy),
            labels=policy.severity_rules.from_labels,
        ),
        reporting=_reporting(policy),
        ignore=policy.alerts.ignore,
        identities=identities_of(policy),
    )


def _reporting(policy: Policy) -> ReportingRule:
    people = {name: person.teams for name, person in policy.people.items()}
    said = policy.reporting
    if said is None:
        return ReportingRule(people=people, reserves_teams=True)
    at = timing.decided(policy, said.who_at)
    return ReportingRule(
        who=responsibility.reporters(policy, said.who),
        at={
            severity: responsibility.reporters(policy, said.who_at[key])
            for severity, key in at.items()
        },
        channels=said.channels,
        required=said.required,
        people=people,
        reserves_teams=True,
    )


def _told(policy: Policy) -> dict[str, object]:
    """Which reports the engine accepts, how far back people may date facts, and in which zone."""
    facts = FactsRule(
        reason_after=policy.backdating.reason_after,
        approval_after=policy.backdating.approval_after,
        report_stays=True,
    )
    since = (
        "closes_detours",
        "people_attend",
        "a_raise_pages_alone",
        "judges_in_full",
        "demands_wait",
    )
    told = {"reporting": _reporting(policy), "facts": facts, "time_zone": policy.time_zone}
    return {**told, **dict.fromkeys(since, True), "edition": LATEST_EDITION.value}


def _given(**values: object) -> dict[str, object]:
    """Only what the policy says: for the rest, the default of the model stays."""
    return {name: value for name, value in values.items() if value is not None}


def _default_severity(policy: Policy) -> str:
    return policy.severity_rules.default or next(iter(policy.severities))


def _severity(policy: Policy) -> dict[str, object]:
    """How an incident gets its severity, and who may change it."""
    rules = policy.severity_rules
    raised, lowered = responsibility.changes_of_severity(policy)
    return {
        "default_severity": _default_severity(policy),
        "severity_rules": severity_rules.compiled(policy),
        "raise_severity": raised,
        "lower_severity": lowered,
        "when_raised": timing.running_clocks(rules.raised.running_clocks),
        "when_lowered": timing.running_clocks(rules.lowered.running_clocks),
    }


def _timed(policy: Policy) -> dict[str, object]:
    return {
        "calendars": timing.calendars_in_use(policy),
        "clocks": (*timing.clocks(policy), *responsibility.role_clocks(policy)),
        "metrics": timing.metrics(policy),
    }


def _steps(policy: Policy) -> Iterator[Step]:
    for state, entries in policy.steps.items():
        for entry in entries:
            yield Step(
                id=entry.name, do=entry.do, by=entry.by, state=state, required=entry.required
            )


def _communication(policy: Policy) -> dict[str, object]:
    """Whom the engine tells, and who sees to it."""
    return {
        "audiences": tuple(_audiences(policy)),
        "subscribers": tuple(_subscribers(policy)),
        "communication_lead": policy.communication.lead if policy.communication else None,
        "late_updates": timing.late_updates(policy),
    }


def _audiences(policy: Policy) -> Iterator[Audience]:
    communication = policy.communication
    if communication is None:
        return
    for name, audience in communication.audiences.items():
        yield Audience(
            name=name,
            channels=audience.channels,
            on=audience.on,
            rhythms=timing.rhythms(policy, communication.updates.get(name, {})),
            sees=audience.sees,
        )


def _own_places(policy: Policy) -> Iterator[tuple[str, OwnPlace]]:
    every = tuple(policy.severities)
    for name, entry in policy.channels.items():
        own = entry.own_channel
        if own and entry.kind in MAKES_PLACES:
            last = own.at_least or every[-1]
            severities = every[: every.index(last) + 1]
            yield name, OwnPlace(severities=severities, private=own.private)


def _subscribers(policy: Policy) -> Iterator[Subscriber]:
    every = tuple(policy.severities)
    told = policy.communication.subscribers if policy.communication else {}
    for name, entry in told.items():
        yield Subscriber(
            name=name,
            channel=entry.channel,
            on=entry.on,
            severities=every[: every.index(entry.at_least) + 1] if entry.at_least else (),
            when=entry.when,
            sees=entry.sees,
        )


def _review(policy: Policy) -> ReviewRule:
    review = policy.review
    if review is None:
        return ReviewRule()
    asked = timing.decided(policy, review.required)
    return ReviewRule(
        required={s: review.required[key] for s, key in asked.items()},
        led_by=review.led_by,
        attendees=review.attendees,
        aspects=review.aspects,
        documents=review.documents,
        lessons=review.lessons,
        action_items=review.action_items,
    )


def _grouping(policy: Policy) -> GroupingPolicy:
    alerts = policy.alerts
    return GroupingPolicy(
        open_after_count=alerts.open.after_count,
        **_given(
            open_after=alerts.open.after,
            reopen_within=alerts.reopen_within,
            settle_after=alerts.settle_after,
            repeats_every=alerts.repeats_every,
            quiet_after=alerts.quiet_after,
        ),
    )
