"""The seventeen questions that every policy answers, in order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.policy import Policy
from policies.render.questions import answers, gaps
from policies.render.questions.gaps import PolicyGap
from policies.render.writing.document import Blocks, Heading, Paragraph
from policies.render.writing.view import View


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what it asks, what leaves it open, and how a policy answers it."""

    code: str
    asks: str
    gaps: Callable[[Policy], Iterator[PolicyGap]]
    answer: Callable[[View], Blocks]


QUESTIONS: tuple[Question, ...] = (
    Question("Q1", "which principles guide the team", gaps.principles, answers.principles),
    Question("Q2", "which framework or method is followed", gaps.framework, answers.framework),
    Question("Q3", "who may report an incident", gaps.reporters, answers.reporters),
    Question("Q4", "what a report must contain", gaps.information, answers.information),
    Question("Q5", "which tools track incidents", gaps.tools, answers.tools),
    Question("Q6", "who becomes incident manager and how", gaps.manager, answers.manager),
    Question("Q7", "what each role must do", gaps.duties, answers.duties),
    Question("Q8", "who speaks for the incident", gaps.speaker, answers.speaker),
    Question("Q9", "which steps lead to resolution", gaps.steps, answers.steps),
    Question("Q10", "which deadlines (SLA) hold for each step", gaps.deadlines, answers.deadlines),
    Question("Q11", "how progress is tracked and told", gaps.progress, answers.progress),
    Question("Q12", "who runs the review", gaps.reviewer, answers.reviewer),
    Question("Q13", "what is documented and where it is kept", gaps.record, answers.record),
    Question(
        "Q14", "how lessons and action items are followed up", gaps.follow_up, answers.follow_up
    ),
    Question("Q15", "which channels are used", gaps.channels, answers.channels),
    Question("Q16", "how often audiences hear", gaps.cadence, answers.cadence),
    Question(
        "Q17",
        "who ensures that communication is clear and consistent",
        gaps.clarity,
        answers.clarity,
    ),
)


def section(view: View) -> Blocks:
    """Each question with the policy's answer, and what the policy leaves open of it."""
    for question in QUESTIONS:
        yield Heading(f"{question.code}. {question.asks[:1].upper()}{question.asks[1:]}")
        yield from question.answer(view)
        for gap in question.gaps(view.policy):
            if view.read_values.reason(gap.add) is None:
                yield Paragraph(f"Left open{f' for {gap.of}' if gap.of else ''}: add {gap.add}.")
