"""Invoices' own documents: from a folder and from allowed hosts, each checked before it goes anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunwell.liaison.documents import Document, Missing, Source, fetch
from tests.liaison.web import Web

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def why(found: object) -> str:
    assert isinstance(found, Missing)
    return found.why


def test_a_file_below_the_folder_is_found_and_one_outside_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    places = [
        "a.pdf",
        str(folder / "a.pdf"),
        "../secret.pdf",
        str(tmp_path / "secret.pdf"),
        "link.pdf",
        "none.pdf",
        "\0",
    ]
    found = fetch(Source(folder), places)
    assert found["a.pdf"] == found[str(folder / "a.pdf")] == Document(PDF)
    for place in ("../secret.pdf", str(tmp_path / "secret.pdf"), "link.pdf"):
        assert why(found[place]) == "the path leads out of documents.folder"
    assert why(found["none.pdf"]) == "the file cannot be read: No such file or directory"
    assert why(found["\0"]) == "the path is none"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "it is no PDF"),
        (b"%PDF-1.7 cut", "the PDF is cut off: its end is missing"),
        (b"", "it is no PDF"),
        (b"%PDF-1.7\n" + b"x" * 2_000 + b"%%EOF", "it has 0.0 MB; attachments.document_mb allows 0.0"),
    ],
)
def test_what_is_no_sound_pdf_is_not_taken(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    assert why(fetch(Source(tmp_path, most=1_000), ["a.pdf"])["a.pdf"]) == said


def test_an_address_is_asked_only_where_the_settings_allow_it(web: Web) -> None:
    web.answers["/a.pdf"] = (200, {}, PDF)
    allowed = Source(None, hosts=("127.0.0.1",), token="t-1")
    url = f"{web.url}/a.pdf"
    assert fetch(allowed, [url, url]) == {url: Document(PDF)}
    assert [headers["Authorization"] for _, _, headers, _ in web.asked] == ["Bearer t-1"]
    assert "not among those" in why(fetch(Source(None), [url])[url])
    assert why(
        fetch(Source(None, hosts=("docs.example",)), ["http://docs.example/a.pdf"])["http://docs.example/a.pdf"]
    ) == ("the address is not https: see documents.hosts")
    for odd in ("file:///etc/passwd", "https://u:p@127.0.0.1/a.pdf", "https://", "http://[::1"):
        assert isinstance(fetch(allowed, [odd])[odd], Missing)


def test_a_redirect_an_error_and_a_flood_are_answers_and_nothing_more(web: Web) -> None:
    web.answers["/there"] = (302, {"Location": "http://127.0.0.1:1/x"}, b"")
    web.answers["/broken"] = (503, {}, b"")
    web.answers["/flood"] = (200, {}, b"%PDF-" + b"x" * 200_000)
    source = Source(None, hosts=("127.0.0.1",), most=100_000)
    urls = [f"{web.url}{path}" for path in ("/there", "/broken", "/flood", "/none")]
    found = fetch(source, urls)
    assert [why(found[url]) for url in urls] == [
        "its server answered 302",
        "its server answered 503",
        "it has more than 0.1 MB; attachments.document_mb allows 0.1",
        "its server answered 404",
    ]
    assert [found[url].away for url in urls] == [False, True, False, False]  # type: ignore[union-attr]


def test_a_server_that_is_away_is_told() -> None:
    url = "http://127.0.0.1:1/a.pdf"
    found = fetch(Source(None, hosts=("127.0.0.1",), timeout=2), [url])[url]
    assert isinstance(found, Missing)
    assert found.away
