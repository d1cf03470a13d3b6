"""An incident as a person reads it."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import clocks, corrected_breaches, figures, grid, heading
from console.incidents.responsibility import policy_overrides, roles, waiting
from console.terminal.output import cell, line, typed, words
from console.terminal.zone import moment
from models.answers.view import IncidentView, NextStep
from models.incident.record import Incident, TimelineEntry
from models.readable import indented
from rules.alerts.links import links_together
from rules.alerts.words import words_by_fingerprint
from rules.clocks.conditions import attribute_words
from rules.wording.times import relative, short_span
from rules.wording.waiting_events import waiting_events
from states.lifecycle import TERMINAL

MOST_LINKS_SHOWN = 12


def header(view: IncidentView) -> Group:
    """The incident's identity and state."""
    incident = view.incident
    confirmed = "" if incident.severity_confirmed else " (not confirmed)"
    lines = [
        Text.assemble(line(incident.id, "bold"), "  ", cell(incident.report.title, "bold")),
        Text.assemble(
            "state ",
            (incident.state.value, "bold cyan"),
            "   severity ",
            line(incident.severity, "bold"),
            confirmed,
        ),
    ]
    if incident.hold:
        held = relative(incident.hold.from_at, view.now)
        lines.append(line(f"on hold: {incident.hold.reason}, since {held}", "yellow"))
    lines.append(
        line(
            f"reported {moment(incident.reported_at)} ({relative(incident.reported_at, view.now)})"
            f" by {incident.report.reporter.name} via {incident.report.reporter.way}"
        )
    )
    facts = _report_facts(incident, view.now)
    lines += [words(f"{name}: {indented(text, '  ')}") for name, text in facts]
    pinned = f"{view.policy_name} {view.policy_version} ({view.policy_hash[:12]})"
    lines.append(line(f"policy {pinned}"))
    return Group(*lines)


def _report_facts(incident: Incident, now: datetime) -> Iterator[tuple[str, str]]:
    report = incident.report
    if report.service:
        yield "service", report.service
    if report.affected_systems:
        yield "affected", ", ".join(report.affected_systems)
    known = attribute_words(incident, now)
    if known:
        yield "attributes", known
    if report.nature:
        yield "nature", report.nature
    if report.previous_incident:
        yield "follows", report.previous_incident


def _step(step: NextStep) -> Iterator[Text]:
    mark, style = ("✓", "green") if step.allowed else ("✗", "red")
    may = f"  by {', '.join(step.may)}" if step.may else ""
    yield Text.assemble(
        (f"{mark} {typed(step.name)}", style), line(f"  {step.says}", "dim"), line(may)
    )
    for item in step.missing:
        yield line(f"    missing: {item}")


def next_steps(view: IncidentView) -> RenderableType:
    """What can be done now, by whom, and what is missing."""
    lines = [line for step in view.next for line in _step(step)]
    if not lines:
        final = view.incident.state in TERMINAL
        why = "the incident is over" if final else "it is no longer driven"
        return Text(f"nothing: {why}", style="dim")
    return Group(*lines)


def escalation(view: IncidentView) -> Text:
    """How far the escalation has come."""
    progress = view.escalation
    paged = f"level {progress.level}, paged {progress.pages}x" if progress.pages else "no page yet"
    parts = [paged]
    if progress.page_due_at:
        parts.append(f"next level {relative(progress.page_due_at, view.now)}")
    if view.incident.demand_of:
        parts.append(f"{view.incident.demand_of} waits for an answer")
    if progress.stopped:
        parts.append(f"stopped: {progress.stopped}")
    return line("; ".join(parts))


def _alerts(incident: Incident) -> Iterator[RenderableType]:
    if not incident.alerts and not incident.truncated_alerts:
        return
    yield heading("Alerts")
    table = grid("status", "alert", "since", "deliveries")
    words = words_by_fingerprint([record.alert for record in incident.alerts.values()])
    for record in incident.alerts.values():
        alert = record.alert
        firing = alert.status.value == "firing" and record.taken_over_by is None
        table.add_row(
            Text(record.status_words, style="red" if firing else "green"),
            cell(words[alert.fingerprint]),
            moment(alert.started_at),
            str(record.times_seen),
        )
    yield table
    links = links_together(record.alert for record in incident.alerts.values())
    yield from (line(f"- {link.name}: {link.url}") for link in links[:MOST_LINKS_SHOWN])
    if len(links) > MOST_LINKS_SHOWN:
        yield line(f"and {len(links) - MOST_LINKS_SHOWN} more links of alerts", "dim")
    if incident.truncated_alerts:
        yield line(f"and {incident.truncated_alerts} that the sender left out", "yellow")


def _aftermath(incident: Incident) -> Iterator[RenderableType]:
    if incident.review:
        attended = ", ".join(incident.review.attendees) or "nobody"
        yield heading("Review")
        yield line(f"led by {incident.review.lead}, attended by {attended}")
        for aspect, found in incident.review.aspects.items():
            yield line(f"- {aspect}: {found}")
    if incident.lessons:
        yield heading("Lessons")
        yield from (line(f"- {lesson.text}") for lesson in incident.lessons)
    if incident.action_items:
        yield heading("Action items")
        for item in incident.action_items:
            due = f", due {moment(item.due_at)}" if item.due_at else ""
            yield line(f"- {item.id} {item.text} ({item.owner}, {item.priority}{due})")
    if incident.documents or incident.links:
        yield heading("Documents and links")
        yield from (line(f"- {kept.name}: {kept.uri}") for kept in incident.documents)
        yield from (line(f"- {link.relation}: {link.target}") for link in incident.links)


def timeline_line(entry: TimelineEntry) -> Text:
    """A line of the timeline; it shows `recorded` only if that was later than it happened."""
    late = entry.recorded_at - entry.happened_at
    told = f" (recorded {short_span(late)} later)" if late.total_seconds() >= 1 else ""
    who = f"{entry.actor.name}/{entry.actor.way}"
    return Text.assemble(
        (moment(entry.happened_at), "dim"),
        "  ",
        line(f"{who:<22} "),
        cell(entry.summary),
        line(told, "dim"),
    )


def timeline(incident: Incident, last: int | None = None) -> Group:
    """The timeline; with `last`, only its newest lines."""
    entries = incident.timeline[-last:] if last else incident.timeline
    lines = [timeline_line(entry) for entry in entries]
    for part in incident.segments:
        lines.insert(0, line(f"entries {part.first_seq}-{part.last_seq}: {part.uri}", "dim"))
    return Group(*lines)


def _undelivered(view: IncidentView) -> Iterator[Text]:
    for owed in view.undelivered:
        again = f", again {relative(owed.not_before, view.now)}" if owed.not_before else ""
        message = owed.message
        if message.event is None:
            yield line(
                f"- {message.kind} to {message.recipient}: {message.reason}{again}", "yellow"
            )
    yield from (line(f"- {events}", "yellow") for events in waiting_events(view, moment))


def render(view: IncidentView, last: int | None = None) -> Group:
    """The whole incident."""
    incident = view.incident
    parts: list[RenderableType] = [
        header(view),
        heading("Clocks"),
        clocks(view),
        heading("Roles"),
        *roles(view),
        heading("Escalation"),
        escalation(view),
    ]
    titled = (
        ("Corrected breaches", corrected_breaches(view)),
        ("Doubtful", (line(f"- {doubt}", "magenta") for doubt in view.doubts)),
        ("Waiting for approval", waiting(view)),
        ("Overridden", policy_overrides(view)),
    )
    for title, found in titled:
        lines = list(found)
        parts += [heading(title), *lines] if lines else []
    if view.metrics:
        parts += [heading("Figures"), figures(view)]
    undelivered = list(_undelivered(view))
    parts += [heading("Not delivered yet"), *undelivered] if undelivered else []
    parts += [*_alerts(incident), *_aftermath(incident)]
    parts += [heading("What can be done now"), next_steps(view)]
    parts += [heading("Timeline"), timeline(incident, last)]
    return Group(*parts)


def live(view: IncidentView, last: int) -> Group:
    """The view on a watched terminal: short, with the newest timeline lines first."""
    newest = [timeline_line(entry) for entry in reversed(view.incident.timeline[-last:])]
    return Group(
        header(view),
        heading("Clocks"),
        clocks(view, brief=True),
        heading("Escalation"),
        escalation(view),
        heading("Timeline, newest first"),
        *newest,
        heading("What can be done now"),
        next_steps(view),
    )
