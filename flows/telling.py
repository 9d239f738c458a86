"""Telling: what a closed cycle says to Prefect's automations, as events of its own."""

from __future__ import annotations

from prefect.events import emit_event

from dunwell.desk.day import CycleReport, Office

CLOSED = "dunwell.cycle.closed"
IN_DOUBT = "dunwell.letters.in-doubt"
NONE_SENT = "dunwell.letters.none-sent"


def tell(office: Office, report: CycleReport) -> None:
    """Say that the cycle has closed, and what somebody has to hear of. Counts only: no names, no amounts."""
    record = report.record
    names = ("looked_at", "expected", "sent", "failed", "in_doubt", "waiting", "rehearsed")
    payload = {"on": str(record.on), **{name: getattr(record, name) for name in names}, "alarms": len(report.alarms)}
    resource = {"prefect.resource.id": "dunwell.cycle", "prefect.resource.name": office.creditor.name or "dunwell"}
    in_their_window = sum(letter.state == "window" for letter in report.letters)
    gone = record.sent + record.in_doubt + record.rehearsed
    said = {
        # A cycle that the mail server stopped has not closed the day: the automation that waits for it goes on waiting.
        CLOSED: report.away is None,
        IN_DOUBT: record.in_doubt > 0,
        NONE_SENT: record.expected > in_their_window and not gone,
    }
    for event, true in said.items():
        if true:
            emit_event(event, resource=resource, payload=payload)
