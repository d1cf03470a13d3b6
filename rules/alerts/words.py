"""Alerts in words: their summaries, or the labels in which they differ."""

from collections import Counter
from collections.abc import Iterable, Sequence

from models.alert import Alert

NAMELESS = "alert"
"""The name of an alert without a name; it tells people nothing."""
_NAME_LABEL = "alertname"
_MOST_LABELS = 6
_MOST_OF_A_LABEL = 80
_MOST = 300
_SHORT = 80
"""The characters that are kept of a summary or name if there are very many alerts."""


def words_of(alerts: Sequence[Alert], *, named: bool = False) -> list[str]:
    """Each alert in a line, so that people can tell them apart.

    The line is the summary, or the name if there is no summary; `named` asks for both. Lines that
    would read alike add the labels that differ; an alert without a summary and a name shows all its
    labels.
    """
    said = [_said(alert, named=named) for alert in alerts]
    alike: dict[str, list[Alert]] = {}
    for alert, text in zip(alerts, said, strict=True):
        alike.setdefault(text, []).append(alert)
    return [
        _with_labels(text, alert, alike[text]) for alert, text in zip(alerts, said, strict=True)
    ]


def words_by_fingerprint(alerts: Sequence[Alert]) -> dict[str, str]:
    """The lines of `words_of`, by fingerprint."""
    words = words_of(alerts)
    return {alert.fingerprint: text for alert, text in zip(alerts, words, strict=True)}


def alerts_in_words(alerts: Sequence[Alert], separator: str = "; ") -> str:
    """Alerts in one text; alerts that read alike are counted."""
    counted = Counter(words_of(alerts))
    return separator.join(
        f"{text} ({many} alerts)" if many > 1 else text for text, many in counted.items()
    )


def without_labels(alert: Alert) -> Alert:
    """An alert without labels and links, to save room; its summary tells which one it is."""
    summary = alert.summary or words_of([alert])[0]
    return alert.changed(labels={}, link=None, runbook_url=None, links=(), summary=summary)


def with_short_texts(alert: Alert) -> Alert:
    """The same alert with a shorter summary and name."""
    brief = without_labels(alert)
    return brief.changed(summary=brief.summary[:_SHORT], name=brief.name[:_SHORT])


def _said(alert: Alert, *, named: bool) -> str:
    name = "" if alert.name == NAMELESS else alert.name
    if not alert.summary or alert.summary == name:
        return name
    told = not named or not name or alert.summary.startswith(f"{name}: ")
    return alert.summary if told else f"{name}: {alert.summary}"


def _with_labels(text: str, alert: Alert, alike: Sequence[Alert]) -> str:
    if alert.summary and len(alike) == 1:
        return text
    labels = _labels(alert, _differing(alike) if len(alike) > 1 else _own(alert))
    if not labels:
        return text or f"{NAMELESS} {alert.fingerprint}"
    if not text:
        return labels
    return f"{text} ({labels})" if alert.summary else f"{text}: {labels}"


def _own(alert: Alert) -> list[str]:
    return [name for name in sorted(alert.labels) if name != _NAME_LABEL]


def _differing(alerts: Iterable[Alert]) -> list[str]:
    """The labels whose values are not the same for all of these alerts."""
    labels = [alert.labels for alert in alerts]
    names = sorted({name for of in labels for name in of})
    return [name for name in names if len({of.get(name) for of in labels}) > 1]


def _labels(alert: Alert, names: Sequence[str]) -> str:
    has = [name for name in names if alert.labels.get(name)]
    more = f" and {len(has) - _MOST_LABELS} more" if len(has) > _MOST_LABELS else ""
    pairs = (f"{name}={alert.labels[name][:_MOST_OF_A_LABEL]}" for name in has[:_MOST_LABELS])
    return (", ".join(pairs) + more)[:_MOST]
