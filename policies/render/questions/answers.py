"""The answers of a policy to the questions that every policy answers."""

from collections.abc import Iterator

from policies.compiling.policy import compile_intake
from policies.render.sections import clocks, communication, lifecycle, reporting, review, roles
from policies.render.sections import principles as guidance
from policies.render.writing.document import Blocks, Paragraph, bullets
from policies.render.writing.view import View
from policies.render.writing.words import NO_TARGET, grouped, listed, moment
from states.lifecycle import State


def principles(view: View) -> Blocks:
    """The guidelines."""
    yield guidance.guidelines(view)


def framework(view: View) -> Blocks:
    """The framework."""
    yield guidance.framework(view)


def reporters(view: View) -> Blocks:
    """Who may report, and by which ways."""
    rule = compile_intake(view.policy).reporting
    ways = listed(reporting.ways_in(rule), "or")
    yield Paragraph(f"{reporting.reporters(view)}, by {ways}.")


def information(view: View) -> Blocks:
    """What a report must contain."""
    rule = compile_intake(view.policy).reporting
    yield bullets(reporting.required(rule), "")


def tools(view: View) -> Blocks:
    """The tools in use, by purpose."""
    yield reporting.tools(view)
    yield Paragraph("Each incident is one workflow of the engine, which keeps its whole timeline.")


def manager(view: View) -> Blocks:
    """Who takes the leading role, and how else somebody gets it."""
    role = view.compiled.role(view.compiled.leading or "")
    if role is None:
        yield Paragraph(view.nothing("roles"))
        return
    deputy = view.policy.roles[role.name].deputy
    said = [
        f"{role.name} is {roles.held_by_default(view, role)}.",
        f"Somebody must hold it: {roles.must_be_held(view, role)}.",
        *_until_somebody_does(view, role.default),
    ]
    if role.default:
        said.append(f"Another person can get it from {roles.assigned_by(view)}.")
    if deputy:
        said.append(f"The deputy is {deputy}.")
    yield bullets(said, "")


def _until_somebody_does(view: View, default: str | None) -> Iterator[str]:
    """Until when nobody leads, if nobody takes the role from the beginning."""
    if default in {None, "acknowledger"}:
        until = "acknowledges" if default else "is given the role"
        paged = ": silence pages one level after another" if view.compiled.escalation else ""
        yield f"Until somebody {until}, nobody leads{paged}."


def duties(view: View) -> Blocks:
    """The duties of every role."""
    said = (
        f"{name}: {'; '.join(role.duties)}."
        if role.duties
        else f"{name}: {view.nothing(f'roles.{name}.duties')}"
        for name, role in view.policy.roles.items()
    )
    yield bullets(said, view.nothing("roles"))


def speaker(view: View) -> Blocks:
    """Who speaks for the incident."""
    lead = view.compiled.communication_lead
    role = view.compiled.role(lead or "")
    if role is None:
        yield Paragraph(f"{lead}." if lead else view.nothing("communication.lead"))
        return
    deputy = f" The deputy is {role.deputy}." if role.deputy else " It has no deputy."
    yield Paragraph(f"{lead}, which is {roles.held_by_default(view, role)}.{deputy}")


def steps(view: View) -> Blocks:
    """The states on the way to resolution, each with its steps."""
    way = (State.REPORTED, State.ASSESSMENT, State.DIAGNOSIS, State.RESOLUTION)
    yield Paragraph(f"An incident goes through {listed(way)}; {_afterwards(view)}.")
    yield bullets(
        (
            f"{step.state}: {step.do} ({step.by}{', required' if step.required else ''})."
            for step in view.compiled.steps
        ),
        view.nothing("steps", "The policy names no steps."),
    )


def _afterwards(view: View) -> str:
    if lifecycle.reviewed(view):
        return "then it is reviewed, if it needs a review, and closed"
    return "then it is closed"


def deadlines(view: View) -> Blocks:
    """Every clock with its targets."""
    yield bullets(_deadlines(view), view.nothing("clocks", "None."))


def _deadlines(view: View) -> Iterator[str]:
    for clock in view.compiled.clocks:
        cells = {severity: clocks.cell(view, clock, severity) for severity in view.severities}
        targets = {severity: said for severity, said in cells.items() if said != NO_TARGET}
        due = grouped(targets, len(cells)) or "no target"
        yield f"{clock.name}, from {moment(clock.starts)} to {moment(clock.stops)}: {due}."


def progress(view: View) -> Blocks:
    """The record, and what the engine tells audiences by itself."""
    told = (
        f"{audience.name}: told of {listed(audience.on)}, by {view.reached_by(audience.channels)}."
        for audience in view.compiled.audiences
        if audience.on
    )
    yield Paragraph(
        "Every milestone, step, deadline and message is on the timeline of the incident, with who "
        "did it, when it happened and when it was recorded."
    )
    yield bullets(told, "The engine tells no audience of events by itself.")


def reviewer(view: View) -> Blocks:
    """When an incident needs a review, who leads it, who takes part."""
    when = {severity: review.review_needed(view, severity) for severity in view.severities}
    said = [f"Reviewed: {grouped(when, len(when))}."]
    if lifecycle.reviewed(view):
        said.extend(review.conduct(view))
    yield bullets(said, "")


def record(view: View) -> Blocks:
    """What is written, and where it is kept."""
    yield bullets((*review.documents(view), *review.kept(view)), "")


def follow_up(view: View) -> Blocks:
    """What happens to lessons and action items."""
    yield bullets(review.follow_up(view), "")


def channels(view: View) -> Blocks:
    """The channels for pages, and for audiences."""
    people = {name: view.paged_by(name) for name in view.policy.people}
    paged = f"People are paged by: {grouped(people, len(people))}."
    told = (f"{a.name}: told by {view.reached_by(a.channels)}." for a in view.compiled.audiences)
    yield bullets((*((paged,) if people else ()), *told), view.nothing("channels"))


def cadence(view: View) -> Blocks:
    """How often each audience hears."""
    yield communication.cadence(view)
    by_clocks = tuple(communication.owed(view))
    if by_clocks:
        yield bullets(by_clocks, "")


def clarity(view: View) -> Blocks:
    """Who ensures it, and what the engine does for it."""
    seen = (f"{a.name} may see {communication.sees(a)}." for a in view.compiled.audiences)
    yield bullets((*communication.speakers(view), *seen), "")
