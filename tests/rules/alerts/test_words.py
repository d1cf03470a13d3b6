"""Alerts in words, so that readers can tell them apart."""

from models.alert import Alert, AlertStatus
from rules.alerts.words import alerts_in_words, without_labels, words_of
from tests.specimens import START


def an_alert(
    fingerprint: str, name: str = "InstanceDown", summary: str = "", **labels: str
) -> Alert:
    """An alert that fires."""
    return Alert(
        fingerprint=fingerprint,
        name=name,
        summary=summary,
        labels=labels,
        status=AlertStatus.FIRING,
        started_at=START,
    )


def test_alerts_that_read_alike_name_the_labels_in_which_they_differ() -> None:
    """Labels that they share would add nothing."""
    down = [an_alert(n, job="host", instance=f"db-{n}:9100") for n in ("7", "8")]
    assert words_of(down) == [
        "InstanceDown: instance=db-7:9100",
        "InstanceDown: instance=db-8:9100",
    ]
    full = [an_alert(n, summary="Disk full", mount=f"/{n}") for n in ("a", "b")]
    assert words_of(full) == ["Disk full (mount=/a)", "Disk full (mount=/b)"]


def test_an_alert_without_a_text_names_its_labels() -> None:
    """A single alert has no others to differ from, so it names all of its labels."""
    alone = an_alert("7", alertname="InstanceDown", job="host", instance="db-7:9100")
    assert words_of([alone]) == ["InstanceDown: instance=db-7:9100, job=host"]


def test_an_alert_with_a_text_keeps_it() -> None:
    """It reads as its summary, with its name if both are wanted."""
    clear = an_alert("7", summary="db-7 does not answer", instance="db-7:9100")
    assert words_of([clear]) == ["db-7 does not answer"]
    assert words_of([clear], named=True) == ["InstanceDown: db-7 does not answer"]


def test_an_alert_without_a_name_is_never_just_an_alert() -> None:
    """It is named by its labels, or at least by its fingerprint."""
    assert words_of([an_alert("7", "alert", job="host")]) == ["job=host"]
    assert words_of([an_alert("7", "alert")]) == ["alert 7"]


def test_alerts_that_nothing_tells_apart_are_counted() -> None:
    """The same words never appear twice."""
    same = [an_alert(n, job="host") for n in ("7", "8", "9")]
    assert alerts_in_words(same) == "InstanceDown (3 alerts)"


def test_some_of_very_many_labels_are_named_and_the_rest_are_counted() -> None:
    """A line stays a line."""
    many = an_alert("7", **{f"label_{n:02}": "x" * 500 for n in range(20)})
    (words,) = words_of([many])
    assert len(words) < 400


def test_an_alert_beyond_the_bound_keeps_its_identity() -> None:
    """It drops its labels, because its summary says the same."""
    short = without_labels(an_alert("7", instance="db-7:9100"))
    assert (short.labels, words_of([short])) == ({}, ["InstanceDown: instance=db-7:9100"])
    assert words_of([short], named=True) == ["InstanceDown: instance=db-7:9100"]
    assert without_labels(an_alert("7", summary="full", instance="db-7")).summary == "full"
