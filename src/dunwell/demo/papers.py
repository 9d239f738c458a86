"""The demo's documents: each invoice as a PDF of its own, as the firm's accounting would have filed it."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import typst

from dunwell.demo.firms import FIRMS
from dunwell.demo.portfolio import Document, Portfolio, document_of, number_of

_PAGE = b"""
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: "a4", margin: 24mm)
#set text(font: "Noto Sans", size: 10pt)
#text(size: 14pt, weight: "bold", data.creditor)
#v(14mm)
#text(weight: "bold", data.customer) \\
#data.account
#v(10mm)
#text(size: 16pt, weight: "bold", data.title)
#v(4mm)
#table(columns: (auto, 1fr), stroke: none, inset: (x: 0pt, y: 3pt), column-gutter: 8mm,
  ..data.lines.flatten())
#v(6mm)
#text(size: 8pt)[A sample document of Dunwell's demo: nothing of it is real.]
"""


def write(portfolio: Portfolio, folder: Path, fonts: Path, creditor: str) -> int:
    """Write a PDF for every invoice and credit note below `folder`; returns how many."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "invoice.typ"
        page.write_bytes(_PAGE)
        compiler = typst.Compiler(str(page), root=place, font_paths=found)
        for one in portfolio.documents:
            file = folder / document_of(one)
            file.parent.mkdir(parents=True, exist_ok=True)
            made = datetime(one.issued.year, one.issued.month, one.issued.day, tzinfo=UTC)
            inputs = {"data": json.dumps(_words(one, creditor))}
            compiler.compile(output=str(file), format="pdf", sys_inputs=inputs, timestamp=made)
    return len(portfolio.documents)


def _words(one: Document, creditor: str) -> dict[str, object]:
    firm = FIRMS[one.firm]
    kind = "Credit note" if one.kind == "credit_note" else "Invoice"
    return {
        "creditor": creditor,
        "customer": firm.name,
        "account": number_of(one.firm),
        "title": f"{kind} {one.number}",
        "lines": [
            ["Date", one.issued.isoformat()],
            ["Due", one.due.isoformat() if one.due else "-"],
            ["Amount", f"{one.amount:,} {firm.currency}"],
        ],
    }
