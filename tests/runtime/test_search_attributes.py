"""Our own command makes a namespace fit for the engine; a check names what is missing."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from models.incident.search_attributes import SEARCH_ATTRIBUTES
from runtime.search_attributes import missing, mistyped, register, retention, set_retention
from tests.runtime.conftest import Bare

NAMES = tuple(attribute.name for attribute in SEARCH_ATTRIBUTES)
MOST_OF_A_KIND: Mapping[str, int] = {
    "keyword": 10, "datetime": 3, "bool": 3, "int": 3, "keyword_list": 3,
}  # fmt: skip


async def test_a_bare_namespace_misses_all_and_then_none(bare_namespace: Bare) -> None:
    """Registering says what it added; doing it again adds nothing."""
    client = await bare_namespace()
    assert await missing(client) == NAMES
    assert await register(client) == NAMES
    assert await missing(client) == ()
    assert await register(client) == ()
    assert await mistyped(client) == ()


async def test_only_missing_attributes_are_added(bare_namespace: Bare) -> None:
    """A later version of the engine may need one more."""
    client = await bare_namespace()
    await add(client, "IncidentState", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    assert await register(client) == tuple(name for name in NAMES if name != "IncidentState")


async def test_an_attribute_of_another_type_is_named(bare_namespace: Bare) -> None:
    """It exists with another type, which would block every incident too."""
    client = await bare_namespace()
    await add(client, "IncidentLevel", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    await register(client)
    assert await missing(client) == ()
    assert await mistyped(client) == ("IncidentLevel",)


async def test_retention_is_read_and_set(bare_namespace: Bare) -> None:
    """A day is what Temporal gives; histories must outlive reviews."""
    client = await bare_namespace()
    assert await retention(client) == timedelta(days=1)
    await set_retention(client, timedelta(days=30))
    assert await retention(client) == timedelta(days=30)


async def test_a_missing_namespace_is_an_error_of_the_server(
    server: WorkflowEnvironment,
) -> None:
    """The caller reports it; nothing is made up."""
    config = server.client.service_client.config
    client = await Client.connect(config.target_host, namespace="nowhere")
    with pytest.raises(RPCError, match="nowhere"):
        await retention(client)


def test_our_attributes_fit_into_a_namespace_on_sql() -> None:
    """SQL visibility stores have few columns of each type, and no more can be added."""
    for kind, most in MOST_OF_A_KIND.items():
        assert sum(a.kind == kind for a in SEARCH_ATTRIBUTES) <= most


async def add(client: Client, name: str, kind: IndexedValueType.ValueType) -> None:
    """Register one search attribute."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes={name: kind})
    )
