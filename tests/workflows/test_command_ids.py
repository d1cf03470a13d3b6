"""A command's id belongs to that command alone."""

import json
from typing import Any

from models.base import MONITORING
from tests.specimens import START
from tests.workflows.bench import Bench, bench
from tests.workflows.test_nothing_stops import BATCH, an_incident
from workflows.incident.workflow import IncidentWorkflow


def said(actor: str = "ana", **fields: Any) -> str:
    """A command with an id."""
    return json.dumps({"actor": actor, "via": "console", "command_id": "job-7", **fields})


def refusals(incident: IncidentWorkflow) -> list[str]:
    """What was refused, in words."""
    timeline = incident.record().timeline
    return [line.summary for line in timeline if line.kind == "command.refused"]


def lesson(stage: Bench, text: str, **fields: Any) -> bool:
    """Whether a lesson was taken."""
    return stage.update("add_lesson", said(text=text, **fields)) is not None


def test_an_id_gives_no_other_command_a_result() -> None:
    """The same command gets its result again; another name, actor or text is refused, on record."""
    with bench(START) as stage:
        incident = an_incident(stage)
        assert lesson(stage, "one")
        assert lesson(stage, "one", happened_at="2026-03-27T16:51:00Z")
        assert not lesson(stage, "two")
        assert not lesson(stage, "one", actor="bo")
        assert stage.update("set_severity", said(severity="SEV3")) is None
        stage.signal("set_severity", said(severity="SEV3"))
        assert incident.record().severity != "SEV3"
        assert len(incident.record().lessons) == 1
        words = "this command id was already used for"
        another, severity = f"{words} another `add_lesson`; take", f"{words} `add_lesson`; take"
        told = [text.removeprefix("set_severity: ")[:-10] for text in refusals(incident)]
        assert told == [another, another, severity]
        assert set(incident.carried().given) == set(incident.carried().processed)


def test_nobody_keeps_alerts_away_by_an_id_that_can_be_foreseen() -> None:
    """The incident hears news from monitoring even if somebody else used its id first."""
    with bench(START) as stage:
        incident = an_incident(stage)
        assert lesson(stage, "mine")
        fed = json.loads(said(batch=BATCH)) | {"actor": MONITORING.name, "via": MONITORING.via}
        assert stage.update("record_alerts", json.dumps(fed))
        assert "f" in incident.record().alerts
        assert stage.update("record_alerts", json.dumps(fed))
        assert incident.record().alerts["f"].times_seen == 1


def test_the_note_of_a_command_that_is_refused_is_kept() -> None:
    """A short form of it is on the line of the refusal."""
    with bench(START) as stage:
        incident = an_incident(stage)
        assert stage.update("close", said("bo", note="Sunday is too late " + "x" * 3000)) is None
        line = incident.record().timeline[-1]
        assert line.kind == "command.refused"
        assert line.data["note"].startswith("Sunday is too late")
        assert len(line.data["note"]) == 500
