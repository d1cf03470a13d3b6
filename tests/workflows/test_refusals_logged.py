"""What the owner of tokens or of pages refuses is in the log of the worker."""

import json
from typing import Any

import pytest

from tests.specimens import START
from tests.workflows.bench import as_payload, bench
from workflows.access import Access
from workflows.workload import WorkloadWorkflow

CREATE: dict[str, Any] = {"id": "x", "by": "ana"}


@pytest.mark.parametrize(
    ("owner", "start", "name", "message"),
    [
        (Access, "{}", "create_token", CREATE),
        (Access, "{}", "revoke_token", {"token": "nobody", "by": "ana"}),
        (WorkloadWorkflow, '{"whom": "person:ana"}', "ask_leave", {"pages": "many"}),
    ],
)
def test_a_refused_update_is_one_line_of_the_log(
    owner: type[Access | WorkloadWorkflow], start: str, name: str, message: dict[str, Any]
) -> None:
    """It names the update and the reason; the history has nothing of it."""
    with bench(START) as stage:
        owner(as_payload(start))
        assert stage.update(name, json.dumps(message)) is None
    [(event, said)] = stage.warnings
    assert (event, said["command"]) == ("message.refused", name)
    assert said["error"]
