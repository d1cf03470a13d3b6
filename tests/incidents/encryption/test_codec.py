"""What Temporal stores is encrypted, each payload with the key that it names."""

import pytest
from temporalio.api.common.v1 import Payload

from incidents.encryption.codec import ENCODING, KEY_ID, Encryption
from incidents.encryption.keys import PayloadKeys
from incidents.errors import PayloadUnreadable

ONE = "one:" + "A" * 43 + "="
TWO = "two:" + "B" * 43 + "="
TITLE = Payload(metadata={"encoding": b"json/plain"}, data=b'"Checkout fails"')


def encryption(text: str) -> Encryption:
    """An encryption with these keys."""
    return Encryption(PayloadKeys.read(text))


async def sealed(text: str, payload: Payload = TITLE) -> Payload:
    """A payload as Temporal stores it."""
    [stored] = await encryption(text).encode([payload])
    return stored


async def test_nothing_of_a_payload_is_in_the_clear_but_the_id_of_its_key() -> None:
    """Not even how it was encoded."""
    stored = await sealed(ONE)
    assert dict(stored.metadata) == {"encoding": ENCODING, KEY_ID: b"one"}
    assert b"Checkout" not in stored.data
    assert b"json" not in stored.data
    assert await encryption(ONE).decode([stored]) == [TITLE]


async def test_the_same_value_never_looks_the_same() -> None:
    """Nobody can tell from what is stored that two incidents have one title."""
    assert (await sealed(ONE)).data != (await sealed(ONE)).data


async def test_the_first_key_encrypts_and_every_key_decrypts() -> None:
    """So a new key can come first while older payloads have the old one."""
    old, new = await sealed(ONE), await sealed(f"{TWO},{ONE}")
    assert (old.metadata[KEY_ID], new.metadata[KEY_ID]) == (b"one", b"two")
    assert await encryption(f"{TWO},{ONE}").decode([old, new]) == [TITLE, TITLE]


async def test_what_was_stored_before_there_was_a_key_stays_readable() -> None:
    """Histories of open incidents mix both."""
    assert await encryption(ONE).decode([TITLE, await sealed(ONE)]) == [TITLE, TITLE]


@pytest.mark.parametrize("keys", ["", TWO])
async def test_a_key_that_is_missing_is_named(keys: str) -> None:
    """With what would be right, and without any key."""
    held = encryption(keys) if keys else Encryption()
    with pytest.raises(PayloadUnreadable, match=r"with the key 'one'.* add the key 'one'") as error:
        await held.decode([await sealed(ONE)])
    assert "AAAA" not in str(error.value) + repr(held.__dict__)
    assert "BBBB" not in str(error.value) + repr(held.__dict__)


async def test_another_key_under_the_same_id_is_noticed() -> None:
    """Whoever mistypes a key must not read garbage."""
    with pytest.raises(PayloadUnreadable, match="another key under this id"):
        await encryption(TWO.replace("two", "one")).decode([await sealed(ONE)])


@pytest.mark.parametrize("place", [0, 11, 12, 20, -17, -1])
async def test_a_changed_payload_does_not_decrypt(place: int) -> None:
    """Whichever byte somebody changes."""
    stored = await sealed(ONE)
    data = bytearray(stored.data)
    data[place] ^= 1
    with pytest.raises(PayloadUnreadable, match="somebody changed the payload"):
        await encryption(ONE).decode([Payload(metadata=stored.metadata, data=bytes(data))])


@pytest.mark.parametrize("length", [0, 5, 12, 27])
async def test_a_cut_payload_does_not_decrypt(length: int) -> None:
    """However little is left of it."""
    stored = await sealed(ONE)
    with pytest.raises(PayloadUnreadable):
        await encryption(ONE).decode([Payload(metadata=stored.metadata, data=stored.data[:length])])


async def test_a_payload_cannot_pass_for_one_of_another_key() -> None:
    """Its key id is sealed with it."""
    stored = await sealed(ONE)
    other = Payload(metadata={**stored.metadata, KEY_ID: b"two"}, data=stored.data)
    with pytest.raises(PayloadUnreadable):
        await encryption(f"{ONE},{ONE.replace('one', 'two')}").decode([other])


@pytest.mark.parametrize(
    "metadata",
    [
        {"encoding": b"binary/encrypted"},
        {"encoding": b"binary/encrypted-by-us", KEY_ID: b"one"},
        {"encoding": b"binary/encrypted", KEY_ID: b"\x1b[2J\n" * 500},
    ],
)
async def test_what_another_codec_encrypted_is_refused_in_a_line(
    metadata: dict[str, bytes],
) -> None:
    """It must not pass for malformed input, and its metadata does not steer a terminal."""
    with pytest.raises(PayloadUnreadable) as error:
        await encryption(ONE).decode([Payload(metadata=metadata, data=b"?" * 40)])
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


async def test_without_keys_everything_is_stored_as_it_is() -> None:
    """An installation that sets nothing sees no difference."""
    assert await Encryption().encode([TITLE]) == [TITLE]
    assert await Encryption().decode([TITLE]) == [TITLE]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "entry 1 is not ID:KEY"),
        ("one", "entry 1 is not ID:KEY"),
        (f"{ONE},", "entry 2 is not ID:KEY"),
        (f" :{'A' * 43}=", "entry 1 is not ID:KEY"),
        (f"{'x' * 41}:{'A' * 43}=", "at most 40 letters"),
        (f"o ne:{'A' * 43}=", "entry 1 is not ID:KEY"),
        ("one:secret!!", "the key one is not base64: a key has 32 bytes in base64"),
        ("one:c2VjcmV0", "the key one has 6 bytes: a key has 32 bytes in base64"),
        ("one:", "the key one has 0 bytes"),
        (f"{ONE},{ONE}", "the id one appears twice"),
    ],
)
def test_malformed_keys_are_refused_with_what_would_be_right(text: str, says: str) -> None:
    """And nothing of a key is in the message."""
    with pytest.raises(ValueError, match=says) as error:
        PayloadKeys.read(text)
    assert "AAAA" not in str(error.value)
    assert "secret" not in str(error.value)
    assert "c2Vj" not in str(error.value)


def test_keys_are_read_whatever_spaces_surround_them() -> None:
    """As people write lists; a key is never shown."""
    keys = PayloadKeys.read(f" {ONE} , {TWO} ")
    assert list(keys.keys) == ["one", "two"]
    assert "\\x00" not in repr(keys)
