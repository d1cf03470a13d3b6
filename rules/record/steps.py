"""Steps of the policy that are done, by their own command or together with a trigger."""

from models.command import CompleteStepCommand
from models.incident.record import Incident, StepDone
from models.incident.timeline import EntryKind
from rules.record.decision import Case, Decision, Outcome, Refusal


def refusal_of_unknown_name(what: str, name: str, known: tuple[str, ...]) -> Refusal:
    """The refusal of a name that the policy does not have, with those that it has."""
    listed = ", ".join(known) or "none"
    return Refusal("Refused", f"the policy has no {what} {name!r}; it has: {listed}")


def with_step(case: Case, incident: Incident, name: str, why: str) -> Incident | Refusal:
    """The record with a step done."""
    step = next((s for s in case.policy.steps if s.id == name), None)
    if step is None:
        return refusal_of_unknown_name("step", name, tuple(s.id for s in case.policy.steps))
    done = StepDone(step=step.id, at=case.happened_at, actor=case.actor, note=why)
    return case.noted(
        incident.changed(steps=(*incident.steps, done)),
        EntryKind.STEP_DONE,
        f"step {step.id} done: {step.do}" + (f" ({why})" if why else ""),
        step=step.id,
    )


def complete_step(case: Case, command: CompleteStepCommand) -> Outcome:
    """Complete a step."""
    incident = with_step(case, case.incident, command.step, command.note)
    if isinstance(incident, Refusal):
        return incident
    return Decision(incident, incident.timeline[-1].summary)


def with_steps(case: Case, names: tuple[str, ...]) -> Incident | Refusal:
    """The record with several steps done."""
    incident = case.incident
    for name in names:
        answer = with_step(case, incident, name, "")
        if isinstance(answer, Refusal):
            return answer
        incident = answer
    return incident
