"""Registers our search attributes; reads and sets how long the namespace keeps histories."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

from models.incident.search_attributes import SEARCH_ATTRIBUTES

_KINDS = {
    "keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "keyword_list": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


async def missing(client: Client) -> tuple[str, ...]:
    """The names of our search attributes that the namespace lacks. Raises RPCError."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return tuple(a.name for a in SEARCH_ATTRIBUTES if a.name not in known.custom_attributes)


async def mistyped(client: Client) -> tuple[str, ...]:
    """The names that the namespace has with another type than ours. Raises RPCError."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    types = known.custom_attributes
    return tuple(
        a.name for a in SEARCH_ATTRIBUTES if a.name in types and types[a.name] != _KINDS[a.kind]
    )


async def register(client: Client) -> tuple[str, ...]:
    """Register the missing ones and return their names. Raises RPCError."""
    names = await missing(client)
    if names:
        wanted = {a.name: _KINDS[a.kind] for a in SEARCH_ATTRIBUTES if a.name in names}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        )
    return names


async def retention(client: Client) -> timedelta:
    """How long the namespace keeps the history of an ended run. Raises RPCError."""
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return described.config.workflow_execution_retention_ttl.ToTimedelta()


async def set_retention(client: Client, keep: timedelta) -> None:
    """Make the namespace keep histories for `keep`. Raises RPCError."""
    ttl = Duration()
    ttl.FromTimedelta(keep)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=ttl),
        )
    )
