"""What auditors see in Temporal without our tools: search attributes and current details."""

import json
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from models.incident.search_attributes import SEARCH_ATTRIBUTES
from models.readable import in_a_cell
from models.time.clock import ClockReading
from rules.clocks.recorded_breaches import breached_clocks, correction_marks
from rules.commands.answers import status_markdown
from rules.people.roles.leading import leader
from rules.updates.all_clocks import readings_of
from rules.updates.owed import UPDATE_OWED, owed_updates
from states.lifecycle import TERMINAL
from workflows.incident.desk import Desk
from workflows.incident.paging.escalation import Paging

_MAKE: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
    "keyword": SearchAttributeKey.for_keyword,
    "datetime": SearchAttributeKey.for_datetime,
    "bool": SearchAttributeKey.for_bool,
    "int": SearchAttributeKey.for_int,
    "keyword_list": SearchAttributeKey.for_keyword_list,
}
KEYS: dict[str, SearchAttributeKey[Any]] = {
    attribute.name: _MAKE[attribute.kind](attribute.name) for attribute in SEARCH_ATTRIBUTES
}
NEXT_DUE = "IncidentNextDueAt"
OWED_IS_SHOWN = "updates-owed-are-shown"
"""The patch since which the marks say that an update is owed."""
LARGEST_VALUE = 2000
"""The most bytes of a search attribute as JSON; the server refuses a task with over 2 KiB."""


def shortened_word(word: str) -> str:
    """As much of a word as the server takes."""
    while len(json.dumps(word)) > LARGEST_VALUE:
        word = word[: len(word) * 3 // 4]
    return word


def words_that_fit(words: list[str]) -> list[str]:
    """As many of the words, from the first, as the server takes in a list."""
    sizes = accumulate(len(json.dumps(word)) + 1 for word in words)
    return [word for word, size in zip(words, sizes, strict=True) if size <= LARGEST_VALUE]


class Visibility:
    """Owns what was shown last, so that it writes only what changed, in one command."""

    def __init__(self, desk: Desk, paging: Paging) -> None:
        self._desk = desk
        self._paging = paging
        self._shown: dict[str, Any] = {}

    def details(self) -> str:
        """How the incident stands, in Markdown."""
        return status_markdown(self._desk.policy, self._desk.incident, self._desk.now())

    def refresh(self, next_due_at: datetime | None, *, deciding: bool = False) -> None:
        """Show the incident as it stands. A new next due instant alone is not worth an event.

        While something is being enforced (`deciding`), the next due instant is known in a moment.
        """
        wanted = self._wanted(next_due_at)
        nothing = next_due_at is None and self._nothing_is_news()
        # Another instant would be shown: what else is due may be months away.
        unknown = next_due_at is None or (deciding and self._differs(NEXT_DUE, next_due_at))
        if unknown and not nothing and self._desk.incident.state not in TERMINAL:
            del wanted[NEXT_DUE]
        changed = {name: value for name, value in wanted.items() if self._differs(name, value)}
        alone = set(changed) == {NEXT_DUE}
        if not changed or (alone and not nothing and not self._passed()):
            return
        updates: list[SearchAttributeUpdate[Any]] = [
            KEYS[name].value_unset() if value is None else KEYS[name].value_set(value)
            for name, value in changed.items()
        ]
        workflow.upsert_search_attributes(updates)
        self._shown.update(changed)

    def _nothing_is_news(self) -> bool:
        """Whether something is shown as due although nothing is, and nothing is under way."""
        return self._desk.idle and self._shown.get(NEXT_DUE) is not None

    def _passed(self) -> bool:
        """Whether the shown instant passed, or none is shown; then the next is worth an event."""
        shown = self._shown.get(NEXT_DUE)
        return shown is None or shown <= self._desk.now()

    def _differs(self, name: str, value: Any) -> bool:
        if name in self._shown:
            return bool(self._shown[name] != value)
        return value is not None

    def _wanted(self, next_due_at: datetime | None) -> dict[str, Any]:
        desk = self._desk
        incident = desk.incident
        resolved, service = incident.milestone("resolved"), incident.report.service
        readings = readings_of(desk.policy, incident, desk.now())
        breached = list(breached_clocks(incident, readings))
        words = {
            "IncidentState": incident.state.value,
            "IncidentSeverity": incident.severity,
            "IncidentService": service and in_a_cell(service),
            "IncidentManager": leader(desk.policy, incident) if self._names else None,
            "IncidentPolicy": f"{desk.policy.name} {desk.policy.version}",
            "IncidentGroup": incident.report.group_id,
        }
        return {
            **{name: word and shortened_word(word) for name, word in words.items()},
            "IncidentReportedAt": incident.reported_at,
            NEXT_DUE: next_due_at,
            "IncidentResolvedAt": resolved.at if resolved else None,
            "IncidentBreached": bool(breached),
            "IncidentOnHold": incident.hold is not None,
            "IncidentOverridden": bool(incident.overrides),
            "IncidentLevel": self._paging.progress.highest,
            "IncidentBreachedClocks": words_that_fit(breached) or None,
            "IncidentMarks": words_that_fit(self._marks(readings)) or None,
            "IncidentPeople": words_that_fit(self._people()) or None,
        }

    @property
    def _names(self) -> bool:
        """Whether the policy lets the names of people be in the clear."""
        return self._desk.policy.names_in_search

    def _people(self) -> list[str]:
        return sorted({held.person for held in self._desk.incident.roles}) if self._names else []

    def _marks(self, readings: tuple[ClockReading, ...]) -> list[str]:
        """The marks; an incident that owed an update before the change goes on without its mark."""
        desk = self._desk
        marks = list(correction_marks(desk.incident))
        owed = desk.incident.state not in TERMINAL and owed_updates(readings, desk.now())
        if owed and not self._paging.within_task and workflow.patched(OWED_IS_SHOWN):
            marks.insert(0, UPDATE_OWED)
        return marks
