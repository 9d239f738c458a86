"""What a reply can mean: the names of the intents, the same in the books, on the pages and in every answer."""

from __future__ import annotations

INTENTS = (
    "promise_to_pay",
    "already_paid",
    "dispute",
    "resend_invoice",
    "instalment_request",
    "hardship_or_insolvency",
    "refusal",
    "auto_reply",
    "bounce",
    "wrong_contact",
    "payment_details_request",
    "question",
    "acknowledgement",
    "unsubscribe_or_complaint",
    "other",
)
"""What a reply can mean."""
