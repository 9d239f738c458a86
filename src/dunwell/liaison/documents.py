"""Documents: the invoices' own PDFs, from a folder or from hosts that the settings name. Each is checked first."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from dunwell.liaison.hosts import NotAllowed, check

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents may come from. `most` is the largest one taken, in bytes; `timeout` in seconds."""

    folder: Path | None
    hosts: tuple[str, ...] = ()
    token: str | None = None
    timeout: int = 20
    most: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF that was found."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """A document that cannot be had, and why. `away`: its server may have it later."""

    why: str
    away: bool = False


def fetch(source: Source, places: Iterable[str]) -> dict[str, Document | Missing]:
    """The documents at these places (paths below the folder, or addresses), each once."""
    wanted = list(dict.fromkeys(places))
    urls = [place for place in wanted if _is_url(place)]
    found: dict[str, Document | Missing] = {place: _file(source, place) for place in wanted if not _is_url(place)}
    if urls:
        with (
            httpx.Client(timeout=source.timeout, follow_redirects=False) as client,
            ThreadPoolExecutor(_AT_ONCE) as pool,
        ):
            found |= zip(urls, pool.map(lambda url: _download(source, client, url), urls), strict=True)
    return found


def _is_url(place: str) -> bool:
    return "://" in place


def _file(source: Source, place: str) -> Document | Missing:
    if source.folder is None:
        return Missing("documents.folder is not set, so no file is read")
    try:
        path = (source.folder / place).resolve()
        if not path.is_relative_to(source.folder.resolve()):
            return Missing("the path leads out of documents.folder")
        size = path.stat().st_size
        if size > source.most:
            return _too_large(size, source)
        return _checked(path.read_bytes())
    except OSError as error:
        return Missing(f"the file cannot be read: {error.strerror}")
    except ValueError:
        return Missing("the path is none")


def _download(source: Source, client: httpx.Client, url: str) -> Document | Missing:
    try:
        check(url, source.hosts)
    except NotAllowed as error:
        return Missing(f"the address {error}: see documents.hosts")
    headers = {"Authorization": f"Bearer {source.token}"} if source.token else {}
    try:
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code != 200:
                return Missing(f"its server answered {answer.status_code}", away=answer.status_code >= 500)
            content = bytearray()
            ends = time.monotonic() + source.timeout
            for piece in answer.iter_bytes():
                content += piece
                if time.monotonic() > ends:
                    return Missing(f"its server took more than {source.timeout} s", away=True)
                if len(content) > source.most:
                    return _too_large(None, source)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Missing(f"its server cannot be reached: {type(error).__name__}", away=True)
    return _checked(bytes(content))


def _too_large(size: int | None, source: Source) -> Missing:
    said = f"{size / 1e6:.1f} MB" if size is not None else f"more than {source.most / 1e6:.1f} MB"
    return Missing(f"it has {said}; attachments.document_mb allows {source.most / 1e6:.1f}")


def _checked(content: bytes) -> Document | Missing:
    # Readers take a header within the first kilobyte (ISO 32000-1, annex H), and want the end of the file.
    if b"%PDF-" not in content[:1024]:
        return Missing("it is no PDF")
    if b"%%EOF" not in content[-2048:]:
        return Missing("the PDF is cut off: its end is missing")
    return Document(content)
