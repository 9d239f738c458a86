"""The day's summary in words: a line, and a page in Markdown for the Prefect UI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dunwell.desk.day import CycleReport

_MOST = 200
_STATES = {
    "sent": "sent",
    "failed": "refused by the mail server",
    "in_doubt": "in doubt",
    "waiting": "put off by the mail server",
    "rehearsed": "rehearsed",
    "printed": "printed: to be posted",
    "window": "waiting for their hours",
    "unsound": "not written: something is missing",
}


def headline(report: CycleReport) -> str:
    """What the cycle did, in one line."""
    record = report.record
    parts = [f"{record.looked_at} cases looked at", f"{record.expected} letters expected", f"{record.sent} sent"]
    for name in ("rehearsed", "failed", "in_doubt", "waiting"):
        if count := getattr(record, name):
            parts.append(f"{count} {name.replace('_', ' ')}")
    if report.failed_runs:
        parts.append(f"{report.failed_runs} cases failed")
    return f"{record.on}: " + ", ".join(parts) + (f"; stopped: {report.away}" if report.away else "")


def markdown(report: CycleReport) -> str:
    """The cycle's page: counts and totals, letters with their reasons, what waits, what could slip, what people do."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CycleReport) -> Iterator[str]:
    yield f"# Daily cycle {report.record.on}"
    yield ""
    yield headline(report)
    for alarm in report.alarms:
        yield f"\n**Alarm:** {cell(alarm)}"
    yield from _table("Letters by outcome", ("outcome", "letters"), _by_state(report))
    yield from _table(
        "Letters by kind", ("letter", "letters"), Counter(one.letter for one in report.letters if one.letter).items()
    )
    yield from _table(
        "Letters",
        ("account", "letter", "language", "invoices", "outcome"),
        [(one.account, one.letter, one.language, ", ".join(one.invoices), one.reason) for one in report.letters],
    )
    yield from _table("Touches that wait", ("reason", "touches"), report.waiting)
    yield from _table(
        "What could slip",
        ("what", "invoice", "account", "why"),
        [(s.what, s.invoice, s.account, s.why) for s in report.slips],
    )
    yield from _table(
        "For people",
        ("id", "task", "account", "due", "what"),
        [(t.id, t.kind, t.account or "", t.due_on, t.text) for t in report.tasks],
    )


def _by_state(report: CycleReport) -> list[tuple[str, int]]:
    return [(_STATES.get(state, state), count) for state, count in Counter(one.state for one in report.letters).items()]


def _table(title: str, heads: Sequence[str], rows: object) -> Iterator[str]:
    listed = [tuple(row) for row in rows]  # type: ignore[attr-defined]
    if not listed:
        return
    yield f"\n## {title}\n"
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in listed[:_MOST]:
        yield "| " + " | ".join(cell(str(one)) for one in row) + " |"
    if len(listed) > _MOST:
        yield f"\nand {len(listed) - _MOST} more"


def cell(text: str) -> str:
    """Text from outside as a table cell: no line breaks, no Markdown, no HTML."""
    flat = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return flat.replace("<", "&lt;").replace(">", "&gt;").replace("[", "\\[")
