"""The server's visibility alone finds incidents, by their search attributes."""

from incidents.finding import Filters, mistaken_filters, query_of
from models.policy import Policy
from states.lifecycle import State


def test_the_query_can_be_pasted_into_the_temporal_ui() -> None:
    """The query that the list used is part of its JSON, in Temporal's own words."""
    query = query_of(Filters(states=(State.REVIEW, State.CLOSED), breached=True))
    assert query == (
        "WorkflowType = 'Incident' AND ExecutionStatus != 'ContinuedAsNew'"
        " AND IncidentState IN ('review', 'closed') AND IncidentBreached = true"
    )


def test_overridden_incidents_and_those_of_a_person_can_be_asked_for() -> None:
    """The person may have any name."""
    query = query_of(Filters(overridden=True, person="o'neil"))
    assert query.endswith(" AND IncidentOverridden = true AND IncidentPeople IN ('o\\'neil')")


def test_a_list_by_names_says_that_the_policy_keeps_them_out() -> None:
    """An empty list would look as if nobody led anything."""
    said = {
        "policy": "P",
        "version": "1",
        "effective_from": "2026-01-01",
        "severities": {"S": {"means": "all"}},
    }
    hidden = Policy.model_validate({**said, "record": {"names_in_search": False}})
    asked = Filters(manager="ana", person="bo")
    assert dict(mistaken_filters(asked, hidden)) == {
        "manager": "the policy keeps the names of people out of the search",
        "person": "the policy keeps the names of people out of the search",
    }
    assert list(mistaken_filters(asked, Policy.model_validate(said))) == []
