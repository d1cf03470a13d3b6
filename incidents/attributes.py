"""The search attributes by which others find and read an incident."""

from temporalio.common import SearchAttributeKey

STATE = SearchAttributeKey.for_keyword("IncidentState")
SEVERITY = SearchAttributeKey.for_keyword("IncidentSeverity")
SERVICE = SearchAttributeKey.for_keyword("IncidentService")
MANAGER = SearchAttributeKey.for_keyword("IncidentManager")
RESOLVED_AT = SearchAttributeKey.for_datetime("IncidentResolvedAt")
REPORTED_AT = SearchAttributeKey.for_datetime("IncidentReportedAt")
NEXT_DUE_AT = SearchAttributeKey.for_datetime("IncidentNextDueAt")
BREACHED = SearchAttributeKey.for_bool("IncidentBreached")
ON_HOLD = SearchAttributeKey.for_bool("IncidentOnHold")
BREACHED_CLOCKS = SearchAttributeKey.for_keyword_list("IncidentBreachedClocks")
MARKS = SearchAttributeKey.for_keyword_list("IncidentMarks")
OVERRIDDEN = SearchAttributeKey.for_bool("IncidentOverridden")
PEOPLE = SearchAttributeKey.for_keyword_list("IncidentPeople")
