"""A component that still owes something keeps the run alive and carries over to the next run."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from models.contracts.incident import Carried, IncidentInput
from tests.specimens import POLICY, REPORT, START
from tests.workflows.bench import as_payload, bench
from workflows.incident.component import Component, Due
from workflows.incident.workflow import IncidentWorkflow

FIXED = {"incident", "policy", "processed", "given", "effects"}
"""What the run carries by itself."""


class Debt(Component):
    """Owes something, and is carried as a due report."""

    def __init__(self) -> None:
        self.launched: list[datetime] = []
        self.owes = True

    def launch(self, now: datetime) -> None:
        """Remember it."""
        self.launched.append(now)

    def next_due(self) -> Due | None:
        """In a second."""
        return (START + timedelta(seconds=1), "pay") if self.owes else None

    @property
    def settled(self) -> bool:
        """Whether the debt is paid."""
        return not self.owes

    def carried(self) -> Mapping[str, object]:
        """What is owed."""
        return {"reports_due": ("debt",) if self.owes else ()}


def an_incident() -> IncidentWorkflow:
    """An incident that was just reported."""
    start = IncidentInput(policy=POLICY, report=REPORT)
    return IncidentWorkflow(as_payload(start.model_dump_json()))


def test_each_field_that_a_later_run_needs_is_carried_by_one_component() -> None:
    """Nothing is forgotten, and nothing is carried twice."""
    with bench(START):
        fields = [name for part in an_incident()._components for name in part.carried()]
    assert sorted(fields) == sorted(set(Carried.model_fields) - FIXED)


def test_a_component_that_is_added_is_driven_awaited_and_carried() -> None:
    """It needs only a place in the tuple."""
    debt = Debt()
    with bench(START) as stage:
        incident = an_incident()
        stage.update("cancel", '{"actor": "ana", "reason": "false_alarm"}')
        incident._components = (debt,)
        incident._launch()
        assert debt.launched == [START]
        assert incident._next_due() == (START + timedelta(seconds=1), "pay")
        assert incident.carried().reports_due == ("debt",)
        assert not incident._over()
        debt.owes = False
        assert incident._over()


def test_whoever_forgets_what_the_run_asks_of_a_component_hears_of_it_at_once() -> None:
    """A component that misses one cannot even be made."""

    class Forgetful(Component):
        def launch(self, now: datetime) -> None:
            """Do nothing."""

    with pytest.raises(TypeError, match=r"carried.*next_due.*settled"):
        Forgetful()  # type: ignore[abstract]
