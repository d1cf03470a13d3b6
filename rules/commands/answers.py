"""What callers get: the result of a command, the next steps, and a short status."""

from datetime import datetime

from models.answers.view import NextStep, StepLeft
from models.command import COMMANDS, CommandResult
from models.compiled import CompiledPolicy
from models.incident.record import Incident, TimelineEntry
from models.proof import Proof
from models.time.clock import ClockReading, ClockStatus, Stage
from rules.alerts.firing import alerts_firing
from rules.clocks.doubts import doubts, new_doubts
from rules.commands.lifecycle_facts import facts_of, required_steps_left
from rules.paging.manual_escalation import answerable
from rules.people.permission.authority import rule_for, trigger_rule, who_may
from rules.updates.all_clocks import readings_of
from rules.wording.clocks import ranged
from rules.wording.markdown import plain
from rules.wording.times import in_utc
from states.lifecycle import BY_TRIGGER, TERMINAL, Trigger, triggers_from
from states.machine import Allowed, decide


def result_of(
    command: str,
    summary: str,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    before: Incident | None = None,
) -> CommandResult:
    """What a command did, with the deadlines after it, and the doubts that it left.

    `before` is the record before the command; without it the result has no doubts.
    """
    was = doubts(policy, before, now) if before else ()
    return CommandResult(
        command=command,
        state=incident.state,
        severity=incident.severity,
        on_hold=incident.hold is not None,
        summary=summary,
        deadlines={
            reading.clock: reading.breach_at
            for reading in readings_of(policy, incident, now)
            if reading.stage is Stage.IN_PROGRESS and reading.breach_at
        },
        doubts=new_doubts(was, doubts(policy, incident, now)) if before else (),
    )


def next_steps(policy: CompiledPolicy, incident: Incident, now: datetime) -> tuple[NextStep, ...]:
    """Each trigger of this state: whether it is allowed, what is missing, and who may use it."""
    facts = facts_of(incident, policy, now)
    steps = []
    if answerable(incident, Trigger.ACKNOWLEDGE):
        may = who_may(rule_for(policy, Trigger.ACKNOWLEDGE), incident, policy, now)
        says = f"answer {incident.demand_of}, who escalated"
        steps.append(NextStep(name=Trigger.ACKNOWLEDGE.value, allowed=True, may=may, says=says))
    for trigger in triggers_from(incident.state):
        answer = decide(incident.state, trigger, facts)
        allowed = isinstance(answer, Allowed)
        steps.append(
            NextStep(
                name=trigger.value,
                allowed=allowed,
                missing=() if isinstance(answer, Allowed) else answer.missing,
                may=who_may(trigger_rule(policy, trigger, incident.state), incident, policy, now),
                says=COMMANDS[trigger.value].says,
                steps=_steps_left(trigger, incident, policy),
            )
        )
    return tuple(steps)


def _steps_left(
    trigger: Trigger, incident: Incident, policy: CompiledPolicy
) -> tuple[StepLeft, ...]:
    """The steps that a trigger requires and nobody has done."""
    state = BY_TRIGGER[trigger].steps_of
    left = required_steps_left(incident, policy, state) if state else ()
    return tuple(StepLeft(id=step.id, do=step.do) for step in left)


def _clock_words(reading: ClockReading) -> str:
    if reading.status is ClockStatus.BREACHED and reading.late_between:
        return f"breached by {ranged(reading.late_between, reading)}"
    if reading.stage is Stage.IN_PROGRESS and reading.breach_at:
        status = reading.status.value
        return f"{status}, due {in_utc(reading.breach_at)}{_corrected(reading)}"
    if reading.stage is Stage.COMPLETED:
        status = reading.status.value.replace("_", " ")
        return f"{status} after {_elapsed(reading)}{_corrected(reading)}"
    return f"{reading.stage} after {_elapsed(reading)}{_corrected(reading)}"


def _elapsed(reading: ClockReading) -> str:
    return ranged(reading.elapsed_between, reading)


def _corrected(reading: ClockReading) -> str:
    by = reading.corrected
    return f" (breached, corrected by {plain(by.actor.shown)}: {by.command})" if by else ""


def _waits(incident: Incident) -> list[str]:
    """The overrides, and the approvals and handovers that wait for an answer."""
    overrides = [f"{o.command} by {o.actor.shown}: {o.reason}" for o in incident.overrides]
    if incident.older_overrides:
        overrides.append(f"{incident.older_overrides} older ones on the timeline")
    requests = [f"{r.requester.shown} asked for {r.says}" for r in incident.requests]
    offers = [f"{h.role} is offered to {h.taker} by {h.giver}" for h in incident.handovers]
    titled = (("**Overridden**", overrides), ("Waiting", (*requests, *offers)))
    return [
        line
        for title, found in titled
        if found
        for line in ("", f"{title}: {plain('; '.join(found))}")
    ]


def _line(entry: TimelineEntry) -> str:
    """A line of the timeline, with its actor if the name is more than a claim."""
    who = "" if entry.actor.proof is Proof.CLAIMED else f" — {plain(entry.actor.shown)}"
    return f"- {entry.recorded_at:%H:%M:%S} {plain(entry.summary)}{who}"


def status_markdown(policy: CompiledPolicy, incident: Incident, now: datetime) -> str:
    """A short status of the incident for the Temporal UI."""
    held = ", ".join(f"{h.role}: {h.person}" for h in incident.roles) or "nobody yet"
    hold = f" — **on hold**: {plain(incident.hold.reason)}" if incident.hold else ""
    lines = [
        f"**{plain(incident.severity)} {plain(incident.report.title)}**",
        "",
        f"State **{incident.state}**{hold}. Roles: {plain(held)}.",
        "",
        *(f"- {plain(r.clock)}: {_clock_words(r)}" for r in readings_of(policy, incident, now)),
    ]
    lines += _waits(incident)
    doubted = [str(doubt) for doubt in doubts(policy, incident, now)]
    lines += ["", f"**Doubtful**: {plain('; '.join(doubted))}"] if doubted else []
    firing = alerts_firing(incident)
    if firing:
        lines += ["", f"Still firing: {plain('; '.join(firing))}"]
    if incident.state not in TERMINAL:
        lines += ["", "Next:", ""]
        for step in next_steps(policy, incident, now):
            wants = f" — missing: {plain('; '.join(step.missing))}" if step.missing else ""
            lines.append(f"- `{step.name}`{wants}")
    lines += ["", "Latest:", ""]
    lines += [_line(entry) for entry in incident.timeline[-5:]]
    return "\n".join(lines)[:15000]
