"""`dunwell forewarn`: which letters go tomorrow, told the evening before."""

from __future__ import annotations

from typing import Annotated

import typer

from dunwell import wiring
from dunwell.cli.output import err, json_line, out
from dunwell.desk import forewarning


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forewarn")(forewarn)


def forewarn(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a letter.")] = False,
) -> None:
    """Tell the collector, by mail and here, which letters go tomorrow, and how to hold each back. It goes once."""
    office, tonight = wiring.office(), wiring.moment()
    morning = wiring.moment(forewarning.next_day(tonight))
    if not office.policy.forewarning.send:
        err.print("warning: [forewarning] of the policy is off: no mail is sent in the evening by itself", markup=False)
    found = forewarning.forewarn(office, tonight, morning)
    if as_json:
        for one in found.letters:
            said = one.planned
            json_line(
                {
                    "on": one.on,
                    "account": said.account,
                    "letter": said.letter,
                    "stage": said.stage,
                    "invoices": said.invoices,
                    "reason": said.why,
                    "news": found.news.get(said.account_id, ()),
                    "held_by": one.held_by,
                }
            )
        return
    out.print(forewarning.page(office, found, morning), markup=False, soft_wrap=True)
    out.print(f"mail to the collector: {found.state or 'none was to go'}", markup=False)
