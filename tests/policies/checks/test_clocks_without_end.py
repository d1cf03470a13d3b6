"""What a clock waits for after its incident's end, and clocks that open incidents."""

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
def test_a_clock_cannot_outlive_its_incident_to_wait_for_what_comes_before_the_end(
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
def test_a_clock_may_outlive_its_incident_to_wait_for_what_still_comes(stops: str) -> None:
    """One such stop among several is enough."""
    added = clock("reported", stops, ", outlives: [resolve, cancel]") + MORE
    assert errors(added) == []


OPENS = ", at: { 100%: §open incident Contingency }"


@pytest.mark.parametrize("rest", ["", ", when: via=engine", ", when: flag leak"])
def test_a_clock_that_opens_an_incident_with_the_same_clock_is_a_warning(rest: str) -> None:
    """Otherwise each would lead to the next; the engine opens only the first."""
    marked = WHOLE + clock("reported", "resolved", OPENS + rest) + MORE
    assert warnings("", to=marked.replace(MARK, "")) == expected_at(marked, [f"warning: {AGAIN}"])


@pytest.mark.parametrize(
    ("starts", "rest"), [("reported", ", when: not via=engine"), ("told", ""), ("alert_fired", "")]
)
def test_a_clock_that_does_not_run_in_the_incident_it_opens_is_no_warning(
    starts: str, rest: str
) -> None:
    """That incident lacks its start, or its condition does not hold there."""
    added = clock(starts, "resolved", OPENS.replace(MARK, "") + rest) + MORE
    assert warnings(added) == []
