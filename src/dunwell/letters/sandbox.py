"""The cage in which letter templates run.

A template is prose with facts in it, not a program. Three walls, each of which suffices for most attacks:
only the kinds of expression that letters need are compiled (no calls, no multiplication, no includes); at run time
attributes are looked up in plain dictionaries and nowhere else; and loops and strings have an upper bound.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from dunwell.letters.facts import LetterError
from dunwell.letters.inspection import LOOP, NO, inspect
from dunwell.letters.problems import Problems, problem

MAX_SOURCE = 64_000
MAX_STRING = 20_000
MAX_STEPS = 200_000

_TESTS = ("defined", "undefined", "none", "true", "false", "odd", "even", "in", "eq", "ne", "lt", "le", "gt", "ge")


class Cage(ImmutableSandboxedEnvironment):
    """A Jinja environment without globals, loader and methods. `written` turns a value into words."""

    intercepted_binops = frozenset({"+", "-"})

    def __init__(self, *, html: bool, number: Callable[[int], str]) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=html,
            finalize=self.written,
            optimized=False,
            keep_trailing_newline=True,
        )
        self._number = number
        self._html = html
        self.globals = {}
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.filters = {"join": self._join, "length": self._length, "(concat)": self._concat, "(each)": _each}
        self.filters |= {"upper": _upper, "lower": _lower}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a plain dictionary, or what a loop tells about itself; nothing else has attributes."""
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(f"there is no fact {attribute!r} here")
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return builtins.getattr(obj, attribute)
        if isinstance(obj, Undefined):
            str(obj)
        raise SecurityError(
            f"{attribute!r} is out of reach: a letter sees facts only, no methods or attributes of values"
        )

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a plain dictionary or a place in a list of facts."""
        if type(obj) is tuple and type(argument) is int:
            if -len(obj) <= argument < len(obj):
                return obj[argument]
            return self.undefined(f"the list has no entry {argument}: ask for its length first")
        return self.getattr(obj, argument if isinstance(argument, str) else repr(argument))

    def call(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: a letter calls nothing."""
        raise SecurityError(NO[nodes.Call])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Whole numbers only: `+` on strings or lists could be made to grow without bound."""
        if type(left) is not int or type(right) is not int:
            raise SecurityError(f"{operator!r} is for whole numbers; join words with ~")
        return left + right if operator == "+" else left - right

    def written(self, value: Any) -> Any:
        """A value as it goes into the letter; what has several forms must be given one by a filter."""
        if isinstance(value, str):
            return value
        if type(value) is int:
            return self._number(value)
        if isinstance(value, Undefined):
            return str(value)
        if value is None:
            raise LetterError("this fact is not there for every letter: ask for it with {% if … %} first")
        kind = type(value).__name__
        raise LetterError(
            f"a {kind} has no form of its own: add a filter (| money, | date, | number, | percent) or name its part"
        )

    def _concat(self, parts: tuple[Any, ...]) -> str:
        words = [self.written(part) for part in parts]
        if sum(len(word) for word in words) > MAX_STRING:
            raise SecurityError(f"a value of more than {MAX_STRING} characters does not belong in a letter")
        return Markup("").join(words) if self._html else "".join(words)

    def _join(self, parts: Iterable[Any], separator: str = ", ") -> str:
        pieces: list[Any] = []
        for part in parts:
            pieces += [separator, part]
        return self._concat(tuple(pieces[1:]))

    @staticmethod
    def _length(value: Any) -> int:
        if not isinstance(value, (tuple, str)):
            raise LetterError("only a list has a length")
        return len(value)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Jinja's own joining of a `{% set %}` block, with the same bound."""
        text = "".join(parts)
        if len(text) > MAX_STRING:
            raise SecurityError(f"a value of more than {MAX_STRING} characters does not belong in a letter")
        return text


def _upper(value: str) -> str:
    return value.upper()


def _lower(value: str) -> str:
    return value.lower()


@pass_context
def _each(context: Context, values: Any) -> Any:
    if type(values) not in (tuple, list):
        raise LetterError("a loop goes over a list of facts (invoices, others, totals, earlier, attached)")
    budget = cast(dict[str, int], context["(steps)"])
    budget["left"] -= len(values)
    if budget["left"] < 0:
        raise SecurityError(f"the loops of one letter take more than {MAX_STEPS} steps: do not put loops into loops")
    return values


def compile_letter(
    cage: Cage, source: str, path: Path, known: frozenset[str], expected: tuple[str, ...] = ()
) -> Template:
    """The compiled template, after every node of it was looked at; raises LetterError with all that is wrong.

    `known` are the names that it may use, `expected` the facts that it must.
    """
    if len(source) > MAX_SOURCE:
        raise problem(path, None, f"longer than {MAX_SOURCE} characters: a letter is a page")
    try:
        tree = cage.parse(source, filename=str(path))
        if wrong := [problem(path, line, what) for line, what in inspect(tree, known, expected)]:
            raise Problems(wrong)
        _bound(tree, cage)
        code = cage.compile(tree, filename=str(path))
    except TemplateSyntaxError as error:
        raise problem(path, error.lineno, f"{error.message}: mend the template's syntax") from None
    except RecursionError:
        raise problem(path, None, "an expression is nested too deeply: write it in steps") from None
    return cage.template_class.from_code(cage, code, {}, None)


def render(template: Template, facts: Mapping[str, Any], path: Path, limit: int) -> str:
    """The rendered text; raises LetterError with file and line, also when it is longer than `limit`."""
    parts: list[str] = []
    length = 0
    try:
        context = template.new_context({**facts, "(steps)": {"left": MAX_STEPS}})
        for part in template.root_render_func(context):
            parts.append(part)
            length += len(part)
            if length > limit:
                raise SecurityError(f"the letter is longer than {limit} characters")
    except UndefinedError as error:
        raise problem(
            path, _line(template, error), f"{error.message}: see the list of facts in the documentation"
        ) from None
    except Exception as error:  # whatever a template can provoke is the template's fault, and its line is known
        raise problem(path, _line(template, error), str(error)) from error
    return "".join(parts)


def _line(template: Template, error: BaseException) -> int | None:
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code is template.root_render_func.__code__:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _bound(tree: nodes.Template, cage: Cage) -> None:
    """Send every loop and every ~ through the filters that keep count."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, "(each)", [], [], None, None, lineno=loop.lineno)
    _bound_concats(tree)
    tree.set_environment(cage)


def _bound_concats(node: nodes.Node) -> None:
    for name, value in node.iter_fields():
        if isinstance(value, list):
            setattr(node, name, [_bounded(item) for item in value])
        else:
            setattr(node, name, _bounded(value))


def _bounded(item: Any) -> Any:
    if not isinstance(item, nodes.Node):
        return item
    _bound_concats(item)
    if not isinstance(item, nodes.Concat):
        return item
    parts = nodes.Tuple(item.nodes, "load", lineno=item.lineno)
    return nodes.Filter(parts, "(concat)", [], [], None, None, lineno=item.lineno, environment=item.environment)
