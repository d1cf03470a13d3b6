"""What every command carries."""

from pydantic import Field

from models.base import Actor, Frozen, Instant
from models.proof import Proof
from models.way_in import WayIn


class Command(Frozen):
    """What every command carries.

    `command_id` makes it safe to repeat: a second command with the same id returns the stored
    result. `happened_at` may lie in the past, never in the future. `sent_at` is when somebody gave
    the command; it may arrive much later, if no worker runs. `override` is the reason to do it
    although the policy refuses it. `proof` says how the way in established who `actor` is.
    """

    actor: str = Field(min_length=1, max_length=200)
    via: str = Field(default=WayIn.TEMPORAL.value, max_length=40)
    proof: Proof = Proof.CLAIMED
    command_id: str | None = Field(default=None, max_length=200)
    happened_at: Instant | None = None
    sent_at: Instant | None = None
    note: str = Field(default="", max_length=4000)
    override: str = Field(default="", max_length=2000)

    @property
    def sender(self) -> Actor:
        """Who gives the command."""
        return Actor(name=self.actor, via=self.via, proof=self.proof)
