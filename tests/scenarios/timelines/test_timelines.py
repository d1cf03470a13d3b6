"""Published incidents, played: each clock, update and figure has its expected value."""

import json
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.play import play
from rehearsal.results.outcome import judge
from rehearsal.results.played import Played
from rehearsal.scenarios.load import load_scenario
from tests.scenarios.timelines.converter import policy_file, scenario_of
from tests.scenarios.timelines.facts import TIMELINES, Check, Late

ROWS = [(name, check) for name, known in TIMELINES.items() for check in known.checks]


async def played(
    server: WorkflowEnvironment, folder: Path, name: str, check: Check
) -> tuple[Played, tuple[str, ...]]:
    """A timeline, played under the policy of a check, and its differences from the check."""
    policy = policy_file(check, folder)
    file = folder / "scenario.yaml"
    file.write_text(json.dumps(scenario_of(TIMELINES[name], check, policy)), encoding="utf-8")
    loaded = load_scenario(file)
    assert loaded.problems == ()
    assert loaded.scenario is not None
    came = await play(server.client, loaded, RehearsedPolicy(policy), folder)
    judgement = judge(came, loaded.scenario)
    refused = tuple(f"{r.what} refused: {r.because}" for r in came.refused)
    return came, (*judgement.missing, *judgement.unexpected, *refused)


def missed(came: Played, check: Check) -> tuple[Late, ...]:
    """The late updates, with the time of the next one or of the end."""
    named = f"update:{check.updates}"
    return tuple(
        Late.model_validate({"due": breach.at, "next": breach.at + breach.late_by})
        for breach in came.breaches
        if breach.clock == named and breach.at
    )


def verdict(late: tuple[Late, ...], check: Check) -> str:
    """What gaps between updates prove; an incomplete record proves no breach."""
    if not late:
        return "met"
    return "not decidable" if check.incomplete else "breached"


@pytest.mark.parametrize(
    ("name", "check"), ROWS, ids=[f"{name}: {check.policy}: {check.name}" for name, check in ROWS]
)
async def test_a_published_incident_comes_out_as_it_was_worked_out(
    time_skipping: WorkflowEnvironment, tmp_path: Path, name: str, check: Check
) -> None:
    """That is its outcome under the policy, when it was due, how long it took, how late it was."""
    came, otherwise = await played(time_skipping, tmp_path, name, check)
    assert otherwise == ()
    if check.updates:
        late = missed(came, check)
        assert late == check.late
        assert verdict(late, check) == check.outcome


def test_every_timeline_says_where_it_was_published_and_on_what_each_check_is_based() -> None:
    """Severities and most pairings are assumptions: no promise of one judges another."""
    assert [name for name, known in TIMELINES.items() if not (known.sources and known.checks)] == []
    own = {check.policy for _, check in ROWS if check.basis.startswith("own")}
    assert own == {"own promise", "gitlab-com"}
