"""What the ways in need of a policy: how alerts become incidents, and who may report what."""

from pydantic import Field

from models.alert import GroupingPolicy
from models.base import Frozen


class LabelSeverity(Frozen):
    """How the labels of an alert say a severity.

    `severities` run from the worst. `labels` maps a label and its value to one of them. `default`
    holds if no label says anything.
    """

    severities: tuple[str, ...]
    default: str
    labels: dict[str, dict[str, str]] = Field(default_factory=dict)


class ReportingRule(Frozen):
    """Who may report, by which channels (none named: all), and what a report must contain.

    `who` holds names of people and teams, and the words anyone, people and monitoring; `at` names
    the people who may report at a severity instead. `people` maps each person of the policy to
    their teams. With `reserves_teams`, nobody reports by bearing the name of a team.
    """

    who: tuple[str, ...] = ("anyone",)
    at: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    channels: tuple[str, ...] = ()
    required: tuple[str, ...] = ("title",)
    people: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reserves_teams: bool = False


class Identities(Frozen):
    """Which person an identity means: of an OpenID provider, or of a chat.

    `addresses` has e-mail addresses as `rules.people.naming.identities` compares them, `listed` has
    what the policy lists, as it is written, `slack` has user ids of Slack.
    """

    addresses: dict[str, str] = Field(default_factory=dict)
    listed: dict[str, str] = Field(default_factory=dict)
    slack: dict[str, str] = Field(default_factory=dict)


class IntakeRules(Frozen):
    """Everything that intake decides by. It leaves alone an alert that one of `ignore` matches."""

    grouping: GroupingPolicy
    severity: LabelSeverity
    reporting: ReportingRule
    ignore: tuple[dict[str, str], ...] = ()
    identities: Identities = Identities()
