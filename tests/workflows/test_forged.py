"""An incident that starts with a forged record goes on, or fails at once."""

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from models.contracts.incident import Carried, IncidentInput
from tests.examples import examples
from tests.specimens import START, a_diagnosed_incident
from tests.workflows.bench import as_payload, bench
from tests.workflows.test_nothing_stops import SAYABLE, WILLING, goes_on, places, said
from workflows.incident.workflow import IncidentWorkflow
from workflows.payloads import OfAnotherVersion

OWN = "INC-260327-7F3KQ2M4"
"""The incident that is on the bench."""
CARRIED = Carried(
    incident=a_diagnosed_incident().changed(id=OWN), policy=WILLING, processed={"a": "b"}
)
FORGED = IncidentInput(carried=CARRIED).model_dump(mode="json")


def test_no_incident_continues_the_record_of_another() -> None:
    """It would page under the keys of the other incident."""
    forged = IncidentInput(carried=CARRIED.changed(incident=a_diagnosed_incident()))
    with bench(START):
        unfit = IncidentWorkflow(as_payload(forged.model_dump_json()))._unfit
    assert isinstance(unfit, ApplicationError)
    assert (unfit.type, unfit.non_retryable) == ("Malformed", True)
    assert "is of INC-260327-TEST" in unfit.message


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_forged_record_stops_at_its_first_task(data: st.DataObject) -> None:
    """The forged record may have anything at any place."""
    path = data.draw(st.sampled_from(places(FORGED)))
    text = said(FORGED, path, data.draw(st.sampled_from(SAYABLE)))
    with bench(START) as stage:
        incident = IncidentWorkflow(as_payload(text))
        if incident._unfit:
            assert isinstance(incident._unfit, ApplicationError | OfAnotherVersion)
            return
        incident._launch()
        goes_on(incident, stage)
        stage.update("add_lesson", '{"actor": "ana", "text": "x", "command_id": "a"}')
        stage.update("resolve", '{"actor": "ana"}')
        stage.signal("hold", '{"actor": "ana", "reason": "third_party"}')
        goes_on(incident, stage)
