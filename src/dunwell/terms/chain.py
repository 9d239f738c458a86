"""The journal's chain: how an entry is hashed, and whether entries follow from one another. Pure.

An entry's text may be erased later (`ERASED`): its hash stays, so that the chain goes on, and a later entry of the same
chain vouches for what it says now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

HASHED = ("account_id", "seq", "at", "on", "who", "what", "invoice", "why", "data", "prev")
"""The fields of an entry over which its hash is, in their order."""

ERASED = "erased"
"""What an entry says that vouches for erased ones: its data has under `REWRITTEN` their digests by number."""

REWRITTEN = "rewritten"


def digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 over an entry's fields, as hexadecimal digits; raises KeyError where it lacks one."""
    fields = [entry[name] for name in HASHED]
    fields = [one.isoformat() if isinstance(one, date) else one for one in fields]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


@dataclass(slots=True)
class Chain:
    """A chain as it is read, entry by entry, oldest first. `seq` and `head` are the last entry's number and hash."""

    seq: int = 0
    head: str = ""
    changed: dict[int, str] = field(default_factory=dict)

    def follows(self, entry: Mapping[str, Any]) -> bool:
        """Take the next entry; False where it is not the next, or what it was hashed over is not what came before.

        One that says something else than its hash is kept in mind in `changed`, until an entry vouches for it.
        """
        right: bool = entry["seq"] == self.seq + 1 and entry["prev"] == self.head
        self.seq, self.head = entry["seq"], entry["hash"]
        now = digest(entry)
        if now != entry["hash"]:
            self.changed[entry["seq"]] = now
        elif entry["what"] == ERASED:
            for number, vouched in json.loads(entry["data"]).get(REWRITTEN, {}).items():
                if self.changed.get(int(number)) == vouched:
                    del self.changed[int(number)]
        return right
