"""Warns if a name counts that somebody only claims, although others than this machine get in."""

import structlog

from models.policy import Policy
from policies.checks.people.authority import claims_counted
from runtime.settings import Settings

log = structlog.get_logger(__name__)


def warn_of_claims(policy: Policy, settings: Settings) -> None:
    """Log for which commands the policy accepts a claim, unless the web server is local."""
    commands = () if settings.local else claims_counted(policy)
    if commands:
        means = "anybody who reaches a way in may say any name: take claimed out of authority.trust"
        log.warning("claim.counts", commands=list(commands), means=means)
