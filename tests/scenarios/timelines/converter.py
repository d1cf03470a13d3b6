"""Makes a scenario from a timeline and a policy: each fact is told when it was known."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from policies.catalogue import policy_in_force
from states.lifecycle import LIFECYCLE_MILESTONES
from tests.scenarios.timelines.facts import Check, Fact, RowClock, Timeline

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "policies" / "examples"
WHO = {"pagerduty": "ada", "gds-way": "amy", "moj-cloud-platform": "kit"}
"""Who does what people did, by policy; elsewhere ana."""
CLOCK, FIGURE = "row", "figure"
"""The clock and the figure of a policy that is made of a row."""
ORDER = ("reported", "acknowledged", "severity", "hold", "resume", "cancelled", "resolved")
"""In which order things of one instant are told, the milestones of the policy between them."""

Document = dict[str, Any]


def policy_file(check: Check, folder: Path) -> Path:
    """The policy that a check names, or one that is made of what its row says."""
    for kept in (EXAMPLES, HERE / "policies"):
        file = kept / f"{check.policy}.yaml"
        if file.exists():
            return _assuming(check, file, folder) if check.assume else file
    return _written(_policy_of(check), folder / "row.yaml")


def _assuming(check: Check, file: Path, folder: Path) -> Path:
    """The policy with the row's office hours, which its source leaves open."""
    document = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    for calendar, hours in check.assume.items():
        document["calendars"][calendar]["hours"] = hours
    return _written(document, folder / file.name)


def _written(document: Document, file: Path) -> Path:
    said = {key: value for key, value in document.items() if value != []}
    file.write_text(json.dumps(said, default=str), encoding="utf-8")
    return file


def _policy_of(check: Check) -> Document:
    moments = (*check.takes, "reported")
    own = [m for m in moments if ":" not in m and m not in (*LIFECYCLE_MILESTONES, "severity")]
    document: Document = {
        "policy": "As the row says",
        "version": "1",
        "effective_from": "2016-01-01",
        "severities": {"incident": {"means": "Something happened"}},
        "people": {"ana": {}, "bo": {}, "cy": {}},
        "channels": {"log": {"kind": "log"}},
        "paging": {"channels": ["log"]},
        "escalations": {"default": [{"page": "ana", "wait": "1d"}]},
        "roles": {"incident_manager": {"duties": "Leads"}},
        "milestones": own,
        "dates": [m.partition(":")[2] for m in moments if m.startswith("planned:")],
        "communication": {
            "lead": "incident_manager",
            "audiences": {"public": {"channels": "log", "on": "resolved"}},
            "updates": {"public": {"any": check.pace}},
        },
        "review": {"required": {"incident": "always"}, "lessons": False},
    }
    if isinstance(check.clock, RowClock):
        within = {"any": check.clock.within}
        document["clocks"] = {CLOCK: {**_between(check.clock), "within": within}}
    if check.figure:
        document["metrics"] = {FIGURE: _between(check.figure)}
    return document


def _between(row: RowClock) -> Document:
    return {"from": row.starts, "to": row.stops}


def scenario_of(timeline: Timeline, check: Check, policy: Path) -> Document:
    """A scenario that tells the facts which a check takes, and expects its results."""
    facts = {m: [timeline.facts[k] for k in keys] for m, keys in check.takes.items()}
    starts = _begins(facts)
    events = [event for _, event in sorted(_events(check, facts, policy), key=_place)]
    last = max(fact.known_at for told in facts.values() for fact in told)
    return {
        "scenario": check.name,
        "starts": starts.isoformat(),
        "until": (last + timedelta(minutes=1)).isoformat(),
        "events": events,
        "expect": list(_expected(check)),
    }


def _begins(facts: dict[str, list[Fact]]) -> datetime:
    every = facts.get("reported") or [fact for told in facts.values() for fact in told]
    return min(fact.at for fact in every)


def _place(told: tuple[datetime, Document]) -> tuple[datetime, int]:
    at, event = told
    said = "reported" if "report" in event else str(event.get("milestone", event["do"]))
    names = {"acknowledge": "acknowledged", "set_severity": "severity", "cancel": "cancelled"}
    named = names.get(said, "resolved" if said == "resolve" else said)
    return at, ORDER.index(named) if named in ORDER else ORDER.index("severity")


def _events(
    check: Check, facts: dict[str, list[Fact]], policy: Path
) -> Iterator[tuple[datetime, Document]]:
    who, starts = WHO.get(check.policy, "ana"), _begins(facts)
    told: Document = {"at": starts.isoformat(), "by": who}
    severity = {"severity": check.severity} if check.severity else {}
    yield starts, {**told, "report": {"title": check.name, "nature": "As published", **severity}}
    if check.cancelled_for:
        yield starts, {**told, "do": "cancel", "reason": check.cancelled_for}
    people = cycle(("ana", "bo", "cy"))
    for moment, happened in facts.items():
        for fact in happened if moment != "reported" else ():
            at = max(fact.known_at, starts)
            command = _command(moment, fact, check, policy)
            if "role" in command:
                command["person"] = next(people)
            yield at, {"at": at.isoformat(), "by": who, **command}


def _command(moment: str, fact: Fact, check: Check, policy: Path) -> Document:
    """The command that tells a fact; a word outside the lifecycle is the policy's own."""
    kind, _, of = moment.partition(":")
    latest = {"latest_at": fact.latest_at.isoformat()} if fact.latest_at else {}
    promised = fact.promised if check.promises else None
    known: dict[str, Document] = {
        "acknowledged": {"do": "acknowledge"},
        "resolved": {"do": "resolve", "steps": _steps(policy)},
        "severity": {"do": "set_severity", "to": fact.value, "reason": "as published"},
        "hold": {"do": "hold", "reason": fact.value},
        "resume": {"do": "resume"},
        "role": {"do": "assign_role", "role": of},
        "planned": {
            "do": "set_date",
            "date": of,
            "to": fact.promised.isoformat() if fact.promised else None,
        },
        "update": {
            "do": "post_update",
            "to": of,
            "text": "As published",
            **({"next_at": promised.isoformat()} if promised else {}),
        },
    }
    own = {"do": "set_milestone", "milestone": moment, "happened_at": fact.at.isoformat()}
    own["note"] = "as published"
    return known.get(kind, {**own, **latest})


def _steps(policy: Path) -> list[str]:
    steps = policy_in_force(policy, datetime.now().astimezone()).policy.steps
    return [step.name for step in steps.get("resolution", ()) if step.required]


def _expected(check: Check) -> Iterator[Document]:
    if check.clock:
        named = check.clock if isinstance(check.clock, str) else CLOCK
        said = {"elapsed": check.elapsed, "late_by": check.late_by}
        given = {key: f"{int(d.total_seconds())}s" for key, d in said.items() if d is not None}
        due = {"breach_at": check.due.isoformat()} if check.due else {}
        yield {"clock": named, "status": check.outcome, **given, **due}
    for metric, elapsed in check.metrics.items():
        yield {"metric": metric, "elapsed": elapsed}
    if check.ends_as:
        yield {"severity": check.ends_as}
    if check.cancelled_for:
        yield {"state": "cancelled"}
