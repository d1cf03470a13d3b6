"""Turns refusals of the Temporal server into typed errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.client import RPCError
from temporalio.service import RPCStatusCode

from incidents.errors import IncidentNotFound, NamespaceNotFound, ServerUnavailable

AWAY = frozenset(
    {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
)
NO_ANSWER = AWAY | {RPCStatusCode.FAILED_PRECONDITION}
"""The status of a query that no worker answers."""
UNKNOWN = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT})
"""The status if no incident has this id, or the id is impossible."""


def unknown_namespace(error: RPCError) -> str | None:
    """The namespace that the server does not have, if the error says so."""
    missing = NamespaceNotFoundFailure()
    details = error.grpc_status.details if error.status is RPCStatusCode.NOT_FOUND else ()
    if any(detail.Unpack(missing) for detail in details):
        return missing.namespace
    return None


def typed_error(error: RPCError, incident_id: str | None = None) -> Exception:
    """The typed error for an RPC error, or the error itself if there is none.

    `incident_id` is given if the request was for an incident that may not exist.
    """
    namespace = unknown_namespace(error)
    if namespace is not None:
        return NamespaceNotFound(namespace)
    if error.status in AWAY:
        return ServerUnavailable(error)
    if incident_id is not None and error.status in UNKNOWN:
        return IncidentNotFound(incident_id)
    return error


@contextmanager
def reaching_server(incident_id: str | None = None) -> Iterator[None]:
    """Raise RPC errors from inside the block as `typed` maps them."""
    try:
        yield
    except RPCError as error:
        known = typed_error(error, incident_id)
        if known is error:
            raise
        raise known from None
