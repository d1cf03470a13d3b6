"""What a message says: the same words on all channels, and only what its audience may see."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.compiled import Audience, CompiledPolicy
from models.incident.record import Incident
from models.messages.message import DeliveryFailure, Message, MessageKind
from models.readable import in_a_cell, indented
from rules.alerts.firing import own_firing
from rules.alerts.links import RUNBOOK, in_words, links_together
from rules.alerts.words import alerts_in_words
from rules.clocks.clocks import read_clocks
from rules.updates.cadence import next_update_at
from rules.wording.times import in_zone

ANSWERED_WITHIN = timedelta(days=7)
"""For so long after a page or reminder, its recipient may answer it by a link."""
LINKS_IN_A_PAGE, LONGEST_LINK = 4, 500
ALL_FACTS = ("state", "severity", "service", "impact", "alerts", "next_update", "deadlines")


def facts_for(
    incident: Incident, policy: CompiledPolicy, now: datetime, audience: Audience | None
) -> dict[str, str]:
    """The facts in a message; the `sees` of an audience limits them."""
    report = incident.report
    running = [r for r in read_clocks(policy, incident, now) if r.stopped_at is None]
    facts = {
        "state": incident.state.value,
        "severity": incident.severity,
        "service": report.service or "",
        "impact": report.nature or ", ".join(report.affected_systems),
        "alerts": in_a_cell(alerts_in_words([record.alert for record in incident.alerts.values()])),
        "deadlines": "; ".join(
            f"{r.clock} by {in_zone(r.breach_at, policy.local_times)}"
            for r in running
            if r.breach_at
        ),
    }
    next_at = next_update_at(policy, incident, audience.name, now) if audience else None
    if next_at:
        facts["next_update"] = f"by {in_zone(next_at, policy.local_times)}"
    seen = (audience.sees if audience else ()) or ALL_FACTS
    return {name: value[:1000] for name, value in facts.items() if value and name in seen}


def links_for_a_page(incident: Incident) -> dict[str, str]:
    """Where to read on about the alerts that fire: a runbook, and the first other links.

    Only pages have them: what an audience reads may leave the organisation. A link that is too long
    for a message is left out, never cut.
    """
    together = links_together(own_firing(incident))
    links = [link for link in together if len(link.url) <= LONGEST_LINK][:LINKS_IN_A_PAGE]
    runbook = next((link.url for link in links if link.name == RUNBOOK), "")
    others = in_words((link for link in links if link.url != runbook), "\n")
    return {name: said for name, said in (("runbook", runbook), ("links", others)) if said}


def _body(text: str, facts: dict[str, str]) -> str:
    lines = [text, ""]
    lines += [f"{name.replace('_', ' ')}: {indented(value)}" for name, value in facts.items()]
    return "\n".join(lines)


def failed_channels_words(failures: Iterable[DeliveryFailure]) -> str:
    """The channels that failed before, for the line about a message."""
    return "".join(f"; not by {failed.channel}: {failed.error}" for failed in failures)


def heading_of(incident: Incident, severity: str) -> str:
    """The incident in one line: its id, its severity if it may be seen, its title."""
    title = in_a_cell(incident.report.title)
    return " ".join(part for part in (f"[{incident.id}]", severity, title) if part)


def message(
    kind: MessageKind,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    reason: str,
    text: str,
    recipient: str = "",
    audience: Audience | None = None,
    to_a_person: bool = False,
) -> Message:
    """A message without its key; the sender adds the key. Only one person may answer it by a link.

    An audience, or a channel with readers whom nobody knows, gets no link.
    """
    facts = facts_for(incident, policy, now, audience)
    if kind is MessageKind.PAGE:
        facts |= links_for_a_page(incident)
    shown = incident.severity if "severity" in facts else ""
    heading = heading_of(incident, shown)
    return Message(
        key="",
        kind=kind,
        incident_id=incident.id,
        recipient=recipient,
        subject=f"{heading} — {reason}"[:250],
        body=_body(text, facts),
        severity=shown,
        reason=reason,
        facts=facts,
        respond_until=now + ANSWERED_WITHIN if to_a_person else None,
    )
