"""`dunwell inbox`, `replies`, `reviews` and `review`: the mail that customers write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dunwell import wiring
from dunwell.cli import acting
from dunwell.cli.output import Exit, bar, err, json_line, out, parse_day, stop, table
from dunwell.desk import inbox as desk
from dunwell.desk import review as reviewing
from dunwell.desk.inbox import Round
from dunwell.desk.review import Decision
from dunwell.ledger import replies as ledger_replies
from dunwell.ledger.replies import ReplyRecord
from dunwell.mailroom.inbox import Inbox
from dunwell.replies.meanings import INTENTS
from dunwell.terms.moment import Moment

_WATCH_SECONDS = 300.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("inbox")(inbox)
    app.command("replies")(replies)
    app.command("reviews")(reviews)
    app.command("review")(review)


def inbox(
    once: Annotated[bool, typer.Option("--once", help="Look once and end; without it, watch until stopped.")] = False,
    on: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The day to act on, at the cycle's hour; looks once.")
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: the same jobs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a mail that was read.")] = False,
) -> None:
    """Read the mailbox: file every mail, understand it, and act where sender, words and clues leave no doubt.

    What is unsure waits for a person (`dunwell reviews`). Running it again reads nothing twice.
    """
    day = parse_day(on)
    wiring.office()
    if once or day is not None or wiring.said_today() is not None:
        raise typer.Exit(int(_look(wiring.moment(day), direct=direct, as_json=as_json)))
    box = wiring.inbox()
    while True:
        _look(wiring.moment(), direct=direct, as_json=as_json)
        with Inbox(box.account) as connection:
            connection.wait(connection.look(box.folder), _WATCH_SECONDS)


def _look(moment: Moment, *, direct: bool, as_json: bool) -> Exit:
    if direct:
        done = Round()
        with bar(total=False) as progress:
            task = progress.add_task("mails")
            for _ in desk.look(wiring.office(), wiring.inbox(), moment, done):
                progress.advance(task)
    else:
        done = run_flow(moment)
    _tell(done, as_json=as_json)
    if done.misconfigured:
        return Exit.BAD_INPUT
    if done.away:
        return Exit.TEMPORARY
    return Exit.FAILURES if any(one.state in ("failed", "unsound") for one in done.answers) else Exit.DONE


def run_flow(moment: Moment) -> Round:
    """One look through the real flow, against the Prefect server that is set or a private one."""
    from dunwell.cli import prefect_server

    on = None if moment.keeps_hours else moment.on
    result = prefect_server.run_flow("inbox", wiring.located().folder / ".prefect", as_of=on)
    if not isinstance(result, Round):
        raise TypeError("the inbox flow ended without a result")
    return result


def _tell(done: Round, *, as_json: bool) -> None:
    if as_json:
        for one in done.handled:
            json_line(one)
    else:
        out.print(desk.headline(done), markup=False)
        if done.handled:
            table(
                "Replies",
                ("account", "meaning", "words", "what happened"),
                [
                    (one.account or "?", one.intent, one.words[:120], one.effect or "; ".join(one.reasons[:2]))
                    for one in done.handled
                ],
                most=40,
            )
    if done.away:
        err.print(f"answers wait: {done.away}", markup=False)


def replies(
    on: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Only the mail filed on this day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a mail.")] = False,
) -> None:
    """List all mail that was filed: what it means, and what happened."""
    with wiring.open_books().read() as work:
        found = ledger_replies.records(work, on=parse_day(on))
    if as_json:
        for one in found:
            json_line(
                {
                    "id": one.id,
                    "message_id": one.message_id,
                    "account": one.account,
                    "invoices": one.invoices,
                    "intent": one.intent,
                    "action": _ACTIONS[one.state],
                    "effect": one.effect or None,
                    "trusted": one.trusted,
                    "trust": one.trust,
                    "reasons": one.reasons,
                    "on": one.on,
                }
            )
        return
    table(
        "Replies",
        ("day", "id", "account", "from", "meaning", "state", "what happened"),
        [
            (one.on, one.id, one.account or "?", one.sender, one.intent, one.state, one.effect or one.trust)
            for one in found
        ],
    )


_ACTIONS = {"acted": "act", "review": "review", "ignored": "ignore", "reviewed": "reviewed"}


def reviews(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Where to write the mails (default: reviews).")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the replies that people read otherwise, with labels.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a reply.")] = False,
) -> None:
    """List the replies that wait for a person, with what is suggested; their mails are written as files to open."""
    office = wiring.office()
    if corpus is not None:
        _write_corpus(office, corpus)
        return
    folder = to or wiring.located().folder / "reviews"
    found = [(one, reviewing.save_mail(office, one, folder)) for one in reviewing.waiting(office)]
    known = {file.name for _, file in found}
    if to is None and folder.is_dir():
        for old in folder.glob("*.eml"):
            if old.name not in known:
                old.unlink()  # decided about since: nobody needs a second copy of a customer's mail
    if as_json:
        for one, file in found:
            json_line({**_review(one), "file": str(file)})
        return
    table(
        "Replies that wait for a person",
        ("id", "account", "from", "suggested", "words", "why", "file"),
        [
            (one.id, one.account or "?", one.sender, one.intent, _words(one)[:160], "; ".join(one.reasons[:3]), file)
            for one, file in found
        ],
    )


def _review(one: ReplyRecord) -> dict[str, object]:
    return {
        "id": one.id,
        "file": None,
        "account": one.account,
        "invoices": one.invoices,
        "suggested": one.intent,
        "promises": one.reading.get("promises", []),
        "words": _words(one),
        "since": one.on,
        "from": one.sender,
        "trusted": one.trusted,
        "message_id": one.message_id,
        "reasons": one.reasons,
    }


def _words(one: ReplyRecord) -> str:
    said = "; ".join(each["words"] for each in one.reading.get("promises", ()))
    return said or " ".join(str(one.reading.get("new_text", "")).split())


def _write_corpus(office: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for raw, label in reviewing.corrections(office):
            count += 1
            name = f"{count:05}.eml"
            (folder / name).write_bytes(raw)
            labels.write(json.dumps({"file": name, **label}, ensure_ascii=False) + "\n")
    out.print(f"{count} corrected replies written to {folder}", markup=False)


def review(
    reply_id: Annotated[str, typer.Argument(metavar="ID", help="The reply's id, as `dunwell reviews` shows it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    accept: Annotated[bool, typer.Option("--accept", help="It means what was suggested.")] = False,
    intent: Annotated[
        str | None, typer.Option(metavar="INTENT", help=f"It means this instead: {', '.join(INTENTS)}.")
    ] = None,
    ignore: Annotated[bool, typer.Option("--ignore", help="Nothing follows from it.")] = False,
    on: Annotated[str | None, typer.Option("--date", metavar="DATE", help="The promised (or paid) day.")] = None,
    amount: Annotated[str | None, typer.Option(metavar="AMOUNT", help="The promised (or paid) sum, a point.")] = None,
    invoice: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="The invoice that it is about; may be repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "",
) -> None:
    """Decide about a reply that waits: accept the suggested reading, say what it means, or ignore it.

    What follows is what would have followed by itself; the answer goes with the next `dunwell inbox` or cycle.
    """
    if [accept, intent is not None, ignore].count(True) != 1:
        stop("say one of --accept, --intent and --ignore", Exit.BAD_INPUT)
    if intent is not None and intent not in INTENTS:
        stop(f"--intent: {intent!r} is not known; the intents are {', '.join(INTENTS)}", Exit.BAD_INPUT)
    decision = Decision(intent, ignore, parse_day(on), acting.amount(amount), None, tuple(invoice or ()))
    said = reviewing.review(wiring.office(), reply_id, decision, by, reason, wiring.moment())
    out.print(said, markup=False)
