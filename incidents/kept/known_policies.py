"""The policies that an installation knows: those of its file, and those kept among its documents.

Only a policy that came into force counts: that is what an incident can run under, or adopt.
"""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from incidents.kept.policies import in_force_path, policy_path
from policies.catalogue import policy_in_force, source_in_force
from policies.check import problems_of
from policies.reading.load import LARGEST_BYTES, parse_policy
from policies.reading.loaded import LoadedPolicy
from policies.reading.problems import errors_of
from policies.render.formats import DocumentFormat, rendered

MOST_KEPT = 200
"""So many kept policies are looked through for a name, the newest first."""


@lru_cache(maxsize=32)
def read_source(source: bytes) -> LoadedPolicy | None:
    """The policy of a text; None if it has errors."""
    digest = sha256(source).hexdigest()
    read = parse_policy(source, digest)
    problems = problems_of(read)
    if read.policy is None or errors_of(problems):
        return None
    return LoadedPolicy(read.policy, digest, source, problems, read.read_values)


@lru_cache(maxsize=8)
def document_of_source(source: bytes) -> str:
    """The document of a policy, in Markdown; empty if it has errors. Raises PolicyTooLarge."""
    loaded = read_source(source)
    return rendered(loaded, DocumentFormat.MARKDOWN) if loaded else ""


def policy_with_hash(
    file: Path, documents: Path, digest: str, now: datetime
) -> LoadedPolicy | None:
    """The policy with a hash; None if the installation does not know it. Raises OSError."""
    source = source_in_force(file, digest, now) or _kept(documents, digest)
    return read_source(source) if source else None


def policy_named(
    file: Path, documents: Path, name: str | None, version: str | None, now: datetime
) -> LoadedPolicy | None:
    """The policy of a name and version, the newest of several; the one in force if it fits.

    None if the installation does not know it. Raises PolicyBroken, OSError.
    """

    def fits(loaded: LoadedPolicy) -> bool:
        read = loaded.policy
        return (name or read.policy) == read.policy and (version or read.version) == read.version

    current = policy_in_force(file, now)
    if fits(current):
        return current
    marks = list((documents / "policies").glob("*.in-force"))
    marks.sort(key=lambda mark: mark.stat().st_mtime, reverse=True)
    kept = (policy_with_hash(file, documents, mark.stem, now) for mark in marks[:MOST_KEPT])
    return next((loaded for loaded in kept if loaded and fits(loaded)), None)


def _kept(documents: Path, digest: str) -> bytes | None:
    """The text kept under the hash, if it has that hash and came into force."""
    path = documents / policy_path(digest)
    try:
        if not (documents / in_force_path(digest)).is_file():
            return None
        with path.open("rb") as held:
            source = held.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return None
    return source if sha256(source).hexdigest() == digest else None
