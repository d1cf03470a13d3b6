"""Who may report an incident, and what a report must contain."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.intake import ReportingRule
from models.people.party import PartyKind, name_of
from models.policy.values.words import suggestion
from models.readable import blank
from models.way_in import channel_of
from rules.commands.beginning.first_record import first_severity
from rules.people.naming.mistaken_names import wrong_reporter
from rules.people.naming.names import did_you_mean
from rules.record.decision import Refusal
from rules.severity.attributes import attributes_reported, wrong_attributes
from rules.severity.rating import by_attributes
from rules.wording.sentences import sentences

INFORMATION: tuple[str, ...] = ("title", "nature", "affected_systems", "severity", "service")
"""The information that a policy can require of a report."""

LOOKING_BACK = timedelta(days=366)
"""Facts may come late and lie before the report; one further back than this is a mistake."""

REPORT_DIGEST = "report_digest"
"""The name under which the memo of an incident keeps the digest of its report."""

NOT_ASKED = (MONITORING, ENGINE)
"""Reporters that report what they must: they are asked for nothing more and never turned away."""


def missing_information(report: Report, policy: CompiledPolicy) -> tuple[str, ...]:
    """The title and the information required by the policy, as far as the report lacks them.

    Attributes that give a severity count as one. Monitoring and the engine report what they can,
    because no alert may be lost for want of a field.
    """
    if report.reporter in NOT_ASKED:
        return ()
    required = policy.reporting.required
    attributes = attributes_reported(report, policy)
    said = {
        "title": not blank(report.title),
        "nature": not blank(report.nature),
        "affected_systems": any(not blank(name) for name in report.affected_systems),
        "severity": report.severity or by_attributes(policy, attributes),
    }
    known = {**attributes, **said}
    return tuple(name for name in dict.fromkeys(("title", *required)) if not known.get(name))


def wrong_information(report: Report, policy: CompiledPolicy) -> tuple[tuple[str, str], ...]:
    """What the policy does not accept in a report: each field, and what is wrong with it.

    Unknown values from alerts are left out when the incident is opened.
    """
    if report.reporter in NOT_ASKED:
        return ()
    wrong = [(f"attributes.{n}", why) for n, why in wrong_attributes(report.attributes, policy)]
    name = wrong_reporter(report, policy)
    if name:
        wrong.insert(0, ("reporter", name))
    if report.severity is not None and report.severity not in policy.severities:
        known = suggestion(report.severity, policy.severities)
        wrong.insert(0, ("severity", f"the policy has no severity {report.severity!r}; {known}"))
    return tuple(wrong)


def refusal_of_report(report: Report, policy: CompiledPolicy) -> Refusal | None:
    """The refusal if the policy does not accept a report: all at once, and who may report."""
    rule = policy.reporting
    if report.reporter in NOT_ASKED:
        return None
    severity = first_severity(report, policy).severity
    may = may_report(report.reporter, rule, severity)
    missing = missing_information(report, policy)
    words = [why for _, why in wrong_information(report, policy)]
    if missing:
        words.insert(0, f"the report lacks what the policy requires: {', '.join(missing)}")
    if not may:
        words.insert(0, not_allowed(report.reporter, rule, severity))
    if not words:
        return None
    kind = "Refused" if may else "NotAuthorised"
    return Refusal(
        kind, sentences(words), missing, may=() if may else who_may_report(rule, severity)
    )


def who_may_report(rule: ReportingRule, severity: str | None) -> tuple[str, ...]:
    """Who may report at a severity."""
    return rule.at.get(severity or "", rule.who)


def not_allowed(reporter: Actor, rule: ReportingRule, severity: str | None = None) -> str:
    """The message that somebody may not report; it says who may, and by which ways in."""
    channel = channel_of(reporter.via)
    ways = f"; by: {', '.join(rule.channels)}" if rule.channels else ""
    at = f" a {severity}" if severity in rule.at else ""
    whom = f"{reporter.name} to report{at} by {channel}"
    allowed = f"{', '.join(who_may_report(rule, severity))}{ways}"
    hint = did_you_mean(reporter.name, rule.people)
    return f"the policy does not allow {whom}; it allows: {allowed}{hint}"


def wrong_start(happened_at: datetime | None, now: datetime) -> str | None:
    """What is wrong with the instant at which a report says that it began, if anything."""
    if happened_at is None:
        return None
    if happened_at > now:
        return "lies in the future"
    if happened_at < now - LOOKING_BACK:
        return f"lies more than {LOOKING_BACK.days} days back"
    return None


def long_past(report: Report, now: datetime) -> Refusal | None:
    """The refusal of a report about a time long ago."""
    if report.happened_at is None or report.happened_at >= now - LOOKING_BACK:
        return None
    problem = wrong_start(report.happened_at, now)
    return Refusal("Malformed", f"report.happened_at: {problem}", ("happened_at",))


def report_digest(report: Report) -> str:
    """The digest of a report; fields that later versions add do not change it."""
    said = report.model_dump(mode="json", exclude_defaults=True)
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _named(reporter: Actor, entry: str, rule: ReportingRule) -> bool:
    if entry == "anyone":
        return True
    if entry == MONITORING.name:
        return reporter == MONITORING
    if entry == "people":
        return reporter.name in rule.people
    team = name_of(entry, PartyKind.TEAM) or entry
    a_team = team != entry or any(team in teams for teams in rule.people.values())
    by_name = reporter.name in rule.people or not (a_team and rule.reserves_teams)
    return (reporter.name == entry and by_name) or team in rule.people.get(reporter.name, ())


def may_report(reporter: Actor, rule: ReportingRule, severity: str | None = None) -> bool:
    """Whether the policy allows `reporter` to report at a severity by this way in."""
    channel = channel_of(reporter.via)
    if rule.channels and channel not in rule.channels:
        return False
    return any(_named(reporter, entry, rule) for entry in who_may_report(rule, severity))
