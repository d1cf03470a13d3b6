"""A policy is known once it came into force; it is found by its hash, as an incident carries it."""

from hashlib import sha256
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.keep_policy import KeepPolicyActivity
from activities.look_up_policy import LookUpPolicyActivity
from connectors.documents.local import LocalDocumentStore
from incidents.kept.policies import in_force_path, policy_path
from models.contracts.policies import PolicyFound, PolicyText, PolicyWanted
from tests.rules.staffed import HEAD
from tests.specimens import after

TEXT = HEAD.encode()
LATER = TEXT.replace(b'version: "1"', b'version: "2"').replace(b"2026-01-01", b"2027-01-01")


async def found(
    documents: LocalDocumentStore, policy_file: Path, source: bytes = TEXT, **named: str
) -> PolicyFound:
    """What is found by the hash of a text."""
    wanted = PolicyWanted(
        policy_hash=sha256(source).hexdigest(), since_at=after(0), now=after(9), **named
    )
    looked_up = LookUpPolicyActivity(documents, policy_file).look_up_policy
    answer: PolicyFound = await ActivityEnvironment().run(looked_up, wanted)
    return answer


async def keep(
    documents: LocalDocumentStore,
    source: bytes,
    under: bytes | None = None,
    *,
    in_force: bool = True,
) -> None:
    """Put a text where policies are kept, under its hash or that of another."""
    digest = sha256(under or source).hexdigest()
    await documents.put(policy_path(digest), source)
    if in_force:
        await documents.put(in_force_path(digest), digest.encode())


async def test_a_policy_that_was_kept_is_known(
    documents: LocalDocumentStore, tmp_path: Path
) -> None:
    """By its hash; name and version must fit where they are said."""
    await keep(documents, TEXT)
    none = tmp_path / "none.yaml"
    answer = await found(documents, none, policy_name="Staffed", policy_version="1")
    assert answer.policy is not None
    assert (answer.problem, answer.policy.policy_hash) == ("", sha256(TEXT).hexdigest())
    other = await found(documents, none, policy_name="Staffed", policy_version="7")
    assert "is Staffed 1, not Staffed 7" in other.problem


async def test_a_policy_that_was_never_in_force_or_has_another_hash_is_unknown(
    documents: LocalDocumentStore, tmp_path: Path
) -> None:
    """A document is believed only if it has the hash."""
    none = tmp_path / "none.yaml"
    assert "knows no policy" in (await found(documents, none)).problem
    await keep(documents, LATER, under=TEXT)
    answer = await found(documents, none)
    assert (answer.policy, "knows no policy" in answer.problem) == (None, True)


async def test_a_text_that_somebody_had_kept_does_not_become_known(
    documents: LocalDocumentStore, tmp_path: Path
) -> None:
    """Anybody may have a text kept; what was in force, the file of a worker said."""
    await keep(documents, TEXT, in_force=False)
    assert "knows no policy" in (await found(documents, tmp_path / "none.yaml")).problem


async def test_a_kept_policy_that_was_in_force_stays_known_after_the_file_changes(
    documents: LocalDocumentStore, tmp_path: Path
) -> None:
    """A text that the worker's file does not have is kept all the same, for whoever reads it."""
    file = tmp_path / "policy.yaml"
    file.write_bytes(TEXT)
    keeps = KeepPolicyActivity(documents, file).keep_policy
    for source in (TEXT, LATER):
        await ActivityEnvironment().run(keeps, PolicyText(text=source.decode()))
        assert await documents.get(policy_path(sha256(source).hexdigest())) == source
    file.write_bytes(b"severities: {}")
    assert (await found(documents, file)).problem == ""
    assert "knows no policy" in (await found(documents, file, LATER)).problem


async def test_the_versions_of_the_installation_are_known_from_their_date_on(
    documents: LocalDocumentStore, tmp_path: Path
) -> None:
    """A version that begins next year is no rule of today's."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "1.yaml").write_bytes(TEXT)
    (folder / "2.yaml").write_bytes(LATER)
    assert (await found(documents, folder)).problem == ""
    assert "knows no policy" in (await found(documents, folder, LATER)).problem


@pytest.mark.parametrize("source", [b"severities: {}\n", TEXT + b"nonsense: 1\n"])
async def test_a_text_with_errors_cannot_be_adopted(
    documents: LocalDocumentStore, tmp_path: Path, source: bytes
) -> None:
    """Whoever had it kept."""
    await keep(documents, source)
    assert "has errors" in (await found(documents, tmp_path / "none.yaml", source)).problem
