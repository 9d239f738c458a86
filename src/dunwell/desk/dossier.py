"""What a dossier holds: parties, invoices, letters as sent, replies as received, journal, statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dunwell.desk import facts as facts_of
from dunwell.desk import matters, statement_facts
from dunwell.desk.facts import Due
from dunwell.desk.matters import Fetched
from dunwell.desk.office import Office
from dunwell.desk.writing import choose_contact
from dunwell.ledger import agreed_lists, cases, correspondence, journal, replies
from dunwell.ledger import letters as letter_rows
from dunwell.ledger.books import Work
from dunwell.ledger.cases import Loaded
from dunwell.ledger.letters import Evidence
from dunwell.ledger.replies import ReplyRecord
from dunwell.liaison.documents import Document
from dunwell.litigation.dossier import JOURNAL
from dunwell.terms.account import Contact, Role
from dunwell.terms.decision import Send
from dunwell.terms.moment import Moment
from dunwell.terms.money import Money

if TYPE_CHECKING:
    from dunwell.desk.refer import Queued

_SAFE = re.compile(r"[^\w.-]+")


def contents(
    office: Office, work: Work, queued: Queued, loaded: Sequence[Loaded], fetched: Fetched, moment: Moment
) -> dict[str, bytes]:
    """The dossier's files by name, without its manifest."""
    record = queued.record
    people = cases.contacts(work, [record.account_id]).get(record.account_id, [])
    sent = letter_rows.evidence(work, record.account_id)
    answered = replies.records(work, account=record.account.number)
    files: dict[str, bytes] = {}
    for number, letter in enumerate(sent, 1):
        files[f"letters/{number:03}_{letter.record.on}_{letter.record.letter}.eml"] = letter.raw
    for number, reply in enumerate(answered, 1):
        files[f"replies/{number:03}_{reply.on}_{reply.intent}.eml"] = correspondence.raw(work, reply.mail_id)
    for one in loaded:
        files |= _documents(one, fetched)
    entries = list(journal.exported(work, record.account.number))
    files[JOURNAL] = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries).encode()
    files["statement.pdf"] = _statement(office, work, queued, loaded, fetched, people, moment)
    promised = agreed_lists.promises(work, account_id=record.account_id)
    whole = _whole(office, queued, loaded, people, sent, answered, promised, moment)
    files["dossier.json"] = (json.dumps(_plain(whole), ensure_ascii=False, indent=1) + "\n").encode()
    files["dossier.pdf"] = office.library.printed("dossier.typ", _page(office, queued, whole, moment), moment.on)
    return files


def _documents(one: Loaded, fetched: Fetched) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    number = _SAFE.sub("_", one.case.invoice.number)
    for kind, place in (("invoices", one.case.invoice.document), ("contracts", one.case.invoice.contract)):
        document = fetched.documents.get(place or "")
        if isinstance(document, Document):
            found[f"{kind}/{number}.pdf"] = document.content
    return found


def _statement(
    office: Office,
    work: Work,
    queued: Queued,
    loaded: Sequence[Loaded],
    fetched: Fetched,
    people: Sequence[Contact],
    moment: Moment,
) -> bytes:
    record = queued.record
    rules = office.policy.rules_for(record.account)
    due = [
        Due(one, Send("litigation", 1, "final_notice", moment.on)) for one in loaded if one.case.outstanding.minor > 0
    ]
    (matter,) = matters.gather(
        office, work, {record.account_id: record.account}, {record.account_id: due}, {record.account_id: []}, fetched
    )
    nobody = Contact(record.account.name, "", Role.OTHER)
    contact = choose_contact(people, rules, "litigation") or nobody
    facts = facts_of.of_letter(office, matter, rules, contact, moment.on)
    words = office.library.find("final_notice", record.account.language).language
    return office.library.printer().pdf(statement_facts.of_statement(office, matter, facts, "on_hold"), words)


def _whole(
    office: Office,
    queued: Queued,
    loaded: Sequence[Loaded],
    people: Sequence[Contact],
    sent: Sequence[Evidence],
    answered: Sequence[ReplyRecord],
    promised: Sequence[agreed_lists.PromiseRecord],
    moment: Moment,
) -> dict[str, Any]:
    """The dossier as data: everything that its pages say, and the keys of its files."""
    record, own = queued.record, office.creditor
    return {
        "dossier": record.id,
        "made_on": moment.on,
        "creditor": {"name": own.name, "address": own.address, "vat_id": own.vat_id, "register": own.registration},
        "account": record.account,
        "contacts": people,
        "referred_on": record.since,
        "totals": record.totals,
        "days_overdue": queued.figures.days_overdue,
        "limitation": queued.figures.limitation,
        "missing": [str(one) for one in queued.lacks],
        "invoices": [
            {
                "number": one.case.invoice.number,
                "issued": one.case.invoice.issued,
                "due": one.case.invoice.due,
                "amount": one.case.invoice.amount,
                "currency": one.case.invoice.amount.currency,
                "open_principal": one.case.open_principal,
                "open_charges": one.case.open_charges,
                "terms": record.account.terms,
                "contract": one.case.invoice.contract,
                "touches": one.case.touches,
            }
            for one in loaded
        ],
        "letters": [
            {
                "on": one.record.on,
                "letter": one.record.letter,
                "stage": one.record.stage,
                "invoices": one.record.invoices,
                "to": one.record.to,
                "message_id": one.record.message_id,
                "state": one.record.state,
                "server_answer": one.record.reason,
                "settled_at": one.settled_at,
                "deadline": one.deadline,
            }
            for one in sent
        ],
        "replies": [
            {
                "on": one.on,
                "message_id": one.message_id,
                "from": one.sender,
                "meaning": one.intent,
                "what_happened": one.effect,
                "sender_is": one.trust,
                "authentication": one.reading.get("authentication", []),
            }
            for one in answered
        ],
        "promises": promised,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (int, str, type(None))) else str(value)


def _page(office: Office, queued: Queued, whole: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    """The pages for counsel, as the Typst file wants them."""
    account = queued.record.account
    until = queued.figures.limitation
    parties = [
        ["Creditor", office.creditor.name, office.creditor.address, office.creditor.registration],
        ["Customer", account.name, account.address, account.register or account.vat_id],
    ]
    return {
        "title": f"Dossier {queued.record.id}: account {account.number}",
        "creditor": office.creditor.name or "",
        "footer": f"{office.creditor.name} · account {account.number} · {moment.on}",
        "about": (
            f"As of {moment.on}. Open: {', '.join(map(str, queued.figures.totals)) or 'nothing'}. "
            f"The oldest invoice is {queued.figures.days_overdue} days overdue. "
            + (f"Time-barred after {until.until} ({until.law}), where nothing interrupts it." if until else "")
        ),
        "sections": [
            _section("Parties", ("", "name", "address", "register"), (1, 3, 4, 3), parties),
            _section(
                "Invoices",
                ("invoice", "issued", "due", "amount", "open principal", "charges"),
                (3, 2, 2, 2, 2, 2),
                [
                    [
                        one["number"],
                        one["issued"],
                        one["due"],
                        one["amount"],
                        one["open_principal"],
                        one["open_charges"],
                    ]
                    for one in whole["invoices"]
                ],
            ),
            _section(
                "Letters",
                ("day", "letter", "to", "server's answer"),
                (2, 3, 4, 6),
                [
                    [one["on"], one["letter"], one["to"], f"{one['state']}: {one['server_answer']}"]
                    for one in whole["letters"]
                ],
            ),
            _section(
                "Replies",
                ("day", "from", "meaning", "what happened"),
                (2, 4, 3, 6),
                [[one["on"], one["from"], one["meaning"], one["what_happened"]] for one in whole["replies"]],
            ),
            _section(
                "Promises",
                ("made", "by", "amount", "what became of it"),
                (2, 2, 3, 3),
                [[one.made_on, one.date, one.amount or "all", one.state] for one in whole["promises"]],
            ),
            _section("What is missing", ("what",), (1,), [[one] for one in whole["missing"]]),
        ],
    }


def _section(
    title: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]
) -> dict[str, Any]:
    cells = [["" if cell is None else str(_plain(cell)) for cell in row] for row in rows]
    return {"title": title, "heads": list(heads), "widths": list(widths), "rows": cells, "none": "None."}
