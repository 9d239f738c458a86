"""Locks `sqlalchemy[asyncio]`, as Prefect asks for it, beside `sqlalchemy`: called by `make lock`.

The pip that comes with Python 3.11 looks for a package with extras apart from the package itself. With a lock below the
newest version it then takes the newest for the one, and refuses it for want of a hash.
"""

import pathlib
import re
import sys

for name in sys.argv[1:]:
    file = pathlib.Path(name)
    text = file.read_text(encoding="utf-8")
    found = re.search(r"^sqlalchemy(==\S+ \\\n(?: {4}--hash=\S+(?: \\)?\n)+)", text, re.M)
    if found is None:
        sys.exit(f"{name}: sqlalchemy is not locked there")
    if "sqlalchemy[asyncio]" not in text:
        text = text[: found.end()] + f"sqlalchemy[asyncio]{found[1]}" + text[found.end() :]
        file.write_text(text, encoding="utf-8")
