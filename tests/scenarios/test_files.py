"""Each scenario file plays as it expects, and nothing else goes out."""

from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.play import play
from rehearsal.results.outcome import judge
from rehearsal.scenarios.load import load_scenario
from runtime.settings import ROOT

FOLDERS = (Path(__file__).parent / "files", ROOT / "docs" / "examples")
FAULTS = Path(__file__).parent / "faults"
"""What went wrong once, each with the policy under which it did."""
NO_SCENARIOS = ("slack-manifest",)
"""Other examples of the documents."""
FILES = sorted(
    [path for folder in FOLDERS for path in folder.glob("*.yaml") if path.stem not in NO_SCENARIOS]
    + list(FAULTS.glob("*/scenario.yaml"))
)


def called(file: Path) -> str:
    """The name of a scenario: its file, or the folder of a fault."""
    return file.parent.name if FAULTS in file.parents else file.stem


@pytest.mark.parametrize("file", FILES, ids=called)
async def test_a_scenario_file_goes_as_it_expects(
    time_skipping: WorkflowEnvironment, tmp_path: Path, file: Path
) -> None:
    """Each page, message, clock and refusal is exactly as written."""
    loaded = load_scenario(file)
    assert loaded.problems == ()
    assert loaded.scenario is not None
    assert loaded.scenario.policy is not None
    policy = RehearsedPolicy(loaded.beside(loaded.scenario.policy))
    played = await play(time_skipping.client, loaded, policy, tmp_path)
    judgement = judge(played, loaded.scenario)
    assert judgement.missing == ()
    assert judgement.unexpected == ()
    assert judgement.expected > 0
