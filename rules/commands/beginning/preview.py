"""What a report would do: judged like the report itself, on an incident that nobody opens."""

from collections.abc import Iterator
from datetime import datetime

from models.answers.field_problem import FieldProblem
from models.answers.report_preview import ClockPreview, JudgedPreview, ReportPreview
from models.compiled import CompiledPolicy
from models.contracts.paging import EscalateIncident
from models.incident.escalation import OPENING, EscalationProgress
from models.incident.record import Incident, Report
from models.time.clock import Stage
from rules.clocks.clocks import read_clocks
from rules.commands.beginning.first_record import first_severity, open_incident
from rules.commands.beginning.judged_report import JudgedReport
from rules.paging.channels import PageTarget
from rules.paging.escalation import Page, in_force, why_silence_pages
from rules.paging.page_request import PageRequest, request_of
from states.lifecycle import REPORTED

NOT_OPENED = "INC-"
"""The id of an incident that nobody opens."""
NOBODY = "the escalation reaches nobody now"


def imagined(report: Report, policy: CompiledPolicy, now: datetime) -> Incident:
    """The incident that a report would begin."""
    return open_incident(NOT_OPENED, report, policy, now)


def first_pages(
    incident: Incident, policy: CompiledPolicy, now: datetime
) -> Iterator[EscalateIncident]:
    """The requests to page each level, the first one first.

    If a level reaches nobody, the next one comes at once.
    """
    ladder = in_force(policy.escalation, incident, now)
    if ladder is None:
        return
    progress = EscalationProgress()
    for number, level in enumerate(ladder.levels, start=1):
        page = Page(number, 0, level, None)
        asked = PageRequest(page, ladder, why_silence_pages(progress), now, OPENING)
        yield request_of(asked, incident, policy, progress)


def recipient_words(page: PageTarget) -> str:
    """Whom a page would reach, and as what."""
    if page.is_channel:
        return f"the channel {page.recipient}"
    return f"{page.recipient} ({page.as_what})"


def all_in_turn(asked: EscalateIncident) -> EscalateIncident:
    """The same request to everybody of a level that pages one in turn: the id decides whom."""
    return asked.changed(targets=asked.targets.changed(in_turn=False))


def preview_of(
    report: Report,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    level: int = 0,
    in_turn: bool = False,
    paged: tuple[str, ...] = (),
    not_paged: str = "",
) -> ReportPreview:
    """What the report would do, with whom the escalation would reach."""
    running = (r for r in read_clocks(policy, incident, now) if r.stage is Stage.IN_PROGRESS)
    return ReportPreview(
        severity=incident.severity,
        why=first_severity(report, policy).why,
        level=level,
        in_turn=in_turn,
        paged=paged,
        not_paged=not_paged,
        clocks=tuple(
            ClockPreview(clock=reading.clock, limit_after=reading.breach_at - now)
            for reading in running
            if reading.breach_at
        ),
        roles=tuple((held.role, held.person) for held in incident.roles),
        informed=tuple(a.name for a in policy.audiences if REPORTED in a.on),
    )


def judged_preview(
    found: JudgedReport, preview: ReportPreview, policy: CompiledPolicy
) -> JudgedPreview:
    """What a report would do, with what is wrong with it."""
    return JudgedPreview(
        **{name: getattr(preview, name) for name in ReportPreview.model_fields},
        accepted=not (found.flaws or found.not_allowed),
        missing=found.missing,
        fields=tuple(FieldProblem(field=name, problem=said) for name, said in found.flaws),
        not_allowed=found.not_allowed,
        may=found.may,
        policy=f"{policy.name} {policy.version}",
    )
