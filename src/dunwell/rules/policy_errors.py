"""Validation errors in the words of whoever wrote the file: line, key, what is allowed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dunwell.rules.stages import STAGES
from dunwell.rules.tomltext import Key, Problem, dotted, line_of, nearest

_NAMES_ITS_KEY = re.compile(r"^Value error, ((?:[a-z_]+\.)+[a-z_]+): (.*)$", re.S)


def problems_of(
    model: type[BaseModel], data: Mapping[str, Any], where: Mapping[Key, int], below: Key = ()
) -> list[Problem]:
    """Every problem that `model` has with `data`, with the lines of `where`; `below` is where the data was overlaid."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        items = error.errors()
        return [_problem(model, item, where, below) for item in items if not _echoes(item, items)]
    return []


def _echoes(item: ErrorDetails, items: list[ErrorDetails]) -> bool:
    """Whether a list is only called too short because an entry of it is wrong and named already."""
    at = item["loc"]
    return item["type"] == "too_short" and any(len(o["loc"]) > len(at) and o["loc"][: len(at)] == at for o in items)


def stage_problems(data: Mapping[str, Any], where: Mapping[Key, int], below: Key = ()) -> list[Problem]:
    """What is wrong between the stages of a policy file: one missing, gaps, overlaps, a last deadline out of bounds.

    Takes the file's raw tables, so that these are found beside whatever else is wrong.
    """
    stages = data.get("stage")
    if not isinstance(stages, dict):
        return []
    found: list[tuple[Key, str]] = [
        ((), f"stage {name!r} is missing; the stages are {', '.join(STAGES)}") for name in STAGES if name not in stages
    ]
    tables = [(name, stages[name]) for name in STAGES[1:] if isinstance(stages.get(name), dict)]
    for (before, earlier), (after, later) in pairwise(tables):
        if message := _misfit(before, earlier, later):
            found.append((("stage", after, "from_day"), message))
    deadline = (
        (stages.get("litigation") or {}).get("deadline_days") if isinstance(stages.get("litigation"), dict) else 5
    )
    if deadline is None or (isinstance(deadline, int) and not 5 <= deadline <= 10):
        found.append((("stage", "litigation", "deadline_days"), f"the last deadline is 5 to 10 days (is {deadline})"))
    return [
        Problem(line_of((*below, *key) if (*below, *key) in where else key, where), dotted(key), message)
        for key, message in found
    ]


def _misfit(before: str, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> str | None:
    ends, begins = earlier.get("to_day"), later.get("from_day")
    if not isinstance(begins, int):
        return None
    if ends is None:
        return f"stage {before} has no to_day; only the last stage may be open"
    if not isinstance(ends, int) or begins == ends + 1:
        return None
    relation = "overlaps" if begins <= ends else "leaves a gap after"
    return f"{begins} {relation} stage {before}, which ends on {ends}: begin on {ends + 1}"


def _problem(model: type[BaseModel], item: ErrorDetails, where: Mapping[Key, int], below: Key) -> Problem:
    key: Key = tuple(part for part in item["loc"] if part != "[key]")
    message = item["msg"].removeprefix("Value error, ")
    if named := _NAMES_ITS_KEY.match(item["msg"]):
        key, message = tuple(named[1].split(".")), named[2]
    if item["type"] == "extra_forbidden":
        message = f"unknown key{nearest(str(key[-1]), _known(model, key[:-1]))}; known here: " + ", ".join(
            _known(model, key[:-1])
        )
    elif item["type"] == "missing":
        message = "is missing"
    else:
        message = f"{message} (is {_shown(item['input'])})" if not isinstance(item["input"], dict) else message
    overlaid: Key = (*below, *key)
    line = line_of(overlaid, where) if below and overlaid in where else line_of(key, where)
    return Problem(line or (line_of(below, where) if below else None), dotted(key), message[:1].lower() + message[1:])


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _known(model: type[BaseModel], path: Key) -> list[str]:
    """The keys that the table at `path` may have."""
    here: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or here is None:
            continue
        field = here.model_fields.get(str(part))
        if field is not None:
            here = _model_in(field.annotation)
    return sorted(here.model_fields) if here else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as `dict[str, Stage]` or `tuple[TouchRule, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
