"""A policy is compiled once, until its file changes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.catalogue import policy_in_force
from policies.compiling.compiled import KEPT, compiled
from policies.reading.loaded import LoadedPolicy
from tests.policies.written import WHOLE

NOW = datetime(2026, 3, 27, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A policy file."""
    file = tmp_path / "policy.yaml"
    file.write_text(WHOLE)
    return file


def read(path: Path) -> LoadedPolicy:
    """The policy that is in force by the file."""
    return policy_in_force(path, NOW)


def test_incidents_of_one_service_share_a_compiled_policy(path: Path) -> None:
    """It is compiled once for each service, because services may have escalations of their own."""
    assert compiled(read(path), "shop") is compiled(read(path), "shop")
    assert compiled(read(path), "shop") is not compiled(read(path))
    assert compiled(read(path)).policy_hash == read(path).policy_hash


def test_a_changed_file_is_compiled_anew(path: Path) -> None:
    """The next incident begins under what the file says now."""
    before = compiled(read(path))
    path.write_text(WHOLE.replace('"1"', '"2.0"'))
    assert compiled(read(path)).version == "2.0"
    assert before.version == "1"


def test_only_so_many_compiled_policies_are_kept(path: Path) -> None:
    """Alerts may name any number of services."""
    first = compiled(read(path), "0")
    for number in range(1, KEPT + 1):
        compiled(read(path), str(number))
    again = compiled(read(path), "0")
    assert again == first
    assert again is not first
