"""What a clock waits for after the end of its incident, and what it opens that has it again."""

import pytest

from tests.policies.written import MARK, WHOLE, clock, errors, expected_at, warnings

WAIT = (
    "does not come after its end; wait for a milestone of your own, update:AUDIENCE, flag:FLAG "
    "or planned:DATE; or remove outlives"
)
AGAIN = (
    "the incident that another opens has the clock another, too; add when: not via=engine, "
    "so that the new incident does not run it"
)
MORE = "flags: [leak]\nmilestones: [told]\ndates: [meeting]\n"


@pytest.mark.parametrize(
    ("stops", "never"),
    [
        ("role:lead", "role:lead"),
        ("acknowledged", "acknowledged"),
        ("reviewed", "reviewed"),
        ("severity_confirmed", "severity_confirmed"),
        ("later of told and closed", "closed"),
    ],
)
def test_a_clock_does_not_outlive_its_incident_for_what_comes_only_before_the_end(
    stops: str, never: str
) -> None:
    """Nobody could stop it any more, and the incident would never be over."""
    reviewed = "review: { required: { SEV1: always, SEV2: never } }\n"
    marked = WHOLE + clock("reported", stops, ", §outlives: true") + MORE + reviewed
    found = errors("", to=marked.replace(MARK, ""))
    assert found == expected_at(
        marked, [f"error: another outlives its incident, and {never} {WAIT}"]
    )


@pytest.mark.parametrize("stops", ["told", "flag:leak", "planned:meeting", "told or closed"])
def test_a_clock_outlives_its_incident_for_what_still_comes(stops: str) -> None:
    """One of several is enough."""
    added = clock("reported", stops, ", outlives: [resolve, cancel]") + MORE
    assert errors(added) == []


OPENS = ", at: { 100%: §open incident Contingency }"


@pytest.mark.parametrize("rest", ["", ", when: via=engine", ", when: flag leak"])
def test_a_clock_that_opens_an_incident_with_the_same_clock_is_warned_of(rest: str) -> None:
    """Else each would lead to the next; the engine opens no further one."""
    marked = WHOLE + clock("reported", "resolved", OPENS + rest) + MORE
    assert warnings("", to=marked.replace(MARK, "")) == expected_at(marked, [f"warning: {AGAIN}"])


@pytest.mark.parametrize(
    ("starts", "rest"), [("reported", ", when: not via=engine"), ("told", ""), ("alert_fired", "")]
)
def test_a_clock_that_does_not_run_for_what_it_opens_is_not_warned_of(
    starts: str, rest: str
) -> None:
    """For what the engine opened it has no start, or another condition."""
    added = clock(starts, "resolved", OPENS.replace(MARK, "") + rest) + MORE
    assert warnings(added) == []
