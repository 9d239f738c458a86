"""How a letter travels: by e-mail, or on paper. Pure."""

from __future__ import annotations

import re
from datetime import date

from dunwell.rules.policy import Policy
from dunwell.rules.stages import RANK
from dunwell.terms.calendar import add_working_days
from dunwell.terms.case import Case
from dunwell.terms.letter import Carrier


def carrier(case: Case, rules: Policy, stage: str, number: int) -> Carrier:
    """How the letter of this stage and round goes to the case's account.

    As the policy says of its touch or of its stage; and on paper to whoever has no working address the first letter of
    each overdue stage: so many are enough to climb by. Without a postal address there is no paper, without an
    international number no text message.
    """
    touches = rules.stage[stage].touch
    said = touches[min(number, len(touches)) - 1].channel or rules.stage[stage].channel
    if said is Carrier.SMS and international(case.account.phone):
        return Carrier.SMS
    if not case.account.address:
        return Carrier.EMAIL
    if said is Carrier.LETTER:
        return Carrier.LETTER
    reaches = RANK[stage] >= RANK[rules.post.from_stage]
    if not case.reachable and rules.post.unreachable and reaches and number == 1:
        return Carrier.LETTER
    return Carrier.EMAIL


def there_on(how: Carrier, rules: Policy, today: date, country: str) -> date:
    """The day on which a letter of today is there: what it asks for is counted from then."""
    return today if how is not Carrier.LETTER else add_working_days(today, rules.post.days, country)


def international(phone: str | None) -> str | None:
    """A telephone number as the whole world dials it (E.164), `+` and digits; None where it is none."""
    bare = _DECORATION.sub("", phone or "")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    return bare if _E164.fullmatch(bare) else None


_DECORATION = re.compile(r"\(0\)|[\s().\-/]")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
