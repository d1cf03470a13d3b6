"""Messages for tests."""

from typing import Any

from models.messages.message import Message, MessageKind


def a_message(**given: Any) -> Message:
    """A page; `given` replaces its fields."""
    fields: dict[str, Any] = {
        "key": "INC-1.7:alice",
        "kind": MessageKind.PAGE,
        "incident_id": "INC-1",
        "recipient": "alice",
        "subject": "[INC-1] SEV1 Checkout fails",
        "body": "Checkout fails.\n\nstate: reported",
        "severity": "SEV1",
        "reason": "reported",
        "facts": {"state": "reported"},
    }
    return Message.model_validate({**fields, **given})
