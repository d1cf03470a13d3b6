"""Our search attributes: what an auditor can filter incidents by in Temporal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchAttribute:
    """One attribute: `kind` is keyword, datetime, bool, int or keyword_list."""

    name: str
    kind: str
    says: str


SEARCH_ATTRIBUTES: tuple[SearchAttribute, ...] = (
    SearchAttribute("IncidentState", "keyword", "where the incident stands"),
    SearchAttribute("IncidentSeverity", "keyword", "its severity now"),
    SearchAttribute("IncidentService", "keyword", "the service it was reported for"),
    SearchAttribute("IncidentManager", "keyword", "who leads it"),
    SearchAttribute("IncidentPolicy", "keyword", "name and version of the policy in force"),
    SearchAttribute("IncidentGroup", "keyword", "the alert group that feeds it"),
    SearchAttribute("IncidentReportedAt", "datetime", "when it was reported"),
    SearchAttribute("IncidentNextDueAt", "datetime", "what came due next when it last changed"),
    SearchAttribute("IncidentResolvedAt", "datetime", "when it was resolved"),
    SearchAttribute("IncidentBreached", "bool", "whether any of its clocks is breached, or was"),
    SearchAttribute("IncidentOnHold", "bool", "whether it is on hold"),
    SearchAttribute("IncidentOverridden", "bool", "whether somebody overrode the policy in it"),
    SearchAttribute("IncidentLevel", "int", "the highest escalation level that was paged"),
    SearchAttribute(
        "IncidentBreachedClocks", "keyword_list", "the clocks that are breached, or were"
    ),
    SearchAttribute(
        "IncidentMarks",
        "keyword_list",
        "corrected:CLOCK, for a breach taken back; update_owed, while an update is overdue",
    ),
    SearchAttribute("IncidentPeople", "keyword_list", "everybody who holds a role"),
)
