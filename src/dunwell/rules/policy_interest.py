"""The part of a policy about interest by law. Validated data."""

from __future__ import annotations

from typing import Literal

from dunwell.rules.policy_parts import Country, Part


class InterestRule(Part):
    """Interest by law, for accounts in these countries (or, `of = "creditor"`, wherever the creditor's is named), from
    the day on which a case has reached `from_stage`. Empty `countries` is off."""

    countries: tuple[Country, ...] = ()
    of: Literal["account", "creditor"] = "account"
    from_stage: Literal["past_due", "late", "delinquent", "on_hold", "litigation"] = "on_hold"
    fixed_sum: bool = True

    def law(self, account_country: str, creditor_country: str) -> str | None:
        """The country whose law gives interest on an account's debts; None where it is off. `DE` is for `DE-BY` too."""
        country = account_country if self.of == "account" else creditor_country
        whole = country.partition("-")[0]
        return whole if {country, whole} & set(self.countries) else None
