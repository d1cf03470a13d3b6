"""A threshold sets off a command of the engine, or an effect on people."""

import pytest

from models.base import ENGINE
from models.command import AssignRoleCommand, HoldCommand, SetSeverityCommand
from models.compiled import RoleRule
from models.payload import Command
from models.policy.values.actions import parse_action
from models.time.clock import Action, ActionKind, DueThreshold, FiredThreshold
from rules.deadlines.threshold_actions import command_of, effects_of, opens_no_further
from rules.record.decision import Effect, OpenLinked, PageNextLevel, PageRole, Remind, TellAudiences
from rules.record.timeline import with_fired
from tests.rules.timed import FRIDAY, incident, later, policy_of
from tests.specimens import done

RAISING = (
    "communication: { audiences: { all: { channels: log } } }\n"
    "clocks:\n  it: { from: reported, to: resolved, within: 4h, "
    "at: { 50%: raise severity once, 100%: raise severity once, 150%: notify all } }\n"
)
POLICY = policy_of(RAISING)
POINT = DueThreshold(clock="it", run=1, threshold="100%", fraction=1, due_at=later(4))
WHY = "it breached"
BY = {"actor": ENGINE.name, "via": ENGINE.via, "note": WHY}


def command(text: str, severity: str = "SEV2") -> tuple[str, Command] | None:
    """The command for an action, at a severity of the incident."""
    return command_of(parse_action(text), POINT, POLICY, incident(POLICY, severity), WHY)


@pytest.mark.parametrize(
    ("text", "severity", "expected"),
    [
        ("raise severity", "SEV2", "SEV1"),
        ("raise severity", "SEV1", None),
        ("raise severity to SEV1", "SEV2", "SEV1"),
        ("raise severity to SEV1", "SEV1", None),
        ("raise severity to SEV2", "SEV1", None),
        ("raise severity once", "SEV2", "SEV1"),
    ],
)
def test_raising_goes_one_worse_or_to_the_named_severity_and_never_down(
    text: str, severity: str, expected: str | None
) -> None:
    """If the incident is as bad already, nothing happens."""
    found = command(text, severity)
    if expected is None:
        assert found is None
    else:
        assert found == ("set_severity", SetSeverityCommand(severity=expected, **BY))


@pytest.mark.parametrize(
    ("clock", "run", "threshold", "raised"),
    [
        ("it", 1, "50%", False),
        ("it", 1, "100%", True),
        ("it", 1, "150%", True),
        ("it", 2, "100%", False),
        ("another", 1, "50%", True),
    ],
)
def test_once_is_once_for_each_clock(clock: str, run: int, threshold: str, raised: bool) -> None:  # noqa: FBT001
    """Fired thresholds of the clock that raise count; this one, and one that only tells, do not."""
    fired = FiredThreshold(
        clock=clock, run=run, threshold=threshold, fraction=1, due_at=FRIDAY, fired_at=FRIDAY
    )
    record = with_fired(incident(POLICY, "SEV2"), fired)
    found = command_of(parse_action("raise severity once"), POINT, POLICY, record, WHY)
    assert (found is not None) is raised


def test_assigning_and_holding_are_commands_with_the_reason() -> None:
    """They are judged like a person's commands, and are on the timeline."""
    assigned = AssignRoleCommand(role="lead", person="bo", **BY)
    assert command("assign lead bo") == ("assign_role", assigned)
    assert command("assign lead person:bo") == ("assign_role", assigned)
    assert command("hold third_party") == ("hold", HoldCommand(reason="third_party", **BY))


def test_a_role_can_be_given_to_whoever_holds_another() -> None:
    """Or to its deputy; while nobody is either, the command names the role and is refused."""
    read = policy_of(RAISING)
    lead = next(role for role in read.roles if role.name == "lead")
    policy = read.changed(
        roles=(lead.changed(deputy="bo", default=None), RoleRule(name="scribe", remembered=True))
    )
    begun = incident(policy, "SEV2")
    led = done(begun, "assign_role", later(1), policy, role="lead", person="ana")
    action = parse_action("assign scribe role:lead")
    for record, person in ((led, "ana"), (begun, "bo")):
        found = command_of(action, POINT, policy, record, WHY)
        assert found == ("assign_role", AssignRoleCommand(role="scribe", person=person, **BY))


@pytest.mark.parametrize("text", ["escalate", "page lead", "notify all", "open incident It"])
def test_messages_to_people_are_no_commands(text: str) -> None:
    """By itself it changes nothing on the record."""
    assert command(text) is None


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("escalate", PageNextLevel(WHY, None, waits=True, stays=True)),
        ("escalate to 2", PageNextLevel(WHY, 2, waits=True, stays=True)),
        ("page lead", PageRole("lead", WHY)),
        ("notify all", TellAudiences("deadline", WHY, ("all",))),
        ("notify lead", Remind("lead", WHY)),
        ("remind lead", Remind("lead", WHY)),
        ("open incident It went wrong", OpenLinked("It went wrong", WHY)),
    ],
)
def test_an_action_asks_for_the_effect_that_it_says(text: str, effect: Effect) -> None:
    """It informs an audience, or reminds a role or a person."""
    assert effects_of(parse_action(text), POLICY, WHY) == (effect,)


@pytest.mark.parametrize(
    ("led", "clock", "opens"),
    [
        ((), "it", True),
        (("it",), "it", False),
        (("it", "other"), "it", False),
        (("other",), "it", True),
        (("a", "b", "c"), "it", False),
    ],
)
def test_an_incident_that_a_clock_opened_opens_none_for_that_clock(
    led: tuple[str, ...],
    clock: str,
    opens: bool,  # noqa: FBT001 - a row of a table
) -> None:
    """That holds at once and in turn with another clock, and no row is endless."""
    record = incident(POLICY)
    report = record.report.changed(opened_for=led)
    record = record.changed(report=report)
    point = POINT.changed(clock=clock)
    why_not = opens_no_further(parse_action("open incident It"), point, record)
    assert (why_not is None) is opens
    assert opens_no_further(parse_action("page lead"), point, record) is None


def test_an_action_that_is_a_command_asks_for_no_effect() -> None:
    """The command does it, once."""
    assert effects_of(Action(kind=ActionKind.HOLD, target="third_party"), POLICY, WHY) == ()


def test_a_threshold_of_no_clock_has_not_raised_before() -> None:
    """A late update is not a clock of the policy, but may raise the severity too."""
    point = POINT.changed(clock="update:all")
    record = done(incident(POLICY, "SEV2"), "acknowledge", later(1), POLICY)
    found = command_of(parse_action("raise severity once"), point, POLICY, record, WHY)
    assert found is not None
