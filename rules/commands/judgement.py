"""The single entry for commands: whether each is sound, whether the actor may, and what follows."""

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from pydantic import ValidationError

from models.base import ENGINE, MONITORING
from models.command import COMMANDS, RecordAlertsCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.payload import Command
from models.people.authority import OVERRIDE
from models.people.rule_name import rule_named
from rules.commands.beginning.report_rules import LOOKING_BACK
from rules.commands.changes.alerts import with_severity_of_alerts
from rules.commands.changes.review import with_completed_review
from rules.commands.changes.table import COMMAND_RULES
from rules.commands.changes.transitions import fire
from rules.commands.judging.implied_commands import (
    SET_SEVERITY,
    parts_of,
    unapproved_parts,
)
from rules.deadlines.corrected_thresholds import with_corrections
from rules.paging.escalation import depends_on_progress
from rules.paging.link_used import told_of_link
from rules.paging.manual_escalation import answer, answerable
from rules.people.naming.mistaken_names import misnamed, plainly_named
from rules.people.permission.approvals import unapproved
from rules.people.permission.authority import (
    DISPUTE,
    REOPEN,
    also_the_named,
    permitted,
    rule_for,
    rule_key,
    unauthorised,
)
from rules.people.permission.backdating import reason_missing
from rules.people.permission.policy_overrides import decided_with_override
from rules.people.permission.requests import awaits_answer, without_settled_requests
from rules.people.permission.trust import untrusted
from rules.people.roles.handover import over_own_role
from rules.record.carried import RECORD_BOUND_BYTES, too_heavy
from rules.record.decision import Case, Decision, Outcome, Refusal, TakenUp, with_impossibility
from rules.record.notes_and_reasons import with_words, with_words_of_request
from rules.wording.times import in_utc
from states.lifecycle import BY_TRIGGER, TERMINAL, Trigger

ON_ITS_WAY = timedelta(seconds=5)
"""A command that was on its way for longer than this counts from when it was sent."""
FREE_TEXTS = frozenset({"post_update", "add_lesson", "add_action_item", "link"})
"""Commands that add text and change nothing else."""

ANSWERS = frozenset({"approve", "reject"})
"""Commands that answer a request for approval."""
NO_PROGRESS = frozenset({Trigger.ACKNOWLEDGE.value, "decline", DISPUTE})
"""Commands after which nobody works on the incident yet."""


def malformed(error: ValidationError) -> Refusal:
    """The refusal of an invalid message, field by field; it never repeats the content."""
    missing = []
    words = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        where = ".".join(str(part) for part in item["loc"]) or "payload"
        words.append(f"{where}: {item['msg']}")
        if item["type"] == "missing":
            missing.append(where)
    return Refusal("Malformed", "; ".join(words)[:1000], tuple(missing))


def parse(name: str, payload: object) -> Command | Refusal:
    """The payload of a command as its model, or a refusal that names each wrong field."""
    spec = COMMANDS.get(name)
    if spec is None:
        return Refusal(
            "Malformed", f"there is no command {name!r}; there are: {', '.join(COMMANDS)}"
        )
    if not isinstance(payload, dict):
        message = f'{name} takes one JSON object, such as {{"actor": "ana"}}'
        return Refusal("Malformed", message)
    try:
        return spec.payload.model_validate(payload)
    except ValidationError as error:
        return malformed(error)


def no_command(form: str, name: str, count: int) -> Refusal:
    """The refusal of an unknown signal or update; it names the command that was probably meant."""
    offered = [spec.name for spec in COMMANDS.values() if not spec.internal]
    meant = get_close_matches(name[:80], offered, n=1)
    hint = f": perhaps {meant[0]}" if meant else ""
    return Refusal("Malformed", f"there is no {form} {name[:80]!r} ({count} arguments){hint}")


def _untrusted(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal if somebody is not known well enough for a command, or for a part of it."""
    parts = (part.command for part in parts_of(command, case))
    moves = case.policy.judges_in_full and case.becomes not in {None, case.incident.severity}
    severity = (SET_SEVERITY,) if moves else ()
    override = (OVERRIDE,) if case.overrides else ()
    refusals = (untrusted(case, each) for each in (name, *parts, *severity, *override))
    return next((refusal for refusal in refusals if refusal), None)


def _authority(case: Case, name: str, command: Command) -> Refusal | None:
    refusal = _untrusted(case, name, command)
    if refusal:
        return refusal
    if over_own_role(case, command):
        return None
    key = rule_key(case.policy, name, command, case.incident.state)
    found = _by_rule(case, name, command, key)
    for part in parts_of(command, case):
        if part.key and not found:
            found = _by_rule(case.for_part(part.command), part.command, command, part.key)
    return found


def _by_rule(case: Case, name: str, command: Command, key: str) -> Refusal | None:
    rule = also_the_named(rule_for(case.policy, key), key, case.incident)
    what = case.says(name) if key == name else f"{name} {_of(key)}"
    refusal = unauthorised(case, rule, name, command, what, key=key)
    if refusal:
        return refusal
    if rule.needs_note and not command.note and not case.overrides:
        return Refusal("Refused", f"the policy requires a reason for {name}: note", ("note",))
    return None


def _of(key: str) -> str:
    """The part of a command that a rule is about, if it is not about the whole command."""
    rule = rule_named(key)
    return f"from {rule.part}" if rule.command == REOPEN else rule.part or ""


def _room(name: str, decision: Decision) -> Refusal | None:
    """The refusal of more text if the record is full; moving the incident on is always possible."""
    if name in FREE_TEXTS and too_heavy(decision.incident):
        return Refusal(
            "Refused",
            f"the record has reached its limit of {RECORD_BOUND_BYTES // 1024} KiB: "
            "put longer texts into a document and link it",
        )
    return None


def _taken_up(decision: Decision, case: Case, name: str) -> Decision:
    """Note that a person did something after acknowledging: somebody works on the incident."""
    person = case.actor not in (ENGINE, MONITORING)
    waits = (
        depends_on_progress(case.policy)
        or case.incident.milestone("reopened") is not None
        or case.incident.demand_of is not None
    )
    if not person or name in NO_PROGRESS or not waits or _unproven(case):
        return decision
    takes_up = TakenUp(case.actor.name, may_acknowledge=_may_acknowledge(case))
    effects = (takes_up, *decision.effects)
    return Decision(decision.incident, decision.summary, effects)


def _unproven(case: Case) -> bool:
    """Whether the actor is not known well enough to acknowledge, and so to stop pages."""
    return case.policy.judges_in_full and untrusted(case, Trigger.ACKNOWLEDGE.value) is not None


def _may_acknowledge(case: Case) -> bool:
    """Whether the actor could take on the incident by acknowledging it."""
    if not case.policy.closes_detours:
        return True
    rule = rule_for(case.policy, Trigger.ACKNOWLEDGE)
    return permitted(rule, case.actor, case.incident, case.policy, case.now)


def _given_at(command: Command, incident: Incident, now: datetime) -> datetime:
    """When a command was given: now, unless it says that it was long on its way.

    It cannot have been sent before the incident existed.
    """
    sent_at = max(command.sent_at, incident.reported_at) if command.sent_at else now
    return sent_at if now - sent_at > ON_ITS_WAY else now


def _misdated(happened_at: datetime, incident: Incident, now: datetime) -> Refusal | None:
    """The refusal of a command about the future, or about a time long ago."""
    if happened_at > now:
        message = f"happened_at lies in the future: {in_utc(happened_at)}, now is {in_utc(now)}"
        return Refusal("Malformed", message, ("happened_at",))
    if happened_at < incident.reported_at - LOOKING_BACK:
        message = (
            f"happened_at lies more than {LOOKING_BACK.days} days before the report: "
            f"{in_utc(happened_at)}"
        )
        return Refusal("Malformed", message, ("happened_at",))
    return None


def judge(
    name: str,
    command: Command,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    reopening: bool = False,
) -> Outcome:
    """Decide a command at `now`: the new record and the effects, or a refusal.

    While `reopening`, an incident that is over accepts nothing else but answers to that.
    """
    happened_at = command.happened_at or _given_at(command, incident, now)
    misdated = _misdated(happened_at, incident, now)
    if misdated:
        return misdated
    if policy.closes_detours:
        command = plainly_named(name, command)
    actor = command.sender
    case = Case(incident, policy, actor, now, happened_at)
    if COMMANDS[name].internal and actor not in (ENGINE, MONITORING):
        return Refusal("NotAuthorised", f"{name} is for monitoring only", may=(MONITORING.name,))
    refusal = misnamed(case, name, command)
    if refusal:
        return refusal
    trigger = Trigger(name) if name in BY_TRIGGER else None
    late = incident.state in TERMINAL and trigger is None
    accepted = _accepted_when_over(incident, policy, reopening=reopening)
    if late and not isinstance(command, RecordAlertsCommand) and name not in accepted:
        over = Refusal("Refused", f"the incident is {incident.state}", possible=("reopen",))
        return _authority_first(case, name, command, over)
    return decided_with_override(case, name, command.override, lambda c: _decided(c, name, command))


def _accepted_when_over(
    incident: Incident, policy: CompiledPolicy, *, reopening: bool
) -> frozenset[str]:
    """The commands that an incident takes when it is over: also answers that it waits for."""
    answers = ANSWERS if awaits_answer(incident, policy) else frozenset()
    return answers if reopening else answers | AFTER_THE_END


def out_of_bounds(
    name: str,
    command: Command,
    incident: Incident,
    policy: CompiledPolicy,
    now: datetime,
    *,
    refusal: Refusal,
) -> Refusal:
    """The refusal of a command that is too much for the record; a lack of authority comes first."""
    case = Case(incident, policy, command.sender, now, now)
    return _authority_first(case, name, command, refusal)


def _authority_first(case: Case, name: str, command: Command, impossible: Refusal) -> Refusal:
    """The refusal of an impossible command; a lack of authority comes first.

    Nobody is asked to approve the impossible.
    """
    if impossible.kind == "NotAuthorised":
        return impossible
    refusal = _authority(case, name, command)
    if refusal is None or refusal.kind != "NotAuthorised":
        return impossible
    return with_impossibility(refusal, impossible)


def _decided(case: Case, name: str, command: Command) -> Outcome:
    """Check that a command is possible, allowed and approved, and work out what follows."""
    trigger = Trigger(name) if name in BY_TRIGGER else None
    if answerable(case.incident, trigger):
        outcome = answer(case, command)
    else:
        outcome = fire(trigger, case, command) if trigger else COMMAND_RULES[name](case, command)
    if isinstance(outcome, Refusal):
        return _authority_first(case, name, command, outcome)
    changed = replace(case, becomes=outcome.incident.severity)
    refusal = _authority(changed, name, command) or reason_missing(changed, name, command)
    refusal = refusal or unapproved(changed, name, command)
    refusal = refusal or unapproved_parts(changed, name, command)
    refusal = refusal or _room(name, outcome)
    if refusal:
        return with_words_of_request(refusal, case, command)
    said = with_words(outcome, case, command)
    done = without_settled_requests(said, changed, name, command)
    done = with_completed_review(done, case, name)
    done = told_of_link(done, case) if trigger is Trigger.ACKNOWLEDGE else done
    done = _taken_up(with_corrections(done, case, name, command), case, name)
    records = isinstance(command, RecordAlertsCommand)
    return with_severity_of_alerts(done, case) if records else done


AFTER_THE_END = frozenset(
    {
        "set_milestone",
        "correct_milestone",
        "withdraw_milestone",
        "set_attribute",
        "set_date",
        "extend_clock",
        "link",
        "add_lesson",
        "add_note",
        "post_update",
    }
)
"""Commands that an incident still accepts after it is over, while its run lasts."""
