"""Mails to our own people: the collector's list of the day, and word to service delivery. Each goes once."""

from __future__ import annotations

from html import escape

from dunwell.desk.office import Office
from dunwell.desk.sending import settled_by
from dunwell.ledger import staff, tasks
from dunwell.ledger.journal import Pen
from dunwell.mailroom.envelope import Addressed, message, wire_address
from dunwell.mailroom.sender import MailServerAway, MailServerRefuses, Sender
from dunwell.terms.moment import Moment
from dunwell.terms.reference import message_id

_MOST = 300


def send_list(office: Office, moment: Moment) -> str | None:
    """Mail the collector the open tasks, at most once a day; says what became of it, None where nothing was to go."""
    if office.people.collector is None:
        return None
    with office.books.read() as work:
        found = tasks.open_tasks(work, role="collector")
    if not found:
        return None
    lines = [f"Tasks for {moment.on}: {len(found)}", ""]
    for one in found[:_MOST]:
        late = " (overdue)" if one.due_on < moment.on else ""
        lines += [f"{one.id}  {one.kind}  {one.account or ''}  due {one.due_on}{late}", f"    {one.text}", ""]
    if len(found) > _MOST:
        lines += [f"and {len(found) - _MOST} more: dunwell tasks list --role collector", ""]
    lines.append("Say what came of one: dunwell tasks done ID --outcome OUTCOME --by NAME")
    subject = f"{len(found)} tasks on {moment.on}"
    return send(office, f"tasks:collector:{moment.on}", office.people.collector, subject, "\n".join(lines), moment)


def send(office: Office, slot: str, to_email: str, subject: str, text: str, moment: Moment) -> str | None:
    """Send a mail to staff unless its slot is taken; returns its state, None where it was taken.

    Where the mail server is away nothing is written down, and the next run tries again. While letters are redirected,
    so is this.
    """
    to = office.redirect_to or to_email
    pen = Pen(moment.now, moment.on)
    own = office.creditor.email or ""
    key = message_id(office.key, f"staff:{slot}", wire_address(own).rpartition("@")[2])
    addressed = Addressed(office.creditor.name or "", own, "", to, own, key, (), moment.now, "en")
    raw = message(subject, text, f"<pre>{escape(text)}</pre>", addressed)
    with Sender(office.route) as sender:
        try:
            sender.connect()
        except (MailServerAway, MailServerRefuses) as error:
            return f"waiting: {error}"
        with office.books.write() as work:
            mail_id = staff.reserve(work, slot, to, key, pen)
        if mail_id is None:
            return None
        settled = settled_by(sender.send(own, to, raw), rehearsal=False)
    with office.books.write() as work:
        staff.settle(work, mail_id, settled.state, settled.reason, pen)
        if settled.state == "failed":
            what = f"the mail server refused a mail to {to}: {settled.reason}"
            tasks.make(work, f"staff_mail:{to}", "staff_mail", what, made_on=moment.on, role="operator")
    return settled.state
