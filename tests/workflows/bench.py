"""Runs the code of a workflow on a bench, with a runtime that only keeps what it registers.

A message takes milliseconds here, so thousands can be tried. Tests on a real server cover what the
server and the SDK make of them.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from temporalio.api.common.v1 import Payload
from temporalio.common import Priority, RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from workflows.incident.desk import Desk

Handler = Callable[..., Any]


def as_payload(text: str) -> RawValue:
    """A payload from a stranger: a text that claims to be JSON."""
    data = text.encode("utf-8", "surrogatepass")
    return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data))


class Bench:
    """What a workflow registered, and a way to send it messages."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.signals: dict[str, Handler] = {}
        self.updates: dict[str, tuple[Handler, Handler]] = {}
        self.unknown: Handler = print
        self.warnings: list[tuple[str, dict[str, str]]] = []
        self.unknown_updates: tuple[Handler, Handler] = (print, print)

    def runtime(self) -> dict[str, Any]:
        """Replaces `temporalio.workflow`."""
        info = SimpleNamespace(
            workflow_id="INC-260327-7F3KQ2M4",
            workflow_type="Specimen",
            workflow_start_time=self.now,
            start_time=self.now,
            get_current_history_length=lambda: 3,
            first_execution_run_id="run",
            run_id="run",
            continued_run_id=None,
            priority=Priority(),
            is_continue_as_new_suggested=lambda: False,
        )
        return {
            "now": lambda: self.now,
            "info": lambda: info,
            "current_update_info": lambda: None,
            "payload_converter": lambda: pydantic_data_converter.payload_converter,
            "set_signal_handler": self.signals.__setitem__,
            "set_update_handler": lambda n, h, *, validator: self.updates.update(
                {n: (h, validator)}
            ),
            "set_dynamic_signal_handler": lambda handler: setattr(self, "unknown", handler),
            "set_dynamic_update_handler": lambda h, *, validator: setattr(
                self, "unknown_updates", (h, validator)
            ),
        }

    def signal(self, name: str, text: str) -> None:
        """Send a signal."""
        payload = as_payload(text)
        if name in self.signals:
            answer = self.signals[name](payload)
            if inspect.iscoroutine(answer):
                answer.close()
        else:
            self.unknown(name, [payload])

    def update(self, name: str, text: str) -> Any:
        """Send an update; None if it is refused. Any other error is a fault."""
        payload = as_payload(text)
        if name in self.updates:
            message: tuple[Any, ...] = (payload,)
            do, validate = self.updates[name]
        else:
            message = (name, [payload])
            do, validate = self.unknown_updates
        try:
            validate(*message)
            answer = do(*message)
        except ApplicationError:
            return None
        if inspect.iscoroutine(answer):
            answer.close()  # It waits for an activity, and there is none here.
            return None
        return json.dumps(answer)


@contextmanager
def bench(now: datetime) -> Iterator[Bench]:
    """A bench on which the time is `now` until somebody changes it."""
    stage = Bench(now)
    quiet = SimpleNamespace(
        warning=lambda event, *, extra: stage.warnings.append((event, dict(extra)))
    )
    with (
        patch.multiple("temporalio.workflow", **stage.runtime(), logger=quiet),
        patch.object(Desk, "launch", lambda _, work: work.close()),
        patch("workflows.incident.desk.log", SimpleNamespace(info=lambda *_, **__: None)),
    ):
        yield stage


def much_later(stage: Bench) -> None:
    """Time passes; calculations at the later time must not stop anything either."""
    stage.now += timedelta(hours=1)
