"""What the thresholds of a clock are and set off: `50%: notify stakeholders`."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from models.clock import Action, ActionKind
from models.policy.words import near, wrong

VERBS: dict[str, ActionKind] = {
    "notify": ActionKind.NOTIFY,
    "page": ActionKind.PAGE,
    "remind": ActionKind.REMIND,
}
"""Actions that name whom they are meant for."""

PHRASES: dict[str, ActionKind] = {
    "escalate": ActionKind.ESCALATE,
    "raise severity": ActionKind.RAISE_SEVERITY,
}
"""Actions that are complete as they are."""

FORMS: tuple[str, ...] = (
    "notify AUDIENCE",
    "notify ROLE",
    "page ROLE",
    "remind ROLE",
    *PHRASES,
)
"""Every form that an action can take."""

_SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*%")


def parse_action(given: object) -> Action:
    """The action that a text means. Raises a ValueError that says what would be right."""
    if isinstance(given, Action):
        return given
    text = " ".join(given.split()) if isinstance(given, str) else ""
    if text in PHRASES:
        return Action(kind=PHRASES[text])
    verb, _, target = text.partition(" ")
    if verb in VERBS and target and " " not in target:
        return Action(kind=VERBS[verb], target=target)
    if verb in VERBS:
        whom = f"{verb} needs exactly one target" if target else f"{verb} does not say whom"
        raise wrong(whom, f"write {verb} and one role, person or audience")
    raise wrong(f"{text or given!r} is not an action", _instead(verb))


def _instead(verb: str) -> str:
    meant = near(verb, (*VERBS, "escalate", "raise"))
    forms = [form for form in FORMS if meant and form.startswith(meant)]
    return f"write {' or '.join(forms)}" if forms else f"write one of: {', '.join(FORMS)}"


def _percent(text: str) -> float:
    found = _SHARE.fullmatch(text.strip())
    return float(found[1]) if found else 0.0


def is_share(text: str) -> bool:
    """Whether a text is a percentage, and more than nothing."""
    return _percent(text) > 0


def parse_share(text: str) -> float:
    """The share of the target that `50%` means: 0.5. Raises ValueError."""
    if not is_share(text):
        how = "write a percentage such as 50%, 100% (the limit) or 150%"
        meant = f"write {text}%" if text.isdecimal() and int(text) else how
        raise wrong(f"{text!r} is not a share of the target", meant)
    return _percent(text) / 100


def share_name(share: float) -> str:
    """How a share is called: `50%`."""
    return f"{share * 100:.6g}%"


def _shared(text: str) -> str:
    return share_name(parse_share(text))


def _actions(given: Any) -> Any:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, (list, tuple)):
        raise wrong("this is not an action or a list of actions", f"write {', '.join(FORMS)}")
    return items


OneAction = Annotated[Action, BeforeValidator(parse_action)]

Actions = Annotated[tuple[OneAction, ...], BeforeValidator(_actions)]
"""One action, or a list of them, done in order."""

Share = Annotated[str, AfterValidator(_shared)]
"""A percentage of a target."""
