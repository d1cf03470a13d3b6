"""Checks of paging: escalations, on-call schedules, limits of pages."""
