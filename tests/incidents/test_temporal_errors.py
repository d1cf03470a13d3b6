"""What the server cannot do becomes one of a few typed errors for every caller."""

import pytest
from google.protobuf.any_pb2 import Any as Packed
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from incidents.errors import (
    IncidentNotFound,
    NamespaceNotFound,
    ServerUnavailable,
    by_an_incident,
)
from incidents.temporal_errors import reaching_server, typed_error
from rules.record.decision import Refusal


def said(status: RPCStatusCode) -> RPCError:
    """An answer of the server."""
    return RPCError("said the server", status, b"")


@pytest.mark.parametrize(
    "status",
    [RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED],
)
def test_a_server_that_does_not_answer_is_unavailable(status: RPCStatusCode) -> None:
    """This holds for questions about an incident too: nobody knows whether it exists."""
    assert isinstance(typed_error(said(status), "INC-1"), ServerUnavailable)
    with pytest.raises(ServerUnavailable, match="said the server"), reaching_server():
        raise said(status)


@pytest.mark.parametrize("status", [RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT])
def test_a_missing_incident_is_not_found(status: RPCStatusCode) -> None:
    """Nor is an impossible id; if no incident was asked for, the answer passes unchanged."""
    with pytest.raises(IncidentNotFound, match="INC-1"), reaching_server("INC-1"):
        raise said(status)
    with pytest.raises(RPCError), reaching_server():
        raise said(status)


def test_a_missing_namespace_is_no_missing_incident() -> None:
    """A caller who mistyped the namespace does not hear that the incident is gone."""
    detail = Packed()
    detail.Pack(NamespaceNotFoundFailure(namespace="prod"))
    raw = GrpcStatus(code=5, details=[detail]).SerializeToString()
    error = typed_error(RPCError("no", RPCStatusCode.NOT_FOUND, raw), "INC-1")
    assert isinstance(error, NamespaceNotFound)
    assert error.namespace == "prod"


def test_any_other_error_passes_unchanged() -> None:
    """A server that refuses the login, or breaks, says so itself."""
    error = said(RPCStatusCode.PERMISSION_DENIED)
    assert typed_error(error, "INC-1") is error


def test_only_an_incident_refuses_with_the_kind_of_its_refusal() -> None:
    """Any other workflow has no handler for the update: that is no incident."""
    details = Refusal("Refused", "no").details("closed")
    assert by_an_incident(ApplicationError("no", details, type="Refused"))
    assert not by_an_incident(ApplicationError("Update handler not found", type="RuntimeError"))
    assert not by_an_incident(ApplicationError("no", "text", type="Refused"))
