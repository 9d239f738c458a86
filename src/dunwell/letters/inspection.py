"""What a letter's template may say: the names it may use, those it has to, and the few kinds of expression. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from jinja2 import nodes

from dunwell.letters.facts import (
    AccountFacts,
    ClaimFacts,
    CreditorFacts,
    DisputeFacts,
    GoodwillFacts,
    InvoiceFacts,
    PartFacts,
    PlanFacts,
    PromiseFacts,
)

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Tuple,
    nodes.List,
    nodes.Keyword,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
    nodes.Pos,
)

LOOP = frozenset({"first", "last", "index", "index0", "length", "revindex", "revindex0"})

NO = {
    nodes.Call: "calls are not possible in a letter: use the facts and filters",
    nodes.Mul: "multiplication is not possible in a letter: Dunwell computes the amounts",
    nodes.Pow: "powers are not possible in a letter: Dunwell computes the amounts",
    nodes.Include: "a letter cannot include other files: write the words here",
    nodes.Import: "a letter cannot import other files: write the words here",
    nodes.FromImport: "a letter cannot import other files: write the words here",
    nodes.Extends: "a letter cannot extend other files: the layout is added by itself",
}


NAMES = frozenset(
    {
        "salutation",
        "closing",
        "letter",
        "stage",
        "as_of",
        "creditor",
        "account",
        "invoices",
        "others",
        "totals",
        "payment_reference",
        "deadline",
        "suspend_on",
        "suspended",
        "late_fee_percent",
        "earlier",
        "attached",
        "attached_invoices",
        "statement_attached",
        "contract_attached",
        "ask_satisfaction",
        "direct_debit",
        "printed",
        "payments",
        "received_amount",
        "released",
        "promise",
        "claim",
        "dispute",
        "plan",
        "part",
        "goodwill",
        "first",
        "count",
        "single",
        "amount_due",
    }
)
"""The facts that a letter's template may name, `blocks` aside."""

_MEMBERS = {
    "creditor": frozenset(f.name for f in fields(CreditorFacts)),
    "account": frozenset(f.name for f in fields(AccountFacts)),
    "first": frozenset(f.name for f in fields(InvoiceFacts)) | {"outstanding"},
    "promise": frozenset(f.name for f in fields(PromiseFacts)),
    "claim": frozenset(f.name for f in fields(ClaimFacts)),
    "dispute": frozenset(f.name for f in fields(DisputeFacts)),
    "plan": frozenset(f.name for f in fields(PlanFacts)),
    "part": frozenset(f.name for f in fields(PartFacts)),
    "goodwill": frozenset(f.name for f in fields(GoodwillFacts)),
    "loop": LOOP,
}


EXPECTED = {
    "on_hold": ("suspend_on", "suspended"),
    "final_notice": ("deadline",),
    "delinquent": ("deadline",),
    "payment_received": ("received_amount",),
    "promise_thanked": ("promise.by",),
    "promise_due": ("promise.by",),
    "promise_broken": ("promise.by", "promise.made_on"),
    "claim_acknowledged": ("claim.wait_until",),
    "proof_asked": ("claim.made_on",),
    "dispute_closed": ("dispute.outcome", "dispute.credited"),
    "invoice_again": ("attached_invoices",),
    "plan_offered": ("plan.answer_by",),
    "part_due": ("part.due", "part.amount"),
    "part_missed": ("part.due",),
    "goodwill": ("goodwill.kind", "goodwill.amount"),
}
"""The facts that a letter exists to say: a template that leaves one out is unsound."""


def inspect(tree: nodes.Template, known: frozenset[str], expected: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
    """What is wrong with a template, each with its line: names, parts and expressions that no letter has, facts of
    `expected` that it leaves out, and variables that it sets and never uses."""
    every = list(_walk(tree))
    names = [node for node in every if isinstance(node, nodes.Name)]
    own = {name.name for name in names if name.ctx in ("store", "param")} | {"loop"}
    for name in sorted(own & known):
        yield 1, f"{name!r} is a fact: call your own variable otherwise"
    for node in every:
        if not isinstance(node, _ALLOWED):
            name = type(node).__name__.lower()
            yield (
                node.lineno,
                NO.get(type(node), f"{name!r} is not possible in a letter: use if, for, set and the filters"),
            )
        elif isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known | own:
            yield node.lineno, f"unknown name {node.name!r}{_nearest(node.name, known)}"
        elif isinstance(node, (nodes.Getattr, nodes.Getitem)):
            yield from _member_problems(node)
        elif isinstance(node, nodes.For) and node.recursive:
            yield node.lineno, "recursive loops are not possible in a letter"
    said = _said(every)
    for fact in expected:
        if fact not in said:
            yield 1, f"the fact {fact!r} is not used: this letter exists to say it"
    for name in sorted({one.name for one in names if one.ctx == "store"} - said):
        yield 1, f"the variable {name!r} is set and never used: remove it"


def _said(every: Sequence[nodes.Node]) -> set[str]:
    """The names that a template reads, parts with their owner: `promise`, `promise.by`."""
    said = {node.name for node in every if isinstance(node, nodes.Name) and node.ctx == "load"}
    for node in every:
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            said.add(f"{node.node.name}.{node.attr}")
    return said


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _member_problems(node: nodes.Getattr | nodes.Getitem) -> Iterator[tuple[int, str]]:
    if not isinstance(node.node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        yield node.lineno, "only facts have parts: no methods or attributes of values"
        return
    member: Any = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if isinstance(node, nodes.Getitem) and not isinstance(node.arg, (nodes.Slice, nodes.Const, nodes.Name, nodes.Neg)):
        yield node.lineno, "only a number, a name or a slice may stand in the brackets"
    if not isinstance(member, str):
        return
    if member.startswith("_"):
        yield node.lineno, f"{member!r} is out of reach: a letter sees facts only"
        return
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    members = _MEMBERS.get(owner)
    if members is not None and member not in members:
        yield node.lineno, f"there is no fact '{owner}.{member}'{_nearest(member, members)}"


def _nearest(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f": did you mean {near[0]!r}?" if near else ": see the list of facts in the documentation"
