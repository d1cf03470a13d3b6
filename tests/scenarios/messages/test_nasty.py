"""The worst messages, sent to a real server to stop an incident, are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowQueryFailedError
from temporalio.common import RawValue

from models.alert import GroupingPolicy
from models.contracts.alert_group import INCIDENT_MOVED, RECEIVE_ALERTS
from tests.scenarios.siren import Siren
from tests.scenarios.stage import Stage
from tests.specimens import REPORT

FIRST, LAST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


def raw(text: str) -> RawValue:
    """A payload as a stranger writes it."""
    return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=text.encode()))


NASTY: list[tuple[str, Any]] = [
    ("acknowledge", {"actor": "ana", "happened_at": FIRST}),
    ("set_milestone", {"actor": "ana", "milestone": "aware", "latest_at": LAST}),
    ("post_update", {"actor": "ana", "text": "soon", "next_at": LAST}),
    ("add_action_item", {"actor": "ana", "text": "x", "owner": "bo", "due_at": LAST}),
    ("escalate", raw('{"actor": "ana", "level": 1' + "0" * 4200 + "}")),
    ("link", raw('{"actor": "ana", "target": "\\ud800"}')),
    ("link", {"actor": "ana", "target": "x" * 100_000}),
    ("submit_review", {"actor": "ana", "lead": "ana", "attendees": ["bo"] * 50_000}),
    ("hold", raw('{"actor": "ana", "reason": ' + "[" * 20_000 + "]" * 20_000 + "}")),
    ("resume", raw('{"actor": NaN}')),
    ("no such signal" * 20, raw("1e400")),
]


async def test_the_nastiest_signals_are_refused_lines(stage: Stage) -> None:
    """Each leaves only a line; afterwards the incident takes an acknowledgement as usual."""
    title = "火事" * 150
    await stage.report(report=REPORT.changed(title=title, service="é" * 1000))
    for name, payload in NASTY:
        await stage.handle.signal(name, payload)
    await stage.settled()
    refused = [e for e in (await stage.record()).timeline if e.kind == "command.refused"]
    assert len(refused) == len(NASTY), [e.summary for e in refused]
    with pytest.raises(WorkflowQueryFailedError):
        await stage.handle.query("view", FIRST)
    with pytest.raises(WorkflowQueryFailedError, match="outside the years 1900 to 2200"):
        await stage.handle.query("view", datetime(9999, 12, 31, tzinfo=UTC))
    result = await stage.do("acknowledge")
    assert result.state == "assessment"
    await stage.at(10)


async def test_the_nastiest_signals_leave_an_alert_group_awake(siren: Siren) -> None:
    """They are counted; alerts with hardly any content or absurd dates still count."""
    grouping = GroupingPolicy(open_after_count=2)
    siren.grouping = grouping
    await siren.hears(siren.firing("a"))
    nameless = {"fingerprint": "b", "name": "", "status": "firing", "started_at": FIRST[:-6] + "Z"}
    for said in (
        raw('{"group_key": NaN}'),
        {"group_key": "k", "alerts": [], "received_at": FIRST},
        {"group_key": "k" * 100_000, "alerts": [], "received_at": LAST[:-6] + "Z"},
        {"group_key": "k", "alerts": [nameless], "received_at": LAST[:-6] + "Z"},
    ):
        await siren.handle.signal(RECEIVE_ALERTS, said)
    await siren.handle.signal(INCIDENT_MOVED, {"incident_id": "x", "state": "nowhere"})
    incident_id = await siren.opened()
    assert (await siren.record(incident_id)).report.title.endswith("(and 1 more)")
    assert (await siren.until(lambda s: s.malformed == 4)).firing["b"].alert.started_at.year == 1900
