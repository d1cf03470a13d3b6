"""Names that are derived from seeds."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from rules.record.ids import (
    CROCKFORD,
    SLUG_BOUND,
    group_id,
    incident_id,
    is_incident_id,
    workload_id,
)

AT = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
KEY = '{}/{alertname="HighErrorRatio"}:{alertname="HighErrorRatio", service="checkout"}'


def test_the_same_seed_names_the_same_incident_and_another_seed_another() -> None:
    """So a retry finds what its first attempt started."""
    assert incident_id("a", AT) == incident_id("a", AT)
    assert len({incident_id(str(seed), AT) for seed in range(2000)}) == 2000


def test_an_id_is_for_ever() -> None:
    """Every version of the engine derives the same incident and the same group."""
    assert incident_id("a", AT) == "INC-261101-SABR24PA"
    assert incident_id("b", AT) == "INC-261101-7RHYG5G0"
    assert group_id("s", KEY).endswith("-7JZE02Y6")


def test_the_day_in_an_incident_id_is_the_utc_day() -> None:
    """23:30 in New York is the next day in UTC."""
    late = datetime(2026, 10, 31, 23, 30, tzinfo=timezone(timedelta(hours=-4)))
    assert incident_id("a", late).startswith("INC-261101-")
    assert incident_id("a", AT.replace(hour=23)).startswith("INC-261101-")


@given(st.text())
def test_every_incident_id_is_recognised(seed: str) -> None:
    """The seed does not matter."""
    assert is_incident_id(incident_id(seed, AT))


def test_a_text_that_only_resembles_an_incident_id_is_none() -> None:
    """Lower case, other letters, and text around it are not allowed."""
    for text in ("INC-261101-abcdefgh", "INC-261101-ABCDEFGI", "INC-261101-ABCDEFGHJ", "INC-1", ""):
        assert not is_incident_id(text)


def test_a_group_id_is_readable() -> None:
    """It has the words of the key, each once."""
    found = group_id("alertmanager", KEY)
    assert found.startswith("AG-alertname-HighErrorRatio-service-checkout-")


def test_the_words_of_a_group_id_end_with_a_word() -> None:
    """A long key may be cut anywhere; a key without words makes a group too."""
    assert group_id("s", f"{'X' * (SLUG_BOUND - 1)} cut").startswith(f"AG-{'X' * 47}-")
    assert group_id("s", f"{'X' * (SLUG_BOUND - 1)} cut").count("-") == 2
    assert group_id("s", "{}").startswith("AG-group-")


@given(st.text(), st.text())
def test_a_group_id_is_bounded_plain_and_tells_sources_apart(key: str, source: str) -> None:
    """The sender may use any key."""
    found = group_id(source, key)
    assert len(found) <= SLUG_BOUND + 12
    assert found.isascii()
    assert set(found.rsplit("-", 1)[1]) <= set(CROCKFORD)
    assert found != group_id(source + "2", key)


def test_a_workload_is_named_by_whose_it_is_under_which_policy_and_where() -> None:
    """People can read the name; two workloads never share one, and it never changes."""
    ids = {
        workload_id(*seeds)
        for seeds in (
            ("main", "Shop", "person:ana"),
            ("other", "Shop", "person:ana"),
            ("main", "Bank", "person:ana"),
            ("main", "Shop", "channel:ana"),
        )
    }
    assert len(ids) == 4
    assert workload_id("main", "Shop", "person:ana") == "WL-person-ana-BNC31XD0"
    assert workload_id("main", "Shop", "§").startswith("WL-workload-")
