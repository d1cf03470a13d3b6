"""A scenario is played: states at an instant, and effects of adopting a policy."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.time.clock import ClockReading, ClockStatus
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.play import play
from rehearsal.results.outcome import Judgement, judge
from rehearsal.results.played import Played
from rehearsal.scenarios.load import load_scenario
from runtime.settings import ROOT

SMALL = ROOT / "tests" / "scenarios" / "files" / "policies" / "small.yaml"
BEGINS = """\
scenario: A night
starts: 2026-03-27T16:50:00Z
events:
  - { at: 0m, by: cy, report: { title: Checkout fails, affected_systems: checkout } }
"""
Plays = Callable[[str], Awaitable[tuple[Played, Judgement]]]


@pytest.fixture
def plays(time_skipping: WorkflowEnvironment, tmp_path: Path) -> Plays:
    """Plays a scenario under the small policy; its regulator clock counts working days."""

    async def played(text: str) -> tuple[Played, Judgement]:
        (tmp_path / "days.yaml").write_text(
            SMALL.read_text().replace("SEV2: 3d", "SEV2: 3d office")
            + "calendars: { office: { days: mon-fri, hours: 09:00-17:00 } }\n"
        )
        file = tmp_path / "night.yaml"
        file.write_text(text)
        loaded = load_scenario(file)
        assert loaded.problems == ()
        policy = RehearsedPolicy(tmp_path / "days.yaml")
        night = await play(time_skipping.client, loaded, policy, tmp_path / "kept")
        assert loaded.scenario is not None
        return night, judge(night, loaded.scenario)

    return played


def clock(night: Played, name: str) -> ClockReading:
    """The only run of a clock at the end."""
    (standing,) = night.standings()
    (found,) = [reading for reading in standing.clocks if reading.clock == name]
    return found


async def test_a_limit_that_passes_at_the_end_itself_is_breached(plays: Plays) -> None:
    """The timeline, the clocks, the breaches and an expectation agree."""
    ends = "until: 15m\nexpect:\n  - { at: 15m, clock: acknowledge, status: breached }\n"
    night, judgement = await plays(BEGINS + ends)
    (incident,) = night.incidents
    assert "clock.breached" in [line.kind for line in incident.timeline]
    found = clock(night, "acknowledge")
    assert (found.status, found.late_by) == (ClockStatus.BREACHED, timedelta())
    assert found.elapsed == timedelta(minutes=15)
    assert [breach.clock for breach in night.breaches] == ["acknowledge"]
    assert judgement.as_expected


async def test_adopting_the_policy_that_is_in_force_moves_no_limit(plays: Plays) -> None:
    """Limits in days stay too: the policy brings its calendars, as in a real adoption."""
    text = BEGINS + (
        "  - { at: 1m, by: ana, do: set_milestone, milestone: aware }\n"
        "  - { at: 1m, by: ana, do: acknowledge }\n"
        "  - { at: 2m, by: ana, do: adopt_policy, to: days.yaml, note: agreed }\n"
        "until: 10m\n"
    )
    night, _ = await plays(text)
    (incident,) = night.incidents
    (adopted,) = [line for line in incident.timeline if line.kind == "policy.adopted"]
    assert adopted.summary == "policy Small policy 1 adopted, after Small policy 1 (agreed)"
    assert clock(night, "regulator").breach_at is not None


async def test_a_refused_command_belongs_to_the_incident_that_it_was_given_to(plays: Plays) -> None:
    """Without a name that is the newest incident."""
    text = BEGINS.replace("at: 0m,", "at: 0m, incident: checkout,")
    text += "  - { at: 5m, by: cy, do: close }\nuntil: 6m\n"
    text += "expect:\n  - { refused: close, incident: checkout }\n"
    night, judgement = await plays(text)
    assert [refused.incident for refused in night.refused] == ["checkout"]
    assert judgement.as_expected
