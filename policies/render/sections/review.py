"""The fifth section: what must exist before an incident is closed, and what is kept."""

from collections.abc import Iterator

from policies.render.sections import authority, clocks
from policies.render.writing.document import Blocks, Heading, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import duration, grouped, listed, moment, verb

_ASKED = {
    "always": "always",
    "when breached": "when a clock was breached",
    "never": "never: resolving closes it",
}
REVIEWED = "reviewed"


def section(view: View) -> Blocks:
    """When an incident needs a review, what the review must have, what is documented and kept."""
    yield table(
        ("Worst severity of the incident", "Reviewed"),
        ((severity, review_needed(view, severity)) for severity in view.severities),
        "",
    )
    yield Heading("Review")
    yield bullets(conduct(view), "")
    yield Heading("Lessons and action items")
    yield bullets(follow_up(view), "")
    yield Heading("Documents and record")
    yield bullets((*documents(view), *kept(view)), "")


def review_needed(view: View, severity: str) -> str:
    """Whether an incident whose worst severity was this one needs a review."""
    return _ASKED[view.compiled.review.required.get(severity, "never")]


def leader(view: View) -> str:
    """Who leads the review."""
    rule = view.compiled.review
    return rule.led_by or "anybody: the policy names nobody"


def conduct(view: View) -> Iterator[str]:
    """Who leads the review and takes part, what it evaluates, by when."""
    rule = view.compiled.review
    yield f"It is led by {leader(view)}."
    if rule.attendees:
        yield f"It needs {listed(rule.attendees)}."
    if rule.aspects:
        yield f"It evaluates {listed(rule.aspects)}, each in its own words."
    yield f"It is put on the record by {authority.may(view, 'submit_review')}."
    for clock in view.compiled.clocks:
        if clock.stops == REVIEWED:
            due = grouped(clocks.targets_in_words(view, clock), len(view.severities))
            yield f"By the clock {clock.name} it is due, from {moment(clock.starts)}: {due}."


def follow_up(view: View) -> Iterator[str]:
    """Which lessons and action items a review must record, and what happens to them."""
    rule = view.compiled.review
    for needed, name in ((rule.lessons, "lesson"), (rule.action_items, "action item")):
        if needed:
            yield f"At least one {name} must be recorded before a reviewed incident is closed."
        else:
            yield f"No {name} is required."
    yield "An action item has an owner, and may have a priority and an instant at which it is due."
    yield "The record of the incident keeps both, and the incident report lists them."
    who = view.policy.review.followed_up_by if view.policy.review else ()
    if who:
        yield f"{listed(who)} {verb(who, 'see')} lessons and action items through to their end."
    else:
        nobody = "Nobody is named who sees them through to their end."
        yield view.nothing("review.followed_up_by", nobody)
    yield (
        "The engine reminds nobody of an action item, even if it is overdue: "
        f"this is up to its owner{', and to the people who follow it up' if who else ''}."
    )
    lead = view.policy.roles.get(rule.led_by or "")
    if lead and lead.duties:
        yield f"Duties of {rule.led_by}, who leads the review: {'; '.join(lead.duties)}."


def documents(view: View) -> Iterator[str]:
    """What is written about an incident."""
    yield (
        "The engine writes the incident report when an incident is resolved, cancelled and "
        "closed: milestones, clocks, roles, the whole timeline, lessons and action items."
    )
    rule = view.compiled.review
    if rule.documents:
        yield f"Before a reviewed incident is closed there must be: {listed(rule.documents)}."


def kept(view: View) -> Iterator[str]:
    """Where it is kept, and for how long."""
    record = view.policy.record
    if record and record.stored_in:
        yield f"It is kept in {record.stored_in}."
    yield f"Its history stays with Temporal for {duration(view.compiled.retention)}."
    if not view.compiled.names_in_search:
        yield "Temporal finds no incident by the name of a person: search attributes have no names."
    yield "A copy of the history goes to the document store before that."
