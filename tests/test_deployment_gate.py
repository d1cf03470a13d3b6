"""The receiver that the documentation shows does what it says."""

import base64
import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.errors import PermanentError
from models.compiled import Subscriber
from models.incident.record import Incident
from rules.updates.event_message import event_message
from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS
from tests.specimens import after, an_incident, done

FILE = ROOT / "docs" / "examples" / "deployment_gate.py"
SECRET = "whsec_" + base64.b64encode(b"g" * 32).decode()
FOREIGN = "whsec_" + base64.b64encode(b"f" * 32).decode()
GATE = Subscriber(name="deployments", channel="gate", on=("all",))
SOON = timedelta(seconds=PATIENCE_SECONDS)


@contextmanager
def running() -> Iterator[str]:
    """The receiver on a port of its own; gives its address."""
    shown: dict[str, Any] = runpy.run_path(str(FILE))
    served = shown["handler_of"](shown["Gate"](SECRET))
    with ThreadingHTTPServer(("127.0.0.1", 0), served) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def asked(url: str) -> tuple[int, str]:
    """What a pipeline hears from it."""
    answer = httpx2.get(url, trust_env=False)
    return answer.status_code, answer.text


async def test_the_shown_receiver_blocks_deployments_while_a_sev1_is_open() -> None:
    """An older event that comes late, and one that comes again, change nothing."""
    begun = an_incident()
    raised = done(begun, "acknowledge", after(2))
    lowered = done(raised, "set_severity", after(3), severity="SEV2", note="a few")

    async def told(incident: Incident, secret: str = SECRET) -> None:
        settings = channel_settings({"url": url, "secrets": secret})
        directory = ChannelDirectory({"gate": settings})
        newest = event_message(GATE, incident.timeline[-1], incident, after(9))
        try:
            await directory.send("gate", newest, timeout=SOON)
        finally:
            await directory.aclose()

    with running() as url:
        assert asked(url) == (200, "")
        await told(raised)
        assert asked(url) == (423, raised.id)
        await told(lowered)
        await told(raised)
        await told(lowered)
        assert asked(url) == (200, "")
        with pytest.raises(PermanentError, match="answered 401"):
            await told(done(lowered, "set_severity", after(4), severity="SEV1"), FOREIGN)
        assert asked(url) == (200, "")


def test_the_document_shows_the_receiver_as_it_is() -> None:
    """Whoever copies it gets what this test runs."""
    assert FILE.read_text() in (ROOT / "docs" / "webhooks.md").read_text()
