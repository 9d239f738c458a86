"""The dossier: a folder that speaks for itself, sealed by a manifest of every file's SHA-256. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dunwell.terms.chain import Chain

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
JOURNAL = "journal.jsonl"


def sealed(contents: Mapping[str, bytes], about: Mapping[str, Any]) -> dict[str, bytes]:
    """The files with their manifest and its seal. `about` says what the dossier is of; names use `/`."""
    listed = [
        {"file": name, "sha256": digest(content), "size": len(content)} for name, content in sorted(contents.items())
    ]
    manifest = _json({**about, "files": listed})
    seal = f"{digest(manifest)}  {MANIFEST}\n".encode()
    return {**contents, MANIFEST: manifest, SEAL: seal}


def digest(content: bytes) -> str:
    """SHA-256, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def faults(found: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a dossier, a sentence each: files changed, missing or added, a journal that does not hold."""
    manifest = found.get(MANIFEST)
    if manifest is None or SEAL not in found:
        return [f"{MANIFEST if manifest is None else SEAL}: is missing; this is no whole dossier"]
    if found[SEAL].split()[:1] != [digest(manifest).encode()]:
        return [f"{MANIFEST}: does not match its seal in {SEAL}: one of them was changed"]
    try:
        listed = {str(one["file"]): str(one["sha256"]) for one in json.loads(manifest)["files"]}
    except (ValueError, KeyError, TypeError):
        return [f"{MANIFEST}: is no manifest of a dossier"]
    wrong = [f"{name}: is missing" for name in listed if name not in found]
    wrong += [f"{name}: was changed" for name in listed if name in found and digest(found[name]) != listed[name]]
    wrong += [
        f"{name}: is not in the manifest" for name in found if name not in listed and name not in (MANIFEST, SEAL)
    ]
    return sorted(wrong) + _journal_faults(found.get(JOURNAL, b""))


def _journal_faults(text: bytes) -> list[str]:
    """Whether the journal's entries form one chain."""
    chain = Chain()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            follows = chain.follows(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            return [f"{JOURNAL}: line {number} is no entry of a journal"]
        if not follows:
            return [f"{JOURNAL}: line {number} does not follow from the one before"]
    return [f"{JOURNAL}: entry {number} is not what it was hashed over" for number in sorted(chain.changed)]
