"""`dunwell reply dates`: what it prints, and that it loads no books."""

from __future__ import annotations

import json
import subprocess
import sys

_RUN = "from dunwell.cli import main; main()"
_NOT_LOADED = "import sys; sys.argv[1:] = ['reply', '--help']\nfrom dunwell.cli import main\n"


def reply(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", _RUN, "reply", *arguments], input=given, capture_output=True, check=False
    )


def test_dates_of_one_text() -> None:
    done = reply(
        "dates", "--language", "it", "--on", "2026-05-04", "--country", "IT", "entro venerdì o la settimana prossima"
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == {
        "dates": [
            {"date": "2026-05-08", "window": None, "words": "venerdì"},
            {"date": None, "window": ["2026-05-11", "2026-05-17"], "words": "settimana prossima"},
        ]
    }


def test_one_object_a_line_in_order() -> None:
    given = "tomorrow\n\nnothing\r\n\udcff on 15 May".encode("utf-8", "surrogateescape")
    done = reply("dates", "--language", "en", "--on", "2026-05-04", given=given)
    found = [[one["date"] for one in json.loads(line)["dates"]] for line in done.stdout.splitlines()]
    assert found == [["2026-05-05"], [], [], ["2026-05-15"]]


def test_bad_options_end_with_2() -> None:
    assert reply("dates", "--language", "xx", "--on", "2026-05-04", "tomorrow").returncode == 2
    assert reply("dates", "--language", "en", "--on", "May", "tomorrow").returncode == 2
    assert reply("dates", "--language", "en", "tomorrow").returncode == 2


def test_it_loads_neither_settings_nor_books() -> None:
    code = (
        _NOT_LOADED
        + "try:\n main()\nexcept SystemExit: pass\n"
        + "print([n for n in ('sqlalchemy', 'dunwell.wiring') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
