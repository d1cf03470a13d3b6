"""A folder of policies: the one whose date has come is in force."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.catalogue import PolicyBroken, policy_in_force, versions_of
from policies.versions import check_path
from tests.policies.written import WHOLE

DATE = "effective_from: 2026-01-01"


def at(text: str) -> datetime:
    """An instant, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions; the second begins at midnight in London, in summer time."""
    (tmp_path / "first.yaml").write_text(WHOLE)
    second = WHOLE.replace(DATE, "effective_from: 2026-07-01\ntime_zone: Europe/London")
    (tmp_path / "b.yml").write_text(second.replace('version: "1"', 'version: "2"'))
    (tmp_path / "notes.md").write_text("no policy")
    return tmp_path


@pytest.mark.parametrize(
    ("instant", "version"),
    [
        ("2026-01-01T00:00", "1"),
        ("2026-06-30T22:59:59", "1"),
        ("2026-06-30T23:00", "2"),
        ("2030-01-01T00:00", "2"),
    ],
)
def test_a_version_counts_from_midnight_of_its_date_in_its_own_zone(
    folder: Path, instant: str, version: str
) -> None:
    """London is an hour ahead of UTC on that day."""
    assert policy_in_force(folder, at(instant)).policy.version == version


def test_before_the_first_version_no_policy_is_in_force(folder: Path) -> None:
    """The message names the first version and its beginning."""
    with pytest.raises(PolicyBroken, match=r"no policy is in force.*first.yaml is the first"):
        policy_in_force(folder, at("2025-12-31T23:59"))


def test_a_version_with_an_error_breaks_the_whole_folder(folder: Path) -> None:
    """Nobody can say when it would have come into force."""
    (folder / "third.yaml").write_text(WHOLE.replace("policy: Least", "polcy: Least"))
    with pytest.raises(PolicyBroken, match=r"third.yaml:1:1.*did you mean policy"):
        policy_in_force(folder, at("2026-02-01T00:00"))


def test_two_versions_of_one_date_are_refused(folder: Path) -> None:
    """The order of their file names decides nothing."""
    (folder / "again.yaml").write_text(WHOLE)
    with pytest.raises(PolicyBroken, match="comes into force on the same day"):
        policy_in_force(folder, at("2026-02-01T00:00"))


def test_a_version_with_another_name_is_a_warning(folder: Path) -> None:
    """Another policy may have come into the folder; the warning names the later file."""
    text = WHOLE.replace("policy: Least", "policy: Other").replace(
        DATE, "effective_from: 2026-09-01"
    )
    (folder / "other.yaml").write_text(text)
    found = [str(p) for p in check_path(folder) if "comes into force after" in p.what]
    assert found == [
        (
            f"{folder}/other.yaml:1:9: warning: b.yml is a version of Least, "
            "and this file comes into force after it; "
            "give all versions one name, or move another policy to its own folder"
        )
    ]
    assert policy_in_force(folder, at("2026-10-01T00:00")).policy.policy == "Other"


def test_an_empty_folder_is_no_policy(tmp_path: Path) -> None:
    """The message says what to add."""
    with pytest.raises(PolicyBroken, match=r"add a file NAME\.yaml"):
        policy_in_force(tmp_path, at("2026-02-01T00:00"))


def test_an_added_version_is_noticed(folder: Path) -> None:
    """This needs no restart."""
    assert len(versions_of(folder)) == 2
    third = WHOLE.replace(DATE, "effective_from: 2026-09-01").replace('"1"', '"3"')
    (folder / "third.yaml").write_text(third)
    assert policy_in_force(folder, at("2026-10-01T00:00")).policy.version == "3"


def test_a_single_file_is_in_force_whatever_its_date(folder: Path) -> None:
    """Whoever names one file means that file."""
    assert policy_in_force(folder / "b.yml", at("2026-02-01T00:00")).policy.version == "2"
