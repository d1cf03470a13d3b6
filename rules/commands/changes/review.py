"""The post-incident review: what people submit, what it must have, and when it is complete."""

from dataclasses import replace

from models.command import AddActionItemCommand, AddLessonCommand, SubmitReviewCommand
from models.compiled import CompiledPolicy
from models.incident.record import INCIDENT_REPORT, ActionItem, Document, Incident, Lesson, Review
from models.incident.timeline import EntryKind
from rules.commands.lifecycle_facts import review_missing
from rules.record.decision import Case, Decision, Outcome, Refusal, TellAudiences, refusal_outside
from rules.record.timeline import with_milestone
from states.lifecycle import State

REVIEWED = "reviewed"
SUBMIT_REVIEW = "submit_review"
WRITTEN_BY_THE_ENGINE = f"document does not exist: {INCIDENT_REPORT}"
"""Reviews do not wait for this document: the engine writes it, and closing requires it."""


def submit_review(case: Case, command: SubmitReviewCommand) -> Outcome:
    """Record the review: its lead, attendees, findings and documents.

    A further submission adds to it; new text about an aspect is added to the old text.
    """
    refusal = refusal_outside(case, (State.REVIEW,), SUBMIT_REVIEW)
    if refusal:
        return refusal
    role = case.policy.review.led_by
    leader = case.incident.holder(role) if role else None
    if leader and command.lead not in {leader, role}:
        message = f"by the policy, {role} leads the review: {leader}"
        return Refusal("Refused", message, (f"lead: {leader}",))
    unmanned = _unmanned(case, command)
    if unmanned:
        return unmanned
    if INCIDENT_REPORT in command.documents:
        message = f"the engine writes {INCIDENT_REPORT} itself once the incident is resolved"
        return Refusal("Refused", f"{message}: give your document another name")
    before = case.incident.review
    incident = case.incident.changed(
        review=_joined(before, _submitted(case, command)),
        documents=_with_documents(case, command),
        lessons=_with_lessons(case, command),
    )
    verb = "added to" if before else "submitted"
    people = ", ".join(command.attendees) or "nobody"
    summary = f"review {verb}, led by {command.lead} with {people}"
    missing = _lacking(incident, case.policy, case)
    summary += f"; still missing: {'; '.join(missing)}" if missing else ""
    incident = case.noted(incident, EntryKind.REVIEW_SUBMITTED, summary)
    return Decision(incident, summary)


def add_lesson(case: Case, command: AddLessonCommand) -> Outcome:
    """Record a lesson."""
    lesson = Lesson(at=case.happened_at, actor=case.actor, text=command.text)
    change = {"lessons": (*case.incident.lessons, lesson)}
    return case.done(EntryKind.LESSON_ADDED, f"lesson: {command.text}", change=change)


def add_action_item(case: Case, command: AddActionItemCommand) -> Outcome:
    """Record an action item."""
    number = len(case.incident.action_items) + 1
    item = ActionItem(
        id=f"A{number}",
        at=case.happened_at,
        text=command.text,
        owner=command.owner,
        due_at=command.due_at,
        priority=command.priority,
    )
    change = {"action_items": (*case.incident.action_items, item)}
    summary = f"action item {item.id} for {item.owner}: {item.text}"
    return case.done(EntryKind.ACTION_ITEM_ADDED, summary, change=change, item=item.id)


def _unmanned(case: Case, command: SubmitReviewCommand) -> Refusal | None:
    """The refusal of a review that a role led or attended which nobody holds."""
    named = (("lead", command.lead), *(("attendees", name) for name in command.attendees))
    empty = [(field, name) for field, name in named if _nobody_holds(case, name)]
    if not empty or not case.policy.people_attend:
        return None
    roles = ", ".join(dict.fromkeys(name for _, name in empty))
    message = f"nobody holds {roles}, so it cannot have led or attended: name the people who did"
    return Refusal("Refused", message, tuple(dict.fromkeys(field for field, _ in empty)))


def _nobody_holds(case: Case, name: str) -> bool:
    is_role = case.policy.role(name) is not None and name not in case.policy.people
    return is_role and not case.incident.holders(name)


def with_completed_review(decision: Decision, case: Case, name: str) -> Decision:
    """The decision, marked as reviewed if it completes the review.

    Only the review itself says when it took place; what else completes it does so now.
    """
    if name != SUBMIT_REVIEW and case.policy.closes_detours:
        case = replace(case, happened_at=case.given_at)
    incident = decision.incident
    waits = incident.state is State.REVIEW and incident.review and not incident.milestone(REVIEWED)
    if not waits or _lacking(incident, case.policy, case):
        return decision
    if incident.review is case.incident.review:
        words = f"the review is complete: {decision.summary}"
        incident = case.noted(incident, EntryKind.REVIEW_COMPLETED, words)
    else:
        words = decision.summary
    effects = (*decision.effects, TellAudiences(REVIEWED, words))
    return Decision(_reviewed(incident, case), decision.summary, effects)


def _lacking(incident: Incident, policy: CompiledPolicy, case: Case) -> tuple[str, ...]:
    missing = review_missing(incident, policy, case.now)
    return tuple(words for words in missing if words != WRITTEN_BY_THE_ENGINE)


def _reviewed(incident: Incident, case: Case) -> Incident:
    review = incident.review
    at = max(case.happened_at, review.at) if review else case.happened_at
    return with_milestone(incident, REVIEWED, at=at, now=case.now, actor=case.actor)


def _submitted(case: Case, command: SubmitReviewCommand) -> Review:
    return Review(
        at=case.happened_at,
        actor=case.actor,
        lead=command.lead,
        attendees=_attendees(case, command),
        aspects=command.aspects,
    )


def _attendees(case: Case, command: SubmitReviewCommand) -> tuple[str, ...]:
    """Who took part, as the command names them, and the people behind the roles that it names."""
    if not case.policy.people_attend:
        return command.attendees
    holders = (person for name in command.attendees for person in case.incident.holders(name))
    return tuple(dict.fromkeys((*command.attendees, *holders)))


def _joined(before: Review | None, now: Review) -> Review:
    """The review with the additions; it keeps the time of its first submission."""
    if before is None:
        return now
    aspects = dict(before.aspects)
    for aspect, text in now.aspects.items():
        known = aspects.get(aspect, "").strip()
        aspects[aspect] = known if text.strip() in known else f"{known}\n\n{text}".strip()
    led = () if before.lead == now.lead else (before.lead,)
    people = dict.fromkeys((*before.attendees, *now.attendees, *led))
    return before.changed(lead=now.lead, attendees=tuple(people), aspects=aspects)


def _with_documents(case: Case, command: SubmitReviewCommand) -> tuple[Document, ...]:
    known = {(d.name, d.uri) for d in case.incident.documents} if case.incident.review else set()
    named = command.documents.items()
    new = (Document(name=n, uri=uri, at=case.now) for n, uri in named if (n, uri) not in known)
    return (*case.incident.documents, *new)


def _with_lessons(case: Case, command: SubmitReviewCommand) -> tuple[Lesson, ...]:
    known = {lesson.text for lesson in case.incident.lessons} if case.incident.review else set()
    texts = (text for text in command.lessons if text not in known)
    new = (Lesson(at=case.happened_at, actor=case.actor, text=text) for text in texts)
    return (*case.incident.lessons, *new)
