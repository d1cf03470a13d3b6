"""How somebody must be known: which proofs count for a command, and what a link grants."""

from collections.abc import Mapping

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy, Edition
from models.people.authority import ALL_OTHERS
from models.proof import Proof
from rules.people.permission.authority import DISPUTE
from rules.record.decision import Case, Refusal
from states.lifecycle import TERMINAL


def untrusted(case: Case, command: str) -> Refusal | None:
    """The refusal if the way in has not established well enough who gives a command.

    The engine needs no proof, and neither does monitoring. No override replaces a proof: whoever
    only says a name could also say that of somebody who may override.
    """
    if case.actor in (ENGINE, MONITORING):
        return None
    return _not_granted(case, command) or _not_proven(case, command)


def proven(actor: Actor, command: str, policy: CompiledPolicy) -> bool:
    """Whether the policy in force would still believe who gave a command."""
    if actor.proof is Proof.LINK and command not in policy.link_grants:
        return False
    counts = proofs_asked(policy.trust, command)
    return counts is None or actor.proof in counts


def _not_granted(case: Case, command: str) -> Refusal | None:
    grants = case.policy.link_grants
    if case.actor.proof is not Proof.LINK:
        return None
    if case.policy.edition >= Edition.LINKS_END and case.incident.state in TERMINAL:
        message = f"a link ends with its incident, which is {case.incident.state}"
        return Refusal("NotAuthorised", message, ("proof",))
    if command in grants or command == DISPUTE:
        return None
    does = f"it grants {', '.join(grants)}" if grants else "it grants nothing"
    return Refusal("NotAuthorised", f"a link does not grant {command}; {does}", ("proof",))


def _not_proven(case: Case, command: str) -> Refusal | None:
    counts = proofs_asked(case.policy.trust, command)
    if counts is None or case.actor.proof in counts or _takes_back(case, command):
        return None
    return Refusal("NotAuthorised", unproven(case.actor, counts, command), ("proof",))


def unproven(actor: Actor, counts: tuple[Proof, ...], command: str) -> str:
    """The words that who gives a command is not known well enough for it."""
    name, proof = actor.name, actor.proof
    how = "only claimed" if proof is Proof.CLAIMED else f"known by {proof}"
    return f"{command} requires that {name} is known by {_listed(counts)}; {name} is {how}"


def _takes_back(case: Case, command: str) -> bool:
    """Whether a link takes back what a link gave: the rule of disputes judges the rest."""
    return command == DISPUTE and case.actor.proof is Proof.LINK


def proofs_asked(trust: Mapping[str, tuple[Proof, ...]], command: str) -> tuple[Proof, ...] | None:
    """The proofs that count for a command; None if the policy does not say."""
    return trust.get(command) or trust.get(ALL_OTHERS)


def _listed(counts: tuple[Proof, ...]) -> str:
    *others, last = counts
    return f"{', '.join(others)} or {last}" if others else last.value
