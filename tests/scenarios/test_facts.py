"""A breach that fired is a fact in the search attributes of a real incident too."""

from temporalio.common import SearchAttributeKey, TypedSearchAttributes

from models.time.clock import ClockStatus
from tests.scenarios.stage import Stage
from tests.specimens import POLICY, minutes

BREACHED = SearchAttributeKey.for_keyword_list("IncidentBreachedClocks")
MARKS = SearchAttributeKey.for_keyword_list("IncidentMarks")
LEVEL = SearchAttributeKey.for_int("IncidentLevel")
QUIET = POLICY.changed(audiences=())


async def shown(stage: Stage) -> TypedSearchAttributes:
    """The attributes by which a search finds the incident, once it is idle."""
    await stage.settled()
    return (await stage.handle.describe()).typed_search_attributes


async def test_a_breach_that_a_backdated_fact_corrects_is_still_found(stage: Stage) -> None:
    """`IncidentBreachedClocks` keeps it, `IncidentMarks` says that it was corrected."""
    await stage.report(QUIET)
    await stage.at(6)
    at = stage.start + minutes(4)
    await stage.do("acknowledge", happened_at=at.isoformat(), note="said it in the call")
    found = await shown(stage)
    assert list(found[BREACHED]) == ["acknowledge"]
    assert list(found[MARKS]) == ["corrected:acknowledge"]
    view = await stage.view()
    reading = next(r for r in view.readings if r.clock == "acknowledge")
    assert reading.status is ClockStatus.MET_AFTER_CORRECTION
    assert [b.corrected.reason for b in view.breaches if b.corrected] == ["said it in the call"]


async def test_a_policy_keeps_names_out_of_the_search(stage: Stage) -> None:
    """Temporal stores search attributes in the clear."""
    await stage.report(QUIET.changed(names_in_search=False))
    await stage.do("acknowledge")
    found = await shown(stage)
    names = {key.name for key, _ in found}
    assert "IncidentState" in names
    assert names.isdisjoint({"IncidentManager", "IncidentPeople"})
    assert (await stage.view()).manager == "ana"


async def test_a_breach_outlives_the_policy_that_it_broke(stage: Stage) -> None:
    """A search finds it even under a later policy without that clock."""
    await stage.report(QUIET)
    await stage.at(6)
    await stage.do("assign_role", role="incident_manager", person="ana")
    clocks = tuple(
        spec.changed(
            within={
                severity: target.changed(within=minutes(100))
                for severity, target in spec.within.items()
            }
        )
        for spec in QUIET.clocks
        if spec.name != "acknowledge"
    )
    later = QUIET.changed(version="2", clocks=clocks, policy_hash="2" * 64)
    stage.known[later.policy_hash] = later
    await stage.do("adopt_policy", policy_hash=later.policy_hash, note="agreed")
    found = await shown(stage)
    assert list(found[BREACHED]) == ["acknowledge"]
    assert list(found[MARKS]) == ["corrected:acknowledge"]


async def test_people_paged_beyond_the_first_level_are_found_after_a_reopening(
    stage: Stage,
) -> None:
    """The reopened incident pages its first level again; before, it had paged the second."""
    await stage.report(QUIET)
    await stage.at(6)
    assert (await shown(stage))[LEVEL] == 2
    await stage.do("acknowledge", note="n")
    await stage.do("resolve", steps=["verify"])
    await stage.do("reopen", note="again")
    view = await stage.view()
    assert view.escalation.level == 1
    assert (await shown(stage))[LEVEL] == 2


async def test_an_owed_update_is_found_until_somebody_posts_it(stage: Stage) -> None:
    """The mark comes when the time of an audience is over, and goes with the update."""
    await stage.report()
    await stage.at(1)
    await stage.do("acknowledge")
    assert not (await shown(stage)).get(MARKS)
    await stage.at(120)
    assert list((await shown(stage))[MARKS]) == ["update_owed"]
    await stage.do("post_update", text="We know more.")
    assert not (await shown(stage)).get(MARKS)
