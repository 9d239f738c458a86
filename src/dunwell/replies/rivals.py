"""Which words of another meaning speak against acting on a mail. Pure."""

from __future__ import annotations

RIVALS: dict[str, frozenset[str]] = {
    "dispute": frozenset(
        {
            "paid",
            "resend",
            "details",
            "wrong",
            "refusal",
            "recount",
            "third",
            "insolvency",
            "hardship",
            "vague",
            "complaint",
            "instalment",
            "offer",
        }
    ),
    "already_paid": frozenset(
        {
            "condition",
            "negated",
            "third",
            "recount",
            "refusal",
            "dispute",
            "vague",
            "hardship",
            "wrong",
            "resend",
            "instalment",
            "complaint",
            "offer",
        }
    ),
    "resend_invoice": frozenset(
        {"details", "dispute", "wrong", "refusal", "paid", "instalment", "third", "complaint", "offer", "hardship"}
    ),
    "wrong_contact": frozenset({"dispute", "paid", "refusal", "third", "hardship", "instalment", "offer"}),
    "payment_details_request": frozenset(
        {"dispute", "paid", "wrong", "refusal", "third", "instalment", "resend", "hardship", "offer"}
    ),
    "hardship_or_insolvency": frozenset({"paid", "dispute", "wrong", "third", "condition", "offer"}),
    "instalment_request": frozenset(
        {"dispute", "refusal", "wrong", "offer", "negated", "vague", "paid", "resend", "third"}
    ),
}
"""For each intent, the kinds of phrases beside which a person has to look."""


def rivals_of(intent: str, kinds: frozenset[str], *, asks: bool) -> list[str]:
    """The kinds that stand beside an intent and speak against acting on it."""
    found = sorted(RIVALS.get(intent, frozenset()) & kinds)
    if intent == "already_paid" and asks and "question" in kinds:
        found.append("question")
    return found
