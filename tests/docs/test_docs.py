"""The documentation keeps up with the code: what is not documented fails here, as does a link that leads nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from dunwell.cli.app import app
from dunwell.cli.output import Exit
from dunwell.intake.words import ALL_COLUMNS, words_of
from dunwell.letters.inspection import NAMES
from dunwell.letters.labels import WORDS
from dunwell.letters.languages import Formats
from dunwell.letters.writing import cages
from dunwell.rules import policy, policy_amounts, policy_parts, policy_watch
from dunwell.rules.policy import Policy, PolicyException
from dunwell.rules.policy_agreed import Claims, Disputes, Plans, Reviews
from dunwell.rules.policy_amounts import Amounts, CurrencyAmounts
from dunwell.rules.policy_interest import InterestRule
from dunwell.rules.policy_litigation import Forewarning, Litigation
from dunwell.rules.policy_parts import (
    Attachments,
    CallRule,
    Limits,
    Method,
    NoticeRule,
    Payments,
    Promises,
    Ramp,
    Sentence,
    Stage,
    TouchRule,
    Volume,
    Window,
)
from dunwell.rules.policy_post import Post
from dunwell.rules.policy_watch import Watchlist, WatchPoints
from dunwell.rules.retention import Retention
from dunwell.rules.stages import STAGES
from dunwell.settings import PREFIX, Settings
from dunwell.terms.decision import Reason
from dunwell.terms.letter import ESCALATION, LETTERS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "deployments").glob("*.md")],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
OPERATOR = (DOCS / "operator.md").read_text("utf-8")
_CODE = re.compile(r"^ *```.*?^ *```", re.S | re.M)


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# Commands


def commands(group: Any, path: str = "dunwell") -> Iterator[tuple[str, set[str]]]:
    """Every command by its full name, with its options."""
    for name, command in group.commands.items():
        below = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from commands(command, below)
        else:
            yield below, options(command)


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("-")}


def undocumented_commands(group: Any, text: str) -> list[str]:
    """The commands without a row in the table of commands, and the options that their rows do not name."""
    rows = [line for line in text.splitlines() if line.startswith("| `dunwell ")]
    found = []
    for name, known in commands(group):
        row = next((row for row in rows if re.match(rf"\| `{re.escape(name)}[ `]", row)), None)
        if row is None:
            found.append(name)
        else:
            found += [f"{name} {one}" for one in sorted(known) if not re.search(rf"{one}\b", row)]
    return found


def test_every_command_and_option_is_documented() -> None:
    assert undocumented_commands(typer.main.get_command(app), OPERATOR) == []


def test_the_options_before_a_command_are_documented() -> None:
    for option in options(typer.main.get_command(app)) - {"--help"}:
        assert f"`dunwell {option}" in OPERATOR


def test_the_table_names_no_command_that_is_gone() -> None:
    named = {match[1] for match in re.finditer(r"^\| `(dunwell [a-z -]+?)(?= [^a-z]|`)", OPERATOR, re.M)}
    assert named == {name for name, _ in commands(typer.main.get_command(app))}


def test_a_new_command_or_option_would_be_noticed() -> None:
    other = typer.Typer()

    @other.command("doctor")
    def doctor(shiny: Annotated[bool, typer.Option("--shiny")] = False) -> None: ...

    @other.command("brand-new")
    def brand_new() -> None: ...

    assert undocumented_commands(typer.main.get_command(other), OPERATOR) == [
        "dunwell doctor --shiny",
        "dunwell brand-new",
    ]


def test_exit_codes_agree() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", OPERATOR, re.M)
    assert {int(code): name for code, name in rows} == {code.value: code.name.lower() for code in Exit}
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.M)} == {code.value for code in Exit}
    told = re.findall(r"(?:^|[:·] )(\d+) ", app.info.epilog or "")
    assert {int(code) for code in told} == {code.value for code in Exit}


# Settings


def settings_keys(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Every key with its variable and its default as the table shows it."""
    for name, field in model.model_fields.items():
        here, below = (*path, name), field.annotation
        if isinstance(below, type) and issubclass(below, BaseModel):
            yield from settings_keys(below, here)
            continue
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        shown = "" if field.default is None or field.default in ({}, ()) else f"`{default}`"
        yield ".".join(here), PREFIX + "__".join(here).upper(), shown


def undocumented_settings(model: type[BaseModel], text: str) -> list[str]:
    found = re.findall(r"^\| `([^|]+)` \| `([^|]+)` \|([^|]*)\|", text, re.M)
    rows = {tuple(cell.strip() for cell in row) for row in found}
    return [" ".join(key) for key in settings_keys(model) if key not in rows]


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    assert undocumented_settings(Settings, OPERATOR) == []
    for variable in ("DUNWELL_CONFIG", "DUNWELL_TODAY", "DUNWELL_CREDITOR__BANK__GBP", "DUNWELL_SMTP__PASSWORD_FILE"):
        assert f"`{variable}`" in OPERATOR


def test_the_table_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(rf"^\| `([a-z_.]+)` \| `{PREFIX}", OPERATOR, re.M))
    assert named == {key for key, _, _ in settings_keys(Settings)}


def test_a_new_setting_would_be_noticed() -> None:
    class Smtp(BaseModel):
        host: str = "localhost"
        shiny: int = 1

    class More(BaseModel):
        smtp: Smtp = Smtp()

    assert undocumented_settings(More, OPERATOR) == ["smtp.shiny DUNWELL_SMTP__SHINY `1`"]


# The policy, the files, the letters

_PARTS: tuple[type[BaseModel], ...] = (
    Amounts,
    Attachments,
    CallRule,
    Claims,
    CurrencyAmounts,
    InterestRule,
    Disputes,
    Forewarning,
    Limits,
    Litigation,
    Method,
    NoticeRule,
    Payments,
    Plans,
    Policy,
    Post,
    PolicyException,
    Promises,
    Ramp,
    Retention,
    Reviews,
    Sentence,
    Stage,
    TouchRule,
    Volume,
    Watchlist,
    WatchPoints,
    Window,
)


def names(text: str, key: str) -> bool:
    """Whether a page names a key: as code of its own, as a key in an example, or as a table's name."""
    return bool(re.search(rf"(?:`|^|\[|\.|\{{ ?|, ){re.escape(key)}(?=`| *=|\]|\.)", text, re.M))


@pytest.mark.parametrize("part", _PARTS, ids=lambda part: part.__name__)
def test_every_policy_key_is_documented(part: type[BaseModel]) -> None:
    text = (DOCS / "policy.md").read_text("utf-8")
    assert [key for key in part.model_fields if not names(text, key)] == []


def test_no_part_of_the_policy_is_left_out_here() -> None:
    """A new table of the policy has to be added to `_PARTS`, and so to the documentation."""
    module = {**vars(policy_parts), **vars(policy_amounts), **vars(policy_watch), **vars(policy)}
    base = policy_parts.Part
    parts = {one for one in module.values() if isinstance(one, type) and issubclass(one, base) and one is not base}
    assert parts == set(_PARTS)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("policy.md", (*STAGES, *ESCALATION)),
        ("templates.md", LETTERS),
        ("import.md", (*ALL_COLUMNS, *words_of("role"), *words_of("kind"), *words_of("payment_method"))),
        ("operator.md", [reason for reason in Reason if reason not in ("not_yet_issued", "not_in_hand")]),
        ("templates.md", NAMES),
        ("templates.md", WORDS),
        ("templates.md", ("money", "date", "day", "weekday_date", "number", "percent", "id")),
    ],
    ids=["stages and letters", "letters", "columns and words", "reasons", "facts", "labels", "filters"],
)
def test_every_word_is_documented(page: str, words: Any) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert [str(word) for word in words if not re.search(rf"`[^`\n]*\b{re.escape(word)}\b[^`\n]*`", text)] == []


def test_every_filter_is_documented() -> None:
    text = (DOCS / "templates.md").read_text("utf-8")
    cage, _ = cages(Formats("en"))
    assert [name for name in cage.filters if not name.startswith("(") and not re.search(rf"`{name}[`(]", text)] == []


# Links, records, deployments


def slugs(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", _CODE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = _CODE.sub("", page.read_text("utf-8"))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in slugs(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_example_commands_exist(page: Path) -> None:
    """Every `dunwell …` line of an example names a command that there is, and options that it has."""
    known = dict(commands(typer.main.get_command(app)))
    for block in _CODE.findall(page.read_text("utf-8")):
        for said in re.findall(r"(?:^|&& |\$ |/)dunwell ((?:(?!&&)[^#\n|])*)", block, re.M):
            words = re.sub(r"^--(?:config|today) \S+ ", "", said).split()
            if not words or not re.fullmatch(r"[a-z]+", words[0]):
                continue
            name = next((n for n in (f"dunwell {' '.join(words[:2])}", f"dunwell {words[0]}") if n in known), None)
            assert name, f"{page_name(page)}: no command in: dunwell {said}"
            unknown = {word for word in words if word.startswith("--")} - known[name]
            assert not unknown, f"{page_name(page)}: {name} has no {unknown}"


def test_decision_records_are_numbered_without_gaps() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [record.name[:5] for record in records] == [f"{number:04}-" for number in range(1, len(records) + 1)]
    for number, record in enumerate(records, 1):
        text = record.read_text("utf-8")
        assert text.startswith(f"# {number}. "), record.name
        assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Decision", "Consequences"], record.name


def test_deployments_name_flows_that_there_are() -> None:
    described = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text("utf-8"))
    assert described["deployments"]
    for deployment in described["deployments"]:
        file, _, function = deployment["entrypoint"].partition(":")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert function in functions, deployment["entrypoint"]
        assert set(deployment["parameters"]) <= {argument.arg for argument in functions[function].args.args}
