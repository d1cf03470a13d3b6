"""Idempotency keys: whoever has a credential has keys of their own."""

import pytest

from models.proof import Proof
from web.http.keys import KEY_BOUND, OWNED, key_of
from web.identity.asker import ANYBODY, Asker


def test_nobody_uses_up_the_key_of_somebody_else() -> None:
    """Neither by another credential, nor by a claim, nor by a name with a sign in it."""
    texts = [(None, "ack-1"), ("ana", "ack-1"), ("bo", "ack-1"), ("ana", "b/ack-1")]
    texts += [("ana/b", "ack-1"), (None, "ana/ack-1"), (None, f"ana{OWNED}ack-1")]
    keys = [key_of(owner, key) for owner, key in texts]
    assert len(set(keys)) == len(keys)
    assert key_of(None, "ack-1") == "ack-1", "claims keep the keys that they had"
    with pytest.raises(UnicodeEncodeError):
        OWNED.encode("latin-1")


def test_a_key_of_a_long_name_has_the_length_of_a_key() -> None:
    """The same one each time."""
    long = [key_of("a" * 150, "k" * 150), key_of("a" * 150, "k" * 149)]
    assert all(len(key) <= KEY_BOUND for key in long)
    assert long[0] != long[1]
    assert long[0] == key_of("a" * 150, "k" * 150)


def test_a_claimed_name_owns_no_keys() -> None:
    """A login with the intake token can claim any name."""
    assert ANYBODY.owner is None
    assert Asker(name="ana", proof=Proof.CLAIMED, source="session").owner is None
    assert Asker(name="ana", proof=Proof.TOKEN, source="token").owner == "ana"
