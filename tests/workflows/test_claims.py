"""Updates that claim to come from the engine or monitoring are refused and leave a trace."""

import json

import pytest

from models.contracts.incident import IncidentInput
from rules.commands.judging.refusals import UNKNOWN
from tests.specimens import POLICY, REPORT, START
from tests.workflows.bench import as_payload, bench
from workflows.incident.workflow import IncidentWorkflow


@pytest.mark.parametrize(("actor", "via"), [("engine", "engine"), ("monitoring", "alerts")])
def test_a_claim_to_be_the_engine_is_on_record_as_one_of_unknown(actor: str, via: str) -> None:
    """An attempt to close under a name that is nobody's is recorded and counted."""
    with bench(START) as stage:
        start = IncidentInput(policy=POLICY, report=REPORT)
        incident = IncidentWorkflow(as_payload(start.model_dump_json()))
        for _ in range(3):
            claim = json.dumps({"actor": actor, "via": via})
            assert stage.update("close", claim) is None
        record = incident.view().incident
        [attempt] = record.refusals.attempts
        assert (attempt.actor, attempt.command, attempt.times) == (UNKNOWN.name, "close", 3)
        assert record.timeline[-1].actor == UNKNOWN
