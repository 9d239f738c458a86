"""The letters there are, by name."""

from __future__ import annotations

from enum import StrEnum


class Carrier(StrEnum):
    """How a letter travels: by e-mail, printed and posted by a person, or as a text message."""

    EMAIL = "email"
    LETTER = "letter"
    SMS = "sms"


ESCALATION = (
    "issued",
    "upcoming_before",
    "upcoming_due",
    "past_due_first",
    "past_due_second",
    "late",
    "delinquent",
    "on_hold",
    "final_notice",
)
"""The letters that a policy's stages send, mildest first. Each asks for money."""

NEWS = ("payment_received", "released")
"""Good news of the daily cycle: they ask for nothing, wait for no interval, and go inside the daily letter if there
is one."""

LETTERS = (
    *ESCALATION,
    *NEWS,
    "promise_thanked",
    "promise_due",
    "promise_broken",
    "claim_acknowledged",
    "proof_asked",
    "dispute_acknowledged",
    "dispute_closed",
    "invoice_again",
    "plan_offered",
    "plan_agreed",
    "part_due",
    "part_missed",
    "details_answered",
    "goodwill",
)
"""Every letter there is: each language has them all."""

SENTENCES_OF_LAW = ("late_payment", "suspension", "formal_notice")
"""Sentences of law that a policy may set into letters, by country: statutory interest and fixed sum, the right to
suspend services, and what the final notice is under that law."""

_ASKING = {"invoices", "payment", "signature"}
_BLOCKS = {
    "payment_received": {"received", "signature"},
    "released": {"signature"},
    "promise_thanked": {"concerned", "payment", "signature"},
    "promise_due": {"concerned", "payment", "signature"},
    "claim_acknowledged": {"concerned", "signature"},
    "proof_asked": {"concerned", "signature"},
    "dispute_acknowledged": {"concerned", "signature"},
    "dispute_closed": {"concerned", "payment", "signature"},
    "invoice_again": {"concerned", "payment", "signature"},
    "plan_offered": {"concerned", "parts", "signature"},
    "plan_agreed": {"parts", "payment", "signature"},
    "part_due": {"parts", "payment", "signature"},
    "part_missed": _ASKING | {"parts"},
    "goodwill": {"concerned", "payment", "signature"},
}


def blocks_of(letter: str) -> frozenset[str]:
    """The blocks that a letter has, each once: `invoices` is the table with its demand, `concerned` the one without."""
    return frozenset(_BLOCKS.get(letter, _ASKING))


def asks(letter: str) -> bool:
    """Whether the letter asks for the money of the invoices that it lists."""
    return "invoices" in blocks_of(letter)
