"""The policy in force is the present content of its file."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.catalogue import PolicyBroken, policy_in_force
from policies.compiling.policy import content_hash
from tests.policies.written import WHOLE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A policy file."""
    file = tmp_path / "policy.yaml"
    file.write_text(WHOLE)
    return file


def test_a_file_is_read_once_until_it_changes(path: Path) -> None:
    """Each incident asks for it, but the disk is read only after a change."""
    first = policy_in_force(path, datetime.now(UTC))
    assert policy_in_force(path, datetime.now(UTC)) is first
    assert policy_in_force(str(path), datetime.now(UTC)) is first
    assert first.policy_hash == content_hash(WHOLE.encode())
    assert first.source == WHOLE.encode()


def test_a_changed_file_is_read_again(path: Path) -> None:
    """From then on incidents start under the new policy, without a restart."""
    first = policy_in_force(path, datetime.now(UTC))
    path.write_text(WHOLE.replace('"1"', '"2.0"'))
    second = policy_in_force(path, datetime.now(UTC))
    assert second.policy.version == "2.0"
    assert second.policy_hash != first.policy_hash


def test_a_change_of_the_same_size_is_noticed(path: Path) -> None:
    """The time of the file shows it."""
    policy_in_force(path, datetime.now(UTC))
    path.write_text(WHOLE.replace('"1"', '"2"'))
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))
    assert policy_in_force(path, datetime.now(UTC)).policy.version == "2"


def test_a_broken_file_lists_all_its_errors_until_it_is_repaired(path: Path) -> None:
    """It prints what `policy check` prints; a repair is noticed."""
    path.write_text(WHOLE.replace("page: bo", "page: bob").replace("SEV2: 1h", "SEV7: 1h"))
    with pytest.raises(PolicyBroken) as broken:
        policy_in_force(path, datetime.now(UTC))
    assert [line.split(" error: ")[0] for line in str(broken.value).splitlines()] == [
        f"{path}:14:46:",
        f"{path}:16:72:",
    ]
    assert len(broken.value.problems) > 2
    path.write_text(WHOLE)
    assert policy_in_force(path, datetime.now(UTC)).policy.policy == "Least"


def test_a_policy_with_warnings_is_used(path: Path) -> None:
    """Its warnings stay available."""
    assert policy_in_force(path, datetime.now(UTC)).warnings


def test_a_missing_file_is_broken_until_it_exists(tmp_path: Path) -> None:
    """Its absence is not remembered."""
    path = tmp_path / "late.yaml"
    with pytest.raises(PolicyBroken, match="cannot be read"):
        policy_in_force(path, datetime.now(UTC))
    path.write_text(WHOLE)
    assert policy_in_force(path, datetime.now(UTC)).policy.policy == "Least"
