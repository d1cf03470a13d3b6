"""What the server answers instead of doing something, as typed errors."""

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
"""What a question ends with if no worker answers it."""
UNKNOWN = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT})
"""An incident of this id is not there, or can never have been."""


def unknown_namespace(error: RPCError) -> str | None:
    """The namespace that the server does not have, if this is what it says."""
    missing = NamespaceNotFoundFailure()
    details = error.grpc_status.details if error.status is RPCStatusCode.NOT_FOUND else ()
    if any(detail.Unpack(missing) for detail in details):
        return missing.namespace
    return None


def typed(error: RPCError, incident_id: str | None = None) -> Exception:
    """The typed error that an answer of the server amounts to, or else the answer itself.

    `incident_id` is given if the server was asked for an incident that may not be there.
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
    """Whatever the server answers inside that it does not do is raised as `typed` says."""
    try:
        yield
    except RPCError as error:
        known = typed(error, incident_id)
        if known is error:
            raise
        raise known from None
