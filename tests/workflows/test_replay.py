"""Running incidents go on under today's code: stored histories replay."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from runtime.payloads import UNENCRYPTED, converter_of
from runtime.settings import Settings
from runtime.worker.registry import WORKFLOWS, workflow_runner

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
OUT_OF_TIME = "TMPRL1101"
"""A workflow must yield within two seconds; on a busy machine it may not get them."""
TRIES = 10


def stored(path: Path) -> WorkflowHistory:
    """A stored history, under the id that its workflow had."""
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    started = history.events[0].workflow_execution_started_event_attributes
    return WorkflowHistory(started.workflow_id, history.events)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_history_replays(path: Path) -> None:
    """The same decisions follow, event by event."""
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=UNENCRYPTED,
        workflow_runner=workflow_runner(),
    )
    for _ in range(TRIES):
        try:
            await replayer.replay_workflow(stored(path))
        except RuntimeError as error:
            if OUT_OF_TIME not in str(error):
                raise
        else:
            return
    raise AssertionError(f"{path.stem} ran out of time {TRIES} times")


async def test_a_change_of_the_commands_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pages the first level by a regular activity gets stuck with what is open."""
    monkeypatch.setattr(
        "workflows.incident.paging.first_page.FirstPage.within_task", lambda *_, **__: False
    )
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=UNENCRYPTED,
        workflow_runner=workflow_runner(guarded=False),
    )
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(stored(HISTORIES[0].with_name("full_life-run1.json")))


async def test_a_history_replays_although_zones_and_holidays_changed_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A calendar's decisions were recorded, so nothing looks them up again."""

    def changed(*_: object, **__: object) -> None:
        raise AssertionError("a replay asked what a calendar says today")

    monkeypatch.setattr("rules.zones.calendars.slice_of", changed)
    monkeypatch.setattr("rules.zones.calendars.ZoneInfo", changed)
    monkeypatch.setattr("holidays.country_holidays", changed)
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=UNENCRYPTED,
        workflow_runner=workflow_runner(guarded=False),
    )
    path = HISTORIES[0].with_name("in_calendars-run1.json")
    await replayer.replay_workflow(stored(path))


async def test_a_history_from_before_the_first_key_replays_with_keys() -> None:
    """Who sets keys goes on with the incidents that are open."""
    keys = Settings.model_validate({"payload_keys": f"one:{'A' * 43}="})
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=converter_of(keys),
        workflow_runner=workflow_runner(guarded=False),
    )
    path = HISTORIES[0].with_name("full_life-run1.json")
    await replayer.replay_workflow(stored(path))


def test_full_lives_holds_reopenings_cancellations_and_many_runs_are_among_the_histories() -> None:
    """These kinds of lives must stay replayable."""
    stems = {path.stem for path in HISTORIES}
    assert {"full_life-run1", "hold_reopen-run1", "cancelled-run1", "many_runs-run2"} <= stems
    assert "in_calendars-run1" in stems
    assert {"group_runs-run2", "group_takeover-run1", "outlived_group-run2"} <= stems
    assert {"shortened-run2", "shortened_archive-run1", "kept_policy-run1"} <= stems


def test_every_kind_of_workflow_is_among_the_histories() -> None:
    """A new one needs a history from its first day on."""
    begun = [stored(path).events[0] for path in HISTORIES]
    told = {e.workflow_execution_started_event_attributes.workflow_type.name for e in begun}
    assert told == {vars(kind)["__temporal_workflow_definition"].name for kind in WORKFLOWS}
