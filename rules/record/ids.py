"""The names of incidents, alert groups and workloads: the same seed gives the same name.

So starting a workflow twice for one reason means the same workflow.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from json import dumps

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The alphabet of Crockford's base 32, without letters that are easily mistaken for others."""

SLUG_BOUND = 48
KEY_BOUND, KEY_KEPT = 500, 400
"""The characters of a group key; a longer one is cut."""
FINGERPRINT_BYTES = 64
"""The most that a fingerprint weighs as JSON; a digest replaces a longer one."""
_HASH_CHARACTERS = 8
_BITS = 5
_WORD = re.compile(r"[A-Za-z0-9_]+")
_INCIDENT_ID = re.compile(rf"INC-[0-9]{{6}}-[{CROCKFORD}]{{{_HASH_CHARACTERS}}}")


def _hash(seed: str) -> str:
    number = int.from_bytes(sha256(seed.encode()).digest()[: _BITS * _HASH_CHARACTERS // 8], "big")
    places = range(_BITS * (_HASH_CHARACTERS - 1), -1, -_BITS)
    return "".join(CROCKFORD[number >> place & len(CROCKFORD) - 1] for place in places)


def incident_id(seed: str, at: datetime) -> str:
    """The public id of an incident: INC, the UTC day of `at`, eight characters of the seed."""
    return f"INC-{at.astimezone(UTC):%y%m%d}-{_hash(seed)}"


def is_incident_id(text: str) -> bool:
    """Whether `text` has the form of an incident id."""
    return _INCIDENT_ID.fullmatch(text) is not None


def _slug(text: str, otherwise: str) -> str:
    """The readable words of a text, each once."""
    words = dict.fromkeys(_WORD.findall(text))
    return "-".join(words)[:SLUG_BOUND].strip("-") or otherwise


def bounded_key(group_key: str) -> str:
    """A group key as it is kept; a key that is too long ends with its digest."""
    if len(group_key) <= KEY_BOUND:
        return group_key
    return f"{group_key[:KEY_KEPT]}... {sha256(group_key.encode(errors='replace')).hexdigest()}"


def bounded_fingerprint(fingerprint: str) -> str:
    """The fingerprint of an alert as it is kept."""
    if len(dumps(fingerprint, ensure_ascii=False).encode(errors="replace")) <= FINGERPRINT_BYTES:
        return fingerprint
    return sha256(fingerprint.encode(errors="replace")).hexdigest()[:32]


def group_id(source: str, group_key: str) -> str:
    """The workflow id of an alert group: readable words of its key, and a digest of it."""
    return f"AG-{_slug(group_key, 'group')}-{_hash(f'{source} {group_key}')}"


def workload_id(task_queue: str, policy: str, whom: str) -> str:
    """The workflow id of the workload of `person:NAME` or `channel:NAME`.

    Under another policy or in another installation, the same name is another person.
    """
    return f"WL-{_slug(whom, 'workload')}-{_hash(f'{task_queue} {policy} {whom}')}"
