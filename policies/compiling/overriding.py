"""Who may override a schedule of the policy."""

from collections.abc import Iterable, Mapping

from models.people.party import Party, PartyKind, party_named
from models.people.schedule_overrides import OVERRIDE_SCHEDULE
from models.policy import Policy
from policies.compiling.responsibility import could_hold, leading, schedule_people
from rules.people.naming.names import ANYONE, NOBODY, PEOPLE, RESPONDERS
from rules.people.permission.overriding import MayOverride


def words_of(policy: Policy) -> tuple[str, ...]:
    """Who may override a schedule, as the policy says.

    If it does not say, the people of the schedule and people who can lead may: the person on call
    may get a role, and what comes with it.
    """
    entry = policy.authority.rules.get(OVERRIDE_SCHEDULE)
    if entry and "by" in entry.model_fields_set:
        return entry.by
    if not policy.people:
        return (ANYONE,)
    leads = leading(policy)
    return (RESPONDERS, leads) if leads else (RESPONDERS,)


def may_override(
    policy: Policy, schedule: str, on_call: Mapping[str, Iterable[str]]
) -> MayOverride:
    """Who may override a schedule; `on_call` says who is on call now by which schedule."""
    words = words_of(policy)
    found: list[str] = []
    for word in words:
        people = _meant(policy, schedule, word, on_call)
        if people is None:
            return MayOverride(words, None)
        found += people
    return MayOverride(words, tuple(dict.fromkeys(found)))


def _meant(
    policy: Policy, schedule: str, word: str, on_call: Mapping[str, Iterable[str]]
) -> Iterable[str] | None:
    """The people that a word means; None: anyone. Responders are the people of the schedule."""
    match party_named(word):
        case Party(None, str(name)) if name == ANYONE:
            return None
        case Party(None, str(name)) if name == NOBODY:
            return ()
        case Party(None, str(name)) if name == PEOPLE:
            return tuple(policy.people) or None
        case Party(None, str(name)) if name == RESPONDERS:
            return schedule_people(policy.schedules[schedule], policy.people)
        case Party(PartyKind.TEAM, team):
            return tuple(name for name, each in policy.people.items() if team in each.teams)
        case Party(PartyKind.ON_CALL, other):
            return on_call.get(other, ())
        case Party(_, name):
            return could_hold(policy, name) if name in policy.roles else (name,)
