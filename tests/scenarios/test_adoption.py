"""The rules of an incident change only to a policy that the installation knows, by who may."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage
from temporalio.exceptions import ApplicationError

from models.compiled import AuthorityRule
from tests.scenarios.stage import Stage
from tests.specimens import POLICY

QUIET = POLICY.changed(audiences=())
LATER = QUIET.changed(version="2", policy_hash="2" * 64)
LAWLESS = QUIET.changed(version="9", policy_hash="9" * 64, authority={})
BROUGHT = {"policy": LAWLESS.model_dump(mode="json"), "note": "mine is better"}


async def led(stage: Stage) -> None:
    """An incident that ana leads; policy 2 has come into force meanwhile."""
    stage.known[LATER.policy_hash] = LATER
    await stage.report(QUIET)
    await stage.do("acknowledge")


async def in_force(stage: Stage) -> str:
    """The hash of the policy that counts."""
    return (await stage.view()).policy_hash


async def test_a_known_policy_is_looked_up_by_its_hash_and_the_answer_says_so(stage: Stage) -> None:
    """The timeline keeps who asked, why, and what became of it; the same id counts once."""
    await led(stage)
    fields = {"policy_hash": LATER.policy_hash, "note": "agreed", "command_id": "adopt-1"}
    result = await stage.do("adopt_policy", **fields)
    assert result.summary.startswith("policy Specimen policy 2 adopted, after Specimen policy 1")
    assert await in_force(stage) == LATER.policy_hash
    assert await stage.do("adopt_policy", **fields) == result
    lines = [e.summary for e in (await stage.record()).timeline if e.kind.startswith("policy.")]
    assert lines == [
        f"ana asks to go on under policy {'2' * 12} (agreed)",
        "policy Specimen policy 2 adopted, after Specimen policy 1 (agreed)",
    ]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("by_signal", [True, False])
async def test_an_adoption_that_comes_again_waits_for_the_same_outcome(
    stage: Stage, *, known: bool, by_signal: bool
) -> None:
    """Nobody hears that a policy is adopted before it is looked up."""
    await led(stage)
    policy_hash = LATER.policy_hash if known else LAWLESS.policy_hash
    said = {"actor": "ana", "policy_hash": policy_hash, "note": "agreed", "command_id": "adopt-1"}
    accepted = WorkflowUpdateStage.ACCEPTED

    async def again() -> Any:
        return await stage.handle.start_update("adopt_policy", said, wait_for_stage=accepted)

    stage.lookups.clear()
    if by_signal:
        await stage.handle.signal("adopt_policy", said)
    waiting = [await again(), await again()]
    stage.lookups.set()
    told = [await outcome(each) for each in waiting]
    assert told[0] == told[1]
    assert ("adopted, after" if known else "the policy is not adopted") in told[0]
    again_now = await again()
    assert await outcome(again_now) == told[0]
    lines = [e.summary for e in (await stage.record()).timeline if "asks to go on" in e.summary]
    assert len(lines) == (1 if known else 2)


async def outcome(update: Any) -> str:
    """What an update answers, or why it is refused."""
    try:
        return str((await update.result())["summary"])
    except WorkflowUpdateFailedError as error:
        return str(error.cause)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (BROUGHT, "Malformed"),
        ({"policy_hash": LAWLESS.policy_hash, "note": "x"}, "Refused"),
        ({"policy_hash": "2" * 64}, "Refused"),
        ({"policy_hash": "../etc", "note": "x"}, "Malformed"),
        ({"note": "x"}, "Malformed"),
        ({"policy_hash": "2" * 64, "note": "x", "actor": "bo"}, "NotAuthorised"),
        ({"policy_hash": "2" * 64, "note": "x", "actor": "mallory"}, "NotAuthorised"),
    ],
)
async def test_a_raw_update_changes_no_rules_but_to_known_ones_by_who_may(
    stage: Stage, fields: dict[str, Any], kind: str
) -> None:
    """Under a policy that says nothing of it: the role that leads, with a reason."""
    await led(stage)
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await stage.handle.execute_update("adopt_policy", {"actor": "ana", **fields})
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == kind
    assert await in_force(stage) == QUIET.policy_hash
    assert (await stage.record()).timeline[-1].kind == "command.refused"


@pytest.mark.parametrize(
    "fields", [BROUGHT, {"policy_hash": "9" * 64, "note": "x"}, {"policy_hash": "2" * 64}]
)
async def test_a_raw_signal_does_not_either(stage: Stage, fields: dict[str, Any]) -> None:
    """It becomes a refused line."""
    await led(stage)
    await stage.handle.signal("adopt_policy", {"actor": "ana", **fields})
    await stage.settled()
    assert await in_force(stage) == QUIET.policy_hash
    assert (await stage.record()).timeline[-1].kind == "command.refused"
    await stage.handle.signal(
        "adopt_policy", {"actor": "ana", "policy_hash": "2" * 64, "note": "agreed"}
    )
    await stage.settled()
    assert await in_force(stage) == LATER.policy_hash


async def test_a_policy_names_who_adopts_another(stage: Stage) -> None:
    """Instead of the role that leads, and without a reason if it asks none."""
    authority = {**QUIET.authority, "adopt_policy": AuthorityRule(by=("bo",))}
    stage.known[LATER.policy_hash] = LATER
    await stage.report(QUIET.changed(authority=authority))
    await stage.do("acknowledge")
    assert (await stage.refused("adopt_policy", policy_hash="2" * 64))["refusal"] == "NotAuthorised"
    await stage.do("adopt_policy", actor="bo", policy_hash=LATER.policy_hash)
    assert await in_force(stage) == LATER.policy_hash
