"""Who may report an incident, and what a report must contain."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy
from models.incident import Report
from models.intake import ReportingRule
from models.policy.words import suggestion
from models.way_in import channel_of
from rules.commands.opening import first_severity
from rules.people.named import TEAM
from rules.people.names import did_you_mean
from rules.people.naming import wrong_reporter
from rules.record.decision import Refusal
from rules.record.readable import blank, sentences
from rules.severity.attributes import said_in, wrong_attributes
from rules.severity.rating import by_attributes

INFORMATION: tuple[str, ...] = ("title", "nature", "affected_systems", "severity", "service")
"""What a report can be asked to contain."""

LOOKING_BACK = timedelta(days=366)
"""Facts may come late and lie before the report; further back than this it is a slip."""

REPORT_DIGEST = "report_digest"
"""Under this name the memo of an incident keeps what tells its report from another."""

NOT_ASKED = (MONITORING, ENGINE)
"""Who reports what it has to: it can neither be asked for more nor be sent away."""


def missing_information(report: Report, policy: CompiledPolicy) -> tuple[str, ...]:
    """The title, and what the policy requires, so far as the report does not say it: all at once.

    A severity is said also by the attributes that give one. Monitoring says what it can: an alert
    is never lost for want of a field; and the engine opens what the policy has it open.
    """
    if report.reporter in NOT_ASKED:
        return ()
    required = policy.reporting.required if policy.reporting else ()
    attributes = said_in(report, policy)
    said = {
        "title": not blank(report.title),
        "nature": not blank(report.nature),
        "affected_systems": any(not blank(name) for name in report.affected_systems),
        "severity": report.severity or by_attributes(policy, attributes),
    }
    known = {**attributes, **said}
    return tuple(name for name in dict.fromkeys(("title", *required)) if not known.get(name))


def wrong_information(report: Report, policy: CompiledPolicy) -> tuple[tuple[str, str], ...]:
    """What the policy does not know of what the report says: each field, and what is wrong.

    What alerts say and the policy does not know is left out where the incident is opened.
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


def unfit(report: Report, policy: CompiledPolicy) -> Refusal | None:
    """Why the policy does not take a report, if so: everything at once, and who may report.

    A policy of before reports were looked at when they reach Temporal takes any.
    """
    rule = policy.reporting
    if rule is None or report.reporter in NOT_ASKED:
        return None
    severity = first_severity(report, policy).severity
    may = may_report(report.reporter, rule, severity)
    missing = missing_information(report, policy)
    words = [why for _, why in wrong_information(report, policy)]
    if missing:
        words.insert(0, f"the policy asks for more in a report: {', '.join(missing)}")
    if not may:
        words.insert(0, not_allowed(report.reporter, rule, severity))
    if not words:
        return None
    kind = "Refused" if may else "NotAuthorised"
    return Refusal(kind, sentences(words), missing, may=() if may else who(rule, severity))


def who(rule: ReportingRule, severity: str | None) -> tuple[str, ...]:
    """Who may report at a severity."""
    return rule.at.get(severity or "", rule.who)


def not_allowed(reporter: Actor, rule: ReportingRule, severity: str | None = None) -> str:
    """That somebody may not report, and who may, by which ways in."""
    channel = channel_of(reporter.via)
    ways = f"; by: {', '.join(rule.channels)}" if rule.channels else ""
    at = f" a {severity}" if severity in rule.at else ""
    whom = f"{reporter.name} report{at} by {channel}"
    lets = f"{', '.join(who(rule, severity))}{ways}{did_you_mean(reporter.name, rule.people)}"
    return f"the policy does not let {whom}; it lets: {lets}"


def untimely(happened_at: datetime | None, now: datetime) -> str | None:
    """What is wrong with when a report says that it began, if anything is."""
    if happened_at is None:
        return None
    if happened_at > now:
        return "lies in the future"
    if happened_at < now - LOOKING_BACK:
        return f"lies more than {LOOKING_BACK.days} days back"
    return None


def long_past(report: Report, now: datetime) -> Refusal | None:
    """Why a report does not count that says it is about a time long ago."""
    if report.happened_at is None or report.happened_at >= now - LOOKING_BACK:
        return None
    problem = untimely(report.happened_at, now)
    return Refusal("Malformed", f"report.happened_at: {problem}", ("happened_at",))


def report_digest(report: Report) -> str:
    """What tells one report from another; fields that later versions add change nothing."""
    said = report.model_dump(mode="json", exclude_defaults=True)
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _named(reporter: Actor, entry: str, rule: ReportingRule) -> bool:
    if entry == "anyone":
        return True
    if entry == MONITORING.name:
        return reporter == MONITORING
    if entry == "people":
        return reporter.name in rule.people
    team = entry.removeprefix(TEAM)
    return reporter.name == entry or team in rule.people.get(reporter.name, ())


def may_report(reporter: Actor, rule: ReportingRule, severity: str | None = None) -> bool:
    """Whether the policy lets `reporter` report at a severity, by the way in that was taken."""
    channel = channel_of(reporter.via)
    if rule.channels and channel not in rule.channels:
        return False
    return any(_named(reporter, entry, rule) for entry in who(rule, severity))
