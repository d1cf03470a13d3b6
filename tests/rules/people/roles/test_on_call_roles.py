"""How schedules affect roles and authority: who takes a role, who is a responder."""

from datetime import timedelta

from models.base import ENGINE
from models.compiled import EscalationPolicy, Level, RoleRule
from models.incident.timeline import EntryKind
from models.people.schedule import Duty, FeedSpec, GapKind, OnCall, ScheduleSpec
from rules.commands.beginning.first_record import open_incident
from rules.people.naming.people_meant import people_in_authority, responders
from rules.record.timeline import note
from tests.rules.schedules import override, rotation, schedule
from tests.specimens import POLICY, REPORT, START

ROLES = (RoleRule(name="incident_manager", default="schedule:managers"),)
DUTY = Duty(person="bo", because="layer day", since_at=START, until_at=START + timedelta(hours=8))


def opened(found: OnCall | None) -> tuple[str | None, list[str]]:
    """The holder of the role, and the timeline's lines about roles."""
    policy = POLICY.changed(roles=ROLES, on_call={"managers": found} if found else {})
    incident = open_incident("INC-1", REPORT, policy, START)
    lines = [entry for entry in incident.timeline if entry.kind.startswith("role.")]
    assert {entry.data["role"] for entry in lines} == {"incident_manager"}
    told = [entry.summary for entry in lines]
    return incident.holder("incident_manager"), told


def test_the_person_on_call_takes_the_role_and_the_timeline_names_the_schedule() -> None:
    """The line has the layer and the end of the shift."""
    until = f"{START + timedelta(hours=8):%Y-%m-%d %H:%M} UTC"
    assert opened(OnCall(schedule="managers", at=START, duties=(DUTY,))) == (
        "bo",
        [
            (
                "bo is incident_manager by the policy's default, "
                f"on call by managers, layer day until {until}"
            )
        ],
    )


def test_nobody_takes_the_role_if_nobody_is_on_call_and_the_timeline_says_so() -> None:
    """The line says whether that was intended, or that no schedule was asked."""
    gap = OnCall(schedule="managers", at=START, gap=GapKind.DECLARED)
    words = "nobody takes incident_manager: nobody is on call by managers: a declared gap"
    assert opened(gap) == (None, [words])
    assert opened(None) == (
        None,
        ["nobody takes incident_manager: schedule:managers was not asked"],
    )


def test_everybody_whom_a_schedule_can_name_is_a_responder() -> None:
    """Rotations and overrides count; a feed may name everybody. Other schedules do not count."""
    turns = schedule(
        rotation("daily 09:00"), overrides=(override("di", "2026-03-01", "2026-03-02"),)
    )
    fed = ScheduleSpec(name="fed", zone="UTC", feed=FeedSpec(name="f"))
    level = Level(page=("schedule:primary", "person:ed"), wait=timedelta(minutes=5))
    escalation = EscalationPolicy(name="default", levels=(level,))
    policy = POLICY.changed(schedules=(turns, fed), escalation=escalation)
    assert responders(policy) == ("ana", "bo", "cy", "di", "ed")
    level = level.changed(page=("schedule:fed",))
    escalation = escalation.changed(levels=(level,))
    policy = policy.changed(escalation=escalation)
    assert responders(policy) == tuple(policy.people)


def test_everybody_whom_a_schedule_paged_is_a_responder() -> None:
    """An override made during the incident may name somebody new to the incident."""
    incident = open_incident("INC-1", REPORT, POLICY, START)
    before = people_in_authority("responders", incident, POLICY, START) or ()
    incident = note(
        incident,
        EntryKind.PAGE_SENT,
        "page to zoe",
        actor=ENGINE,
        now=START,
        recipient="zoe",
        schedule="primary",
    )
    assert people_in_authority("responders", incident, POLICY, START) == (*before, "zoe")
