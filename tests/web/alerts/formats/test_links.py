"""The links that Alertmanager's webhook brings, from payloads of real senders."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from models.alert import Alert
from rules.alerts.links import links_of
from tests.specimens import START
from tests.web.alerts.formats.test_taking import RULES
from web.alerts.formats.alertmanager import FORMAT
from web.alerts.formats.batches import batch_of

PAYLOADS = Path(__file__).parents[1] / "payloads"
REAL = ("firing_single", "firing_group_2", "group_partly_resolved", "resolved")
RUNBOOK = ("runbook", "http://127.0.0.1/runbooks/high-error-ratio")


def first_of(body: Any) -> Alert:
    """The first alert that is read from a body."""
    (group,) = FORMAT.read(FORMAT.body.model_validate(body), {})
    return batch_of(group, FORMAT.name, RULES, START)[0].alerts[0]


def links(annotations: Mapping[str, object], **more: object) -> list[tuple[str, str]]:
    """The links of a real alert with other annotations and fields."""
    body = json.loads((PAYLOADS / "firing_single.json").read_text())
    del body["externalURL"], body["alerts"][0]["generatorURL"]
    body["alerts"][0] |= {"annotations": annotations, **more}
    return [(link.name, link.url) for link in links_of(first_of(body))]


@pytest.mark.parametrize("name", REAL)
def test_a_real_alert_has_its_runbook_its_graph_and_its_alertmanager(name: str) -> None:
    """The annotation `runbook_url` is what kube-prometheus and most rules use."""
    body = json.loads((PAYLOADS / f"{name}.json").read_text())
    found = [(link.name, link.url) for link in links_of(first_of(body))]
    assert found[0] == RUNBOOK
    assert [name for name, _ in found] == ["runbook", "monitoring", "Alertmanager"]
    assert found[2][1] == "http://vm:19093"


@pytest.mark.parametrize("name", ["runbook_url", "runbook", "runbookURL", "runbook-url"])
def test_a_runbook_has_several_spellings(name: str) -> None:
    """If one of them is a text, the other may still be a link."""
    assert links({name: " https://wiki.example.org/r "}) == [
        ("runbook", "https://wiki.example.org/r")
    ]
    both = {"runbook": "restart it", "runbook_url": "https://wiki.example.org/r"}
    assert links(both) == [("runbook", "https://wiki.example.org/r")]


def test_annotations_that_are_links_are_named_links() -> None:
    """A dashboard goes first, and a text with a link in it is none; nor is a summary."""
    said = {
        "description": "https://x.example.org/d",
        "logs-url": "https://logs.example.org/q",
        "my_dashboard_url": "https://g.example.org/d",
        "note": "see https://x.example.org/n",
        "summary": "https://x.example.org/s",
        "url": "https://x.example.org/u",
    }
    assert links(said) == [
        ("my dashboard", "https://g.example.org/d"),
        ("logs", "https://logs.example.org/q"),
        ("url", "https://x.example.org/u"),
    ]


def test_grafana_s_own_addresses_are_links() -> None:
    """Anything else in their place is left out, and loses no alert."""
    address = "https://g.example.org/"
    fields = {"dashboardURL": f"{address}d", "panelURL": f"{address}p", "silenceURL": f"{address}s"}
    assert links({"logs": f"{address}l"}, **fields) == [
        *(("dashboard", f"{address}d"), ("panel", f"{address}p")),
        *(("logs", f"{address}l"), ("silence", f"{address}s")),
    ]
    assert links({}, dashboardURL=None, panelURL=7, silenceURL="javascript:alert(1)") == []


def test_ten_links_become_five() -> None:
    """The runbook is not one of them."""
    many = {f"link_{n}": f"https://x.example.org/{n}" for n in range(10)}
    found = links({"runbook_url": RUNBOOK[1], **many})
    assert found[0] == RUNBOOK
    assert [name for name, _ in found[1:]] == [f"link {n}" for n in range(5)]
