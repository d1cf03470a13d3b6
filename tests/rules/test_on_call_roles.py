"""A role by a schedule goes to whoever is on call when the incident begins."""

from datetime import timedelta

from models.compiled import RoleRule
from models.schedule import Duty, Gap, OnCall
from rules.opening import open_incident
from tests.specimens import POLICY, REPORT, START

ROLES = (RoleRule(name="incident_manager", default="schedule:managers"),)
DUTY = Duty(person="bo", because="layer day", since_at=START, until_at=START + timedelta(hours=8))


def opened(found: OnCall | None) -> tuple[str | None, list[str]]:
    """Who holds the role, and what the timeline says of roles."""
    policy = POLICY.model_copy(
        update={"roles": ROLES, "on_call": {"managers": found} if found else {}}
    )
    incident = open_incident("INC-1", REPORT, policy, START)
    told = [entry.summary for entry in incident.timeline if entry.kind.startswith("role.")]
    return incident.holder("incident_manager"), told


def test_whoever_is_on_call_takes_the_role_and_the_timeline_says_by_which_schedule() -> None:
    """With the layer, and until when."""
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


def test_where_nobody_is_on_call_nobody_takes_it_and_that_is_told() -> None:
    """Whether it was meant; and where nobody was asked."""
    gap = OnCall(schedule="managers", at=START, gap=Gap.DECLARED)
    words = "nobody takes incident_manager: nobody is on call by managers: a declared gap"
    assert opened(gap) == (None, [words])
    assert opened(None) == (None, ["nobody takes incident_manager: nobody asked schedule:managers"])
