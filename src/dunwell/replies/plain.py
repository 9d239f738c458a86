"""A reading as plain data, as it is printed and kept, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.replies.promises import Paid, Promise
from dunwell.replies.reading import Reading


def plain(reading: Reading) -> dict[str, Any]:
    """The reading as a JSON object; amounts are strings in major units, days dates."""
    found: dict[str, Any] = {
        "language": reading.language,
        "intent": reading.intent,
        "secondary_intents": list(reading.secondary),
        "promises": [
            {
                "date": one.date,
                "window": one.window,
                "amount": None if one.amount is None else f"{one.amount:.2f}",
                "currency": one.currency,
                "partial": one.partial,
                "conditional": one.conditional,
                "words": one.words,
            }
            for one in reading.promises
        ],
        "paid": None,
        "new_contact": reading.new_contact,
        "auto_until": reading.auto_until,
        "new_text": reading.new_text,
        "confidence": reading.confidence,
        "action": reading.action,
        "reasons": list(reading.reasons),
    }
    if reading.paid:
        amount = reading.paid.amount
        found["paid"] = {
            "date": reading.paid.date,
            "amount": None if amount is None else f"{amount:.2f}",
            "reference": reading.paid.reference,
        }
    if reading.bounce:
        failed = reading.bounce
        found["bounce"] = {"kind": failed.kind.value, "recipient": failed.recipient, "status": failed.status}
    return found


def promises_in(kept: Mapping[str, Any]) -> tuple[Promise, ...]:
    """The promises of a reading that was kept as plain data."""
    return tuple(
        Promise(
            date=_day(one["date"]) or date.max,
            window=_window(one["window"]),
            amount=None if one["amount"] is None else Decimal(one["amount"]),
            currency=one["currency"],
            partial=one["partial"],
            conditional=one["conditional"],
            words=one["words"],
        )
        for one in kept.get("promises", ())
    )


def paid_in(kept: Mapping[str, Any]) -> Paid | None:
    """What a reading that was kept as plain data says to have been paid."""
    one = kept.get("paid")
    if not one:
        return None
    return Paid(_day(one["date"]), None if one["amount"] is None else Decimal(one["amount"]), one["reference"])


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def _window(value: Any) -> tuple[date, date] | None:
    return (date.fromisoformat(str(value[0])), date.fromisoformat(str(value[1]))) if value else None
