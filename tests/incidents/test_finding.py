"""The server's visibility alone finds incidents, by their search attributes."""

from incidents.finding import Filters, query_of
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
