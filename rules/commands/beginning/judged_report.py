"""A report judged as a whole: every flaw at once, and whether its reporter may send it."""

from dataclasses import dataclass
from datetime import datetime

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Report
from rules.commands.beginning.first_record import first_severity
from rules.commands.beginning.report_rules import (
    INFORMATION,
    may_report,
    missing_information,
    not_allowed,
    who_may_report,
    wrong_information,
    wrong_start,
)

Flaw = tuple[str, str]
"""A field of a report, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """What is wrong with a report: with its fields, and with its reporter.

    `missing` names the information that the policy requires and the report lacks; `flaws` has it,
    too. `not_allowed` says that the reporter may not send it, and `may` who may.
    """

    severity: str
    flaws: tuple[Flaw, ...]
    missing: tuple[str, ...]
    not_allowed: str
    may: tuple[str, ...]


def judged(report: Report, policy: CompiledPolicy, now: datetime) -> JudgedReport:
    """Judge a report by a policy."""
    severity, rule = first_severity(report, policy).severity, policy.reporting
    missing = missing_information(report, policy)
    when = wrong_start(report.happened_at, now)
    flaws = [*wrong_information(report, policy), *([("happened_at", when)] if when else [])]
    flaws += [(field_of(name), "is missing; the policy asks for it") for name in missing]
    allowed = may_report(report.reporter, rule, severity)
    return JudgedReport(
        severity=severity,
        flaws=tuple(flaws),
        missing=missing,
        not_allowed="" if allowed else not_allowed(report.reporter, rule, severity),
        may=() if allowed else who_may_report(rule, severity),
    )


def field_of(asked: str) -> str:
    """The field of a report for information that the policy requires."""
    return asked if asked in INFORMATION else f"attributes.{asked}"


def severities_open_to(reporter: Actor, policy: CompiledPolicy) -> tuple[str, ...]:
    """The severities at which somebody may report, the worst first."""
    rule = policy.reporting
    return tuple(each for each in policy.severities if may_report(reporter, rule, each))
