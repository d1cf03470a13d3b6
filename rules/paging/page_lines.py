"""The timeline entries of a level that had its turn: who was paged, as what, by which rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.contracts.notifying import Delivery
from models.contracts.paging import Escalated, OutOfHours, PageOutcome
from models.incident.escalation import EscalationProgress
from models.incident.timeline import EntryKind
from models.people.party import PartyKind, name_of, party_named
from models.people.schedule import OnCall
from models.people.workload import Leave, PageVerdict
from rules.paging.escalation import Page, PassOver
from rules.paging.messages import failed_channels_words
from rules.paging.summary import incidents
from rules.people.on_call.words import nobody_by
from rules.record.references import reference_data
from rules.wording.times import in_utc_minutes

BY_NAME = "by name"
"""The reason for a page if a level names the person."""


@dataclass(frozen=True, slots=True)
class PagingLine:
    """A timeline entry. `owed` is the page that it mentions, if that is still to be delivered."""

    kind: EntryKind
    summary: str
    data: dict[str, Any]
    owed: PageOutcome | None = None


@dataclass(frozen=True, slots=True)
class LevelTurn:
    """A level that had its turn at `at`, by the escalation `rule`, for a `reason`.

    `next_at` is when silence pages the next level, `caller` who asked by hand and is not paged.
    """

    page: Page
    rule: str
    reason: str
    at: datetime
    next_at: datetime | None = None
    caller: str | None = None

    def facts(self, *, told: bool) -> dict[str, Any]:
        """The rule and the cycle, if the activity reported them; older pages did not."""
        if not told:
            return {}
        facts = {"cycle": self.page.cycle, "rule": self.rule, "asked_at": self.at.isoformat()}
        return {**facts, "next_at": self.next_at.isoformat()} if self.next_at else facts


def lines_of(turn: LevelTurn, done: Escalated) -> Iterator[PagingLine]:
    """The lines about who was paged, who was not, and why."""
    facts = turn.facts(told=done.cycle is not None)
    for outcome in done.pages:
        line = _paged(turn, outcome, {**facts, **_duty(outcome, done)})
        yield line if done.sent else _unconfirmed(turn, outcome, line.data)
    level = turn.page.level
    for target in done.nobody:
        data = {"level": level, "target": target, **facts}
        if facts:
            data["reason"] = turn.reason
        found = _asked(target, done)
        why = nobody_by(found) if found else f"nobody holds {target}"
        data |= {"on_call": found.model_dump(mode="json")} if found else {}
        yield PagingLine(EntryKind.PAGE_NOBODY, f"level {level} pages nobody: {why}", data)
    for passed in done.out_of_hours:
        yield _out_of_hours(turn, passed, facts)
    for unable in done.unable:
        data = {
            "level": level,
            "target": unable.target,
            "recipient": unable.recipient,
            "reason": turn.reason,
            **facts,
        }
        why = "who asked" if unable.recipient == turn.caller else "who cannot"
        words = f"level {level} passes over {unable.recipient}, {why}"
        yield PagingLine(EntryKind.PAGE_DECLINED, words, data)


def _asked(target: str, done: Escalated) -> OnCall | None:
    """The answer of the schedule that is the target."""
    schedule = name_of(target, PartyKind.SCHEDULE)
    return done.on_call.get(schedule) if schedule else None


def _duty(outcome: PageOutcome, done: Escalated) -> dict[str, Any]:
    """The shift of a person who was paged by a schedule, and the age of its feed."""
    found = _asked(outcome.target, done)
    duty = found.duty(outcome.delivery.message.recipient) if found else None
    if found is None or duty is None:
        return {}
    aged = found.feed_age
    return {
        "schedule": found.schedule,
        "on_call": duty.model_dump(mode="json"),
        "feed_age_seconds": aged.total_seconds() if aged is not None else None,
        "doubts": list(found.notes),
    }


def _paged(turn: LevelTurn, outcome: PageOutcome, facts: dict[str, Any]) -> PagingLine:
    owed = outcome.delivery
    sent = owed.message
    receipt = outcome.receipt
    channel = receipt.channel if receipt else owed.channels[owed.channel]
    data: dict[str, Any] = {
        "level": turn.page.level,
        "target": outcome.target,
        "recipient": sent.recipient,
        "channel": channel,
        "key": sent.key,
        "reason": turn.reason,
        **facts,
    }
    if facts:
        data["via"] = outcome.via
        data["not_by"] = [failed.channel for failed in outcome.fell_back]
    as_what = f", {outcome.via}" if _remarkable(outcome) else ""
    who = f"{sent.recipient} (level {turn.page.level}{as_what}) by {channel}: {turn.reason}"
    instead = failed_channels_words(outcome.fell_back)
    if receipt:
        return PagingLine(
            EntryKind.PAGE_SENT, f"page to {who}{instead}", {**data, **reference_data(receipt)}
        )
    if outcome.leave:
        held = f"page to {who} — held for a summary: {outcome.leave.why}"
        return PagingLine(EntryKind.PAGE_HELD, held, data, outcome)
    why = outcome.failure.error if outcome.failure else "no answer in time"
    summary = f"page to {who} — failed: {why}; tried again{instead}"
    return PagingLine(EntryKind.PAGE_FAILED, summary, data, outcome)


def _unconfirmed(turn: LevelTurn, outcome: PageOutcome, data: dict[str, Any]) -> PagingLine:
    """The line of a page that may have been sent; nobody knows."""
    level, channel = turn.page.level, data["channel"]
    who = f"{outcome.delivery.message.recipient} (level {level}) by {channel}"
    why = "the worker stopped before it confirmed this"
    return PagingLine(
        EntryKind.PAGE_UNCONFIRMED,
        f"page to {who}: {turn.reason} — may have been sent: {why}",
        data,
    )


def _remarkable(outcome: PageOutcome) -> bool:
    """Whether the line must say why the recipient is paged."""
    return outcome.via not in {"", BY_NAME} and not _of_channel(outcome)


def _of_channel(outcome: PageOutcome) -> bool:
    return party_named(outcome.target).kind is PartyKind.CHANNEL


def _out_of_hours(turn: LevelTurn, passed: OutOfHours, facts: dict[str, Any]) -> PagingLine:
    level = turn.page.level
    opens_at = passed.opens_at
    begins = f"; they begin at {in_utc_minutes(opens_at)}" if opens_at else ""
    summary = (
        f"level {level} passes over {passed.recipient}: outside their hours in "
        f"{passed.zone}{begins}"
    )
    data = {
        "level": level,
        "target": passed.target,
        "recipient": passed.recipient,
        "opens_at": opens_at.isoformat() if opens_at else None,
        "reason": turn.reason,
        **facts,
    }
    return PagingLine(EntryKind.PAGE_OUT_OF_HOURS, summary, data)


def passed_over_line(
    done: PassOver, rule: str, targets: tuple[str, ...], at: datetime, next_at: datetime | None
) -> PagingLine:
    """The line that a level is not paged at `at`, and why."""
    data = {
        "level": done.level,
        "cycle": done.cycle,
        "rule": rule,
        "targets": list(targets),
        "asked_at": at.isoformat(),
        "next_at": next_at.isoformat() if next_at else None,
    }
    return PagingLine(
        EntryKind.PAGE_PASSED_OVER, f"level {done.level} pages nobody: {done.why}", data
    )


def joined_demand_line(level: int, reason: str) -> PagingLine:
    """The line of a demand for a level that another demand has just paged."""
    words = f"level {level} was just paged at the same instant: {reason}"
    return PagingLine(EntryKind.ESCALATION_JOINED, words, {"level": level, "reason": reason})


def waiting_line(page: Page, reason: str, opens_at: datetime) -> PagingLine:
    """The line of a page on demand that goes out later."""
    words = f"level {page.level} is paged when its hours begin, {in_utc_minutes(opens_at)}"
    data = {
        "level": page.level,
        "targets": list(page.targets.page),
        "reason": reason,
        "waits_until": opens_at.isoformat(),
    }
    return PagingLine(EntryKind.PAGE_WAITS, f"{words}: {reason}", data)


def given_up_line(summary: str, level: int, key: str, why: str) -> PagingLine:
    """The line of a level that is no longer paged, although an attempt may be under way."""
    words = f"{summary} — no longer needed: {why}; an attempt under way may still arrive"
    return PagingLine(EntryKind.PAGE_WITHDRAWN, words, {"level": level, "key": key})


def lost_task_line(summary: str, level: int, key: str) -> PagingLine:
    """The line of a lost task that may have paged a level; nobody knows whom."""
    words = f"{summary} — may have been sent: the worker stopped before it confirmed this"
    return PagingLine(EntryKind.PAGE_UNCONFIRMED, words, {"level": level, "key": key})


def withdrawn_line(delivery: Delivery) -> PagingLine:
    """The line of a page that no channel has taken and that is not tried again."""
    sent = delivery.message
    why = delivery.withdraw or "it is no longer needed"
    summary = f"page to {sent.recipient}: {sent.reason} — withdrawn: {why}"
    data = {"recipient": sent.recipient, "key": sent.key, "reason": sent.reason}
    return PagingLine(EntryKind.PAGE_WITHDRAWN, summary, data)


def owed_by(line: PagingLine, now: datetime) -> Delivery | None:
    """What a line leaves to be delivered; it keeps when a first attempt failed."""
    if line.owed is None:
        return None
    failed_at = now if line.kind is EntryKind.PAGE_FAILED else None
    return line.owed.delivery.changed(failed_at=failed_at)


def late_words(delivery: Delivery) -> str:
    """Why a page was sent later than others that were asked for after it."""
    if delivery.failed_at is None:
        return ""
    at = f"{delivery.failed_at:%H:%M:%S} UTC"
    return f" — late: its first attempt failed at {at}, and the escalation went on meanwhile"


def until_answered(delivery: Delivery, *, stays: bool, clocks: tuple[str, ...] = ()) -> Delivery:
    """A delivery that an answer to the escalation withdraws, unless it `stays`."""
    bound = delivery.bound
    if bound:
        bound = bound.changed(escalation=not stays)
    return delivery.changed(until_answered=not stays, bound=bound, clocks=clocks)


def recipients_of(done: Escalated) -> tuple[str, ...]:
    """Who was paged: people by name, channels as the policy names them."""
    return tuple(
        page.target if _of_channel(page) else page.delivery.message.recipient for page in done.pages
    )


def how_to_stop(incident_id: str, progress: EscalationProgress) -> str:
    """The line of a page that says how to stop the escalation."""
    if progress.resumed:
        return f"It was acknowledged, but nothing followed. Check it: show {incident_id}"
    return f"Acknowledge it: acknowledge {incident_id}"


def outcome_line(delivery: Delivery, leave: Leave) -> PagingLine | None:
    """The line of a page that asked to be sent; None if the timeline says it already."""
    sent, summary = delivery.message, leave.summary
    who = f"page to {sent.recipient}: {sent.reason}"
    data: dict[str, Any] = {
        "recipient": sent.recipient,
        "key": sent.key,
        "reason": sent.reason,
    }
    match leave.verdict:
        case PageVerdict.HELD:
            said = f"{who} — held for a summary: {leave.why}"
            return None if delivery.held else PagingLine(EntryKind.PAGE_HELD, said, data)
        case PageVerdict.TOLD if summary:
            data |= {"channel": summary.channel, "summary_of": summary.incidents}
            among = f"in a summary of {incidents(summary.incidents)}"
            told = f"page to {sent.recipient} by {summary.channel}, {among}: {sent.reason}"
            return PagingLine(EntryKind.PAGE_SUMMARISED, told, data)
        case PageVerdict.UNDELIVERED:
            return PagingLine(
                EntryKind.PAGE_UNDELIVERED, f"{who} — no channel took the summary; given up", data
            )
        case _:
            why = delivery.withdraw or "it is no longer needed"
            return PagingLine(EntryKind.PAGE_WITHDRAWN, f"{who} — held, and dropped: {why}", data)
