"""Who may report an incident, and what a report must contain."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from models.base import MONITORING, Actor
from models.incident import Report
from models.intake import ReportingRule
from rules.readable import blank

INFORMATION: tuple[str, ...] = ("title", "nature", "affected_systems", "severity", "service")
"""What a report can be asked to contain."""

LOOKING_BACK = timedelta(days=366)
"""Facts may come late and lie before the report; further back than this it is a slip."""

REPORT_DIGEST = "report_digest"
"""Under this name the memo of an incident keeps what tells its report from another."""

WAYS_IN: dict[str, str] = {
    "alerts": "monitoring",
    "console": "command_line",
    "api": "api",
    "temporal": "temporal",
}
"""By which way in (`Actor.via`) a report came, to the channel of the policy that this is."""


def missing_information(report: Report, required: Iterable[str]) -> tuple[str, ...]:
    """The title, and what the policy requires, so far as the report does not say it: all at once.

    Monitoring says what it can: an alert is never lost for want of a field.
    """
    if report.reporter == MONITORING:
        return ()
    said = {
        "title": not blank(report.title),
        "nature": not blank(report.nature),
        "affected_systems": any(not blank(name) for name in report.affected_systems),
        "severity": report.severity,
        "service": report.service,
    }
    return tuple(name for name in dict.fromkeys(("title", *required)) if not said.get(name))


def untimely(happened_at: datetime | None, now: datetime) -> str | None:
    """What is wrong with when a report says that it began, if anything is."""
    if happened_at is None:
        return None
    if happened_at > now:
        return "lies in the future"
    if happened_at < now - LOOKING_BACK:
        return f"lies more than {LOOKING_BACK.days} days back"
    return None


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
    return reporter.name == entry or entry in rule.people.get(reporter.name, ())


def may_report(reporter: Actor, rule: ReportingRule) -> bool:
    """Whether the policy lets `reporter` report, by the way in that was taken."""
    channel = WAYS_IN.get(reporter.via, reporter.via)
    if rule.channels and channel not in rule.channels:
        return False
    return any(_named(reporter, entry, rule) for entry in rule.who)
