"""When a Prefect server starts the cycle: the settings, as deployments/prefect.yaml wants them."""

from __future__ import annotations

from dunwell.rules.tomltext import Problem, TomlProblems
from dunwell.settings import Located

_AGAIN_AFTER = 4
"""Hours after which the day's cycle runs again, to go on where the first had to stop."""


def schedules(found: Located) -> dict[str, str]:
    """The creditor's time zone, and when cycle, forewarning and report run, as cron writes it.

    Raises TomlProblems where no settings were found: the night would run at the hour of another country.
    """
    if found.file is None and "timezone" not in found.settings.creditor.model_fields_set:
        problem = Problem(None, "creditor.timezone", "no settings here: name their file in DUNWELL_CONFIG")
        raise TomlProblems("environment", [problem])
    hour, minute = (int(part) for part in found.settings.cycle.hour.split(":"))
    # Late in the evening the second run stays within the day: after midnight it would be the next day's first.
    again = (hour + _AGAIN_AFTER, minute) if hour + _AGAIN_AFTER < 24 else (23, 55)
    evening = [int(part) for part in found.settings.cycle.forewarn.split(":")]
    return {
        "timezone": found.settings.creditor.timezone,
        "cycle": f"{minute} {hour} * * *",
        "cycle_again": f"{again[1]} {again[0]} * * *",
        "forewarning": f"{evening[1]} {evening[0]} * * *",
        "report": f"{again[1]} {again[0]} * * 1",
    }
