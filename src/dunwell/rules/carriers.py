"""How a letter travels: by e-mail, or on paper. Pure."""

from __future__ import annotations

from datetime import date

from dunwell.rules.policy import Policy
from dunwell.rules.stages import RANK
from dunwell.terms.calendar import add_working_days
from dunwell.terms.case import Case
from dunwell.terms.letter import Carrier


def carrier(case: Case, rules: Policy, stage: str, number: int) -> Carrier:
    """How the letter of this stage and round goes to the case's account.

    On paper where the stage says so, and to whoever has no working address the first letter of each overdue stage: so
    many are enough to climb by. Without a postal address there is no paper.
    """
    if not case.account.address:
        return Carrier.EMAIL
    if rules.stage[stage].channel is Carrier.LETTER:
        return Carrier.LETTER
    reaches = RANK[stage] >= RANK[rules.post.from_stage]
    if not case.reachable and rules.post.unreachable and reaches and number == 1:
        return Carrier.LETTER
    return Carrier.EMAIL


def there_on(how: Carrier, rules: Policy, today: date, country: str) -> date:
    """The day on which a letter of today is there: what it asks for is counted from then."""
    return today if how is Carrier.EMAIL else add_working_days(today, rules.post.days, country)
