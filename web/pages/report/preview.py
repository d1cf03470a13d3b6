"""The preview of a report in words, which change only if the preview does."""

from dataclasses import dataclass
from hashlib import sha256

from models.answers.report_preview import ReportPreview
from rules.commands.beginning.judged_report import JudgedReport
from rules.wording.report_previews import effects_of
from web.pages.fields import label_of


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """The preview as the page shows it; `digest` changes if the words do."""

    severity: str
    why: str
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    not_allowed: str
    may: tuple[str, ...]
    does: tuple[tuple[str, str], ...]
    trouble: str

    @property
    def digest(self) -> str:
        """Tells whether a page shows these words already."""
        return sha256(repr(self).encode(errors="replace")).hexdigest()[:16]


def shown_preview(
    found: JudgedReport, preview: ReportPreview | None, trouble: str = ""
) -> ShownPreview:
    """A judged report and what it would do, if that is known."""
    lacks = {f"{where}{name}" for name in found.missing for where in ("", "attributes.")}
    return ShownPreview(
        severity=preview.severity if preview else found.severity,
        why=preview.why if preview else "",
        missing=tuple(label_of(name).lower() for name in found.missing),
        wrong=tuple(problem for name, problem in found.flaws if name not in lacks),
        not_allowed=found.not_allowed,
        may=found.may,
        does=tuple(effects_of(preview)) if preview else (),
        trouble=trouble,
    )
