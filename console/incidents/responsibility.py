"""Who is responsible for what in an incident: roles, offers, requests, overrides."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from console.terminal.output import line
from console.terminal.zone import moment
from models.answers.view import IncidentView
from models.incident.record import Incident
from models.people.responsibility import Request
from rules.people.roles.leading import INCIDENT_MANAGER
from rules.wording.times import relative


def roles(view: IncidentView) -> Iterator[RenderableType]:
    """Who holds which role, how often it was handed over, and to whom it is offered now."""
    incident = view.incident
    if not incident.roles:
        yield Text("nobody yet", style="dim")
    for held in incident.roles:
        leads = " (leads)" if held.role == view.leading != INCIDENT_MANAGER else ""
        yield line(f"{held.role}: {held.person}{leads}{_handed_over(incident, held.role)}")
    for offer in incident.handovers:
        since = relative(offer.at, view.now)
        said = f"{offer.role}: {offer.giver} hands it over to {offer.taker}, not accepted yet"
        yield line(f"{said} ({since})", "yellow")


def _handed_over(incident: Incident, role: str) -> str:
    count = next((c for c in incident.handover_counts if c.role == role), None)
    return f" (handed over {count.accepted}x)" if count and count.accepted else ""


def waiting(view: IncidentView) -> Iterator[RenderableType]:
    """The requests for approval, and who has approved so far."""
    for request in view.incident.requests:
        if request.state == view.incident.state:
            yield line(f"- {_request(request)} ({relative(request.at, view.now)})", "yellow")
            yield from (line(f"    {part}", "dim") for part in request.asks.splitlines())


def _request(request: Request) -> str:
    who = request.requester.shown
    if request.consults:
        return f"{who} would {request.says}"
    given = ", ".join(approval.actor.shown for approval in request.approvals) or "nobody yet"
    so_far = "nobody decided in time: it may be done" if request.proceeds else f"by {given}"
    asked = f"{who} asks for approval to {request.says} (request {request.id})"
    return f"{asked}; approved: {so_far}"


def policy_overrides(view: IncidentView) -> Iterator[RenderableType]:
    """The commands that somebody did although the policy refused them."""
    for used in view.incident.overrides:
        said = f"{used.command} by {used.actor.shown} at {moment(used.at)}: {used.reason}"
        yield line(f"- {said}", "bold red")
        yield line(f"  otherwise: {used.instead_of}", "dim")
    older = view.incident.older_overrides
    if older:
        yield line(f"- {older} older overrides are on the timeline alone", "bold red")
