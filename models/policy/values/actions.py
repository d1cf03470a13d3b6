"""The thresholds of a clock and the actions they set off: `50%: notify stakeholders`."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from models.policy.values.durations import format_duration, parse_duration
from models.policy.values.words import bare_name, nearest_word, wrong_value
from models.time.clock import ONCE, SHOULD, Action, ActionKind, Threshold

VERBS: dict[str, ActionKind] = {
    "notify": ActionKind.NOTIFY,
    "page": ActionKind.PAGE,
    "remind": ActionKind.REMIND,
    "hold": ActionKind.HOLD,
}
"""Actions that name one thing that they are for."""

PHRASES: dict[str, Action] = {
    "escalate": Action(kind=ActionKind.ESCALATE),
    "raise severity": Action(kind=ActionKind.RAISE_SEVERITY),
    "raise severity once": Action(kind=ActionKind.RAISE_SEVERITY, target=ONCE),
}
"""Actions that are complete as they are."""

_PATTERNS: tuple[tuple[re.Pattern[str], ActionKind], ...] = (
    (re.compile(r"escalate to (?:level )?(?P<target>[1-9][0-9]?)"), ActionKind.ESCALATE),
    (re.compile(r"raise severity to (?P<target>\S+)"), ActionKind.RAISE_SEVERITY),
    (re.compile(r"assign (?P<target>\S+) (?:to )?(?P<to>\S+)"), ActionKind.ASSIGN),
    (re.compile(r"open incident (?P<target>.{1,200})"), ActionKind.OPEN_INCIDENT),
)

_ON_PEOPLE = (ActionKind.NOTIFY, ActionKind.PAGE, ActionKind.REMIND, ActionKind.ASSIGN)

FORMS: tuple[str, ...] = (
    "notify AUDIENCE",
    "notify ROLE",
    "page ROLE",
    "remind ROLE",
    *PHRASES,
    "escalate to LEVEL",
    "raise severity to SEVERITY",
    "assign ROLE PERSON",
    "hold REASON",
    "open incident TITLE",
)
"""Every form that an action can take."""

_SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*%")


def parse_action(given: object) -> Action:
    """The action that a text means. Raises a ValueError that says what to write."""
    if isinstance(given, Action):
        return given
    text = " ".join(given.split()) if isinstance(given, str) else ""
    if text in PHRASES:
        return PHRASES[text]
    for pattern, kind in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return _named(Action(kind=kind, **found.groupdict()))
    verb, _, target = text.partition(" ")
    if verb in VERBS and target and " " not in target:
        return _named(Action(kind=VERBS[verb], target=target))
    if verb in VERBS:
        whom = f"{verb} needs exactly one target" if target else f"{verb} does not say whom"
        raise wrong_value(whom, f"write {verb} and one role, person or audience")
    raise wrong_value(f"{text or given!r} is not an action", _instead(verb))


def _named(action: Action) -> Action:
    """An action on a role or person, by the name alone; `notify role:NAME` means no audience."""
    if action.kind not in _ON_PEOPLE:
        return action
    whom = bare_name(action.target)
    reminds = action.kind is ActionKind.NOTIFY and whom != action.target
    kind = ActionKind.REMIND if reminds else action.kind
    return action.changed(kind=kind, target=whom, to=bare_name(action.to))


def _instead(verb: str) -> str:
    meant = nearest_word(verb, (*VERBS, "escalate", "raise", "assign", "open"))
    forms = [form for form in FORMS if meant and form.startswith(meant)]
    return f"write {' or '.join(forms)}" if forms else f"write one of: {', '.join(FORMS)}"


def _percent(text: str) -> float:
    found = _SHARE.fullmatch(text.strip())
    return float(found[1]) if found else 0.0


def is_share(text: str) -> bool:
    """Whether a text is a percentage above zero."""
    return _percent(text) > 0


def parse_share(text: str) -> float:
    """The share of the target that `50%` means: 0.5. Raises ValueError."""
    if not is_share(text):
        how = "write a percentage such as 50%, 100% (the limit) or 150%, or +1h or -1h"
        meant = f"write {text}%" if text.isdecimal() and int(text) else how
        raise wrong_value(f"{text!r} is not a share of the target", meant)
    return _percent(text) / 100


def parse_point(text: str, actions: tuple[Action, ...] = ()) -> Threshold:
    """The point of a clock that `50%`, `+1h` after the limit or `-1h` before it means.

    `should` is the softer limit of two. Raises ValueError.
    """
    if text.strip() == SHOULD:
        return Threshold(name=SHOULD, fraction=0.999, actions=actions)
    sign = text[:1]
    if sign not in {"+", "-"}:
        share = parse_share(text)
        return Threshold(name=share_name(share), fraction=share, actions=actions)
    if text.strip().endswith("%"):
        instead = f"write {text.strip()[1:]}, or how long {'after' if sign == '+' else 'before'}"
        raise wrong_value(f"{text!r}: a share has no sign", f"{instead} the limit: {sign}1h")
    off = parse_duration(text[1:])
    if not off:
        raise wrong_value(f"{text!r} is the limit", "write 100%")
    name = sign + format_duration(off)
    return Threshold(name=name, offset=off if sign == "+" else -off, actions=actions)


def share_name(share: float) -> str:
    """How people write a share: `50%`."""
    return f"{share * 100:.6g}%"


def _pointed(text: str) -> str:
    return parse_point(text).name


def _actions(given: Any) -> Any:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, (list, tuple)):
        raise wrong_value("this is not an action or a list of actions", f"write {', '.join(FORMS)}")
    return items


OneAction = Annotated[Action, BeforeValidator(parse_action)]

Actions = Annotated[tuple[OneAction, ...], BeforeValidator(_actions)]
"""One action, or a list of them, done in order."""

Share = Annotated[str, AfterValidator(_pointed)]
"""A percentage of a target, or a time before or after its limit."""
