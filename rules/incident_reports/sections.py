"""The sections of the incident report about what happened, what was done, and what follows."""

from datetime import datetime

from models.alert import AlertRecord
from models.base import Actor
from models.compiled import CompiledPolicy, Step
from models.incident.record import ActionItem, Incident, Review, StatusUpdate, StepDone
from rules.alerts.links import in_words, links_of
from rules.alerts.words import words_by_fingerprint
from rules.wording.markdown import NONE, bullets, plain, quoted, section, table
from rules.wording.times import Told, span


def who(actor: Actor) -> str:
    """An actor and the way in."""
    return f"{plain(actor.name)} ({plain(actor.way)})"


def what_happened(incident: Incident, moment: Told) -> tuple[str, ...]:
    """What happened, to what, how bad it was, and who had which role."""
    report = incident.report
    return (
        section("What happened", quoted(report.nature) or NONE),
        section("Affected systems", bullets(plain(name) for name in report.affected_systems)),
        section("Severity", _severities(incident, moment)),
        section("Roles", _roles(incident, moment), *_handovers(incident)),
        *_policy_overrides(incident, moment),
        section("Alerts", *_alerts(incident, moment)),
    )


def work(
    incident: Incident, policy: CompiledPolicy, now: datetime, moment: Told
) -> tuple[str, ...]:
    """What was done, what was told, and when it had to wait."""
    return (
        section("Steps", _steps(incident, policy, moment)),
        section("Status updates sent", *_updates(incident, moment)),
        section("Holds", _holds(incident, now, moment)),
    )


def aftermath(incident: Incident, moment: Told) -> tuple[str, ...]:
    """What was learned, what remains to be done, and where everything is kept."""
    lessons = (
        f"{plain(lesson.text)} — {who(lesson.actor)}, {moment(lesson.at)}"
        for lesson in incident.lessons
    )
    links = (f"{plain(link.relation)}: {plain(link.target)}" for link in incident.links)
    return (
        section("Review", *_review(incident.review, moment)),
        section("Lessons learned", bullets(lessons)),
        section("Action items", _action_items(incident.action_items, moment)),
        section("Documents", _documents(incident, moment)),
        section("Links", bullets(links)),
    )


def _severities(incident: Incident, moment: Told) -> str:
    return table(
        ("Severity", "From", "By", "Confirmed"),
        [
            (
                plain(change.severity),
                moment(change.at),
                who(change.actor),
                "yes" if change.confirmed else "no",
            )
            for change in sorted(incident.severities, key=lambda change: change.at)
        ],
    )


def _roles(incident: Incident, moment: Told) -> str:
    return table(
        ("Role", "Held by", "Since"),
        [(plain(held.role), plain(held.person), moment(held.since_at)) for held in incident.roles],
    )


def _handovers(incident: Incident) -> tuple[str, ...]:
    counted = [
        (plain(c.role), str(c.accepted), str(c.declined), str(c.lapsed))
        for c in incident.handover_counts
    ]
    head = ("Role", "Handovers accepted", "Declined", "Not answered")
    return (table(head, counted),) if counted else ()


def _policy_overrides(incident: Incident, moment: Told) -> tuple[str, ...]:
    """What was done although the policy refused it; no section if there is nothing."""
    rows = [
        (plain(o.command), who(o.actor), moment(o.at), plain(o.reason), plain(o.instead_of))
        for o in incident.overrides
    ]
    head = ("Command", "By", "At", "Reason", "Otherwise")
    older = incident.older_overrides
    more = f"{older} older overrides are on the timeline alone." if older else ""
    return (section("Overrides", table(head, rows), more),) if rows else ()


def _alert_row(record: AlertRecord, words: str, moment: Told) -> tuple[str, ...]:
    alert = record.alert
    return (
        plain(alert.name),
        record.status_words,
        plain(alert.summary or words.removeprefix(alert.name).removeprefix(": ")),
        moment(alert.started_at),
        moment(alert.ended_at) if alert.ended_at else "",
        moment(record.first_seen_at),
        moment(record.last_seen_at),
        str(record.times_seen),
        plain(alert.source),
        plain(in_words(links_of(alert), ", ")),
    )


def _alerts(incident: Incident, moment: Told) -> tuple[str, ...]:
    head = ("Alert", "Status", "Summary", "Began", "Ended", "First seen", "Last seen", "Deliveries")
    records = sorted(incident.alerts.values(), key=lambda record: record.first_seen_at)
    words = words_by_fingerprint([record.alert for record in records])
    rows = [_alert_row(record, words[record.alert.fingerprint], moment) for record in records]
    left_out = incident.truncated_alerts
    more = f"The sender left out {left_out} further alerts." if left_out else ""
    return (table((*head, "Source", "Links"), rows), more)


def _step_row(step: Step, done: StepDone | None, moment: Told) -> tuple[str, ...]:
    return (
        plain(step.id),
        plain(step.do),
        plain(step.state),
        "yes" if step.required else "no",
        plain(step.by),
        moment(done.at) if done else "not done",
        who(done.actor) if done else "",
        plain(done.note) if done else "",
    )


def _steps(incident: Incident, policy: CompiledPolicy, moment: Told) -> str:
    done = {step.step: step for step in incident.steps}
    rows = [_step_row(step, done.get(step.id), moment) for step in policy.steps]
    known = {step.id for step in policy.steps}
    rows += [
        (plain(name), "", "", "", "", moment(step.at), who(step.actor), plain(step.note))
        for name, step in done.items()
        if name not in known
    ]
    return table(("Step", "What", "State", "Required", "Duty of", "Done", "By", "Note"), rows)


def _update(update: StatusUpdate, moment: Told) -> str:
    told = ", ".join(plain(audience) for audience in update.audiences) or "nobody"
    missed = ", ".join(plain(audience) for audience in update.unreached)
    told += f"; it reached nobody in {missed}" if missed else ""
    return f"**{moment(update.at)}** by {who(update.actor)} to {told}:\n\n{quoted(update.text)}"


def _updates(incident: Incident, moment: Told) -> tuple[str, ...]:
    return tuple(_update(update, moment) for update in incident.updates) or (NONE,)


def _holds(incident: Incident, now: datetime, moment: Told) -> str:
    return table(
        ("Reason", "From", "Until", "Length"),
        [
            (
                plain(hold.reason),
                moment(hold.from_at),
                moment(hold.until_at) if hold.until_at else "still on hold",
                span((hold.until_at or now) - hold.from_at),
            )
            for hold in incident.holds
        ],
    )


def _review(review: Review | None, moment: Told) -> tuple[str, ...]:
    if review is None:
        return (NONE,)
    attendees = ", ".join(plain(name) for name in review.attendees) or "nobody else"
    facts = (
        f"Led by: {plain(review.lead)}",
        f"Attended by: {attendees}",
        f"Submitted: {moment(review.at)} by {who(review.actor)}",
    )
    aspects = (
        f"### {plain(aspect)}\n\n{quoted(text) or NONE}" for aspect, text in review.aspects.items()
    )
    return (bullets(facts), *aspects)


def _action_items(items: tuple[ActionItem, ...], moment: Told) -> str:
    return table(
        ("Item", "What", "Owner", "Due", "Priority", "Recorded"),
        [
            (
                plain(item.id),
                plain(item.text),
                plain(item.owner),
                moment(item.due_at) if item.due_at else "no date",
                plain(item.priority),
                moment(item.at),
            )
            for item in items
        ],
    )


def _documents(incident: Incident, moment: Told) -> str:
    return table(
        ("Document", "Kept at", "SHA-256", "Recorded"),
        [
            (
                plain(document.name),
                plain(document.uri),
                f"`{document.sha256}`" if document.sha256 else "",
                moment(document.at),
            )
            for document in incident.documents
        ],
    )
