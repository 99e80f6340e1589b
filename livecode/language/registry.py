"""One definition makes a method, a function, patternable arguments and the text of help.

```python
@function(family="time", aliases=("density",))
def fast(pattern, factor):
    \"\"\"Play a pattern faster.\"\"\"
    return pattern._fast(to_time(factor))

mini("bd sn").fast(2)          # the method
fast(2, "bd sn")               # the function: pattern last
mini("bd sn").every(4, fast(2))  # without its pattern: a transformer
mini("bd sn").fast("<2 3>")    # an argument may be a pattern
```

A definition takes its pattern first and plain values after it. The registry calls it with plain values only:
where an argument is a pattern (or a string or list, which are read as one), the function is called for each
of its values and the results are joined. Functions are plain values, and a pattern may have them as its own:
`every(2, cat(rev, fast(2)))`.

Inside the module that defines it, the name stays the definition, pattern first: other modules use the method.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from livecode.errors import LivecodeError, PatternError
from livecode.language.pattern import VARIES, Pattern, noted, silence, tripped_here
from livecode.language.time import Fraction

_MOST_REMEMBERED = 64
_CYCLES_TRIED = 4

_ALWAYS_PLAIN = frozenset(("function",))
"""What is called `function` is handed over as typed: controls may stand for a function that sets them."""

Definition = TypeVar("Definition", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry:
    """What help, completion and the reference know about one function of the language."""

    name: str
    method: str | None
    family: str
    aliases: tuple[str, ...]
    signature: str
    meaning: str
    doc: str
    definition: Callable[..., Any]
    exported: Callable[..., Any]


REGISTRY: dict[str, Entry] = {}
"""Every function of the language by its exported name (aliases have no entry of their own)."""


class Transformer:
    """A function of the language waiting for its pattern.

    >>> from livecode.language import fast, mini
    >>> double = fast(2)
    >>> double(mini("bd sn")).first_cycle() == mini("bd sn").fast(2).first_cycle()
    True
    """

    __slots__ = ("_arguments", "_keywords", "_method", "_name")

    def __init__(
        self, name: str, method: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        self._name, self._method, self._arguments, self._keywords = name, method, arguments, keywords

    def __call__(self, pattern: Any) -> Any:
        from livecode.language.reify import reify

        return self._method(reify(pattern), *self._arguments, **self._keywords)

    @property
    def name(self) -> str:
        """The function that waits."""
        return self._name

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What it was given already."""
        return self._arguments

    def then(self, following: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """This transformer and then another one: `fast(2).then(rev)`."""
        return lambda pattern: following(self(pattern))

    def __repr__(self) -> str:
        shown = [getattr(each, "__name__", None) or repr(each) for each in self._arguments]
        shown += [f"{key}={value!r}" for key, value in self._keywords.items()]
        return f"{self._name}({', '.join(shown)})"


def function(
    *,
    family: str,
    aliases: tuple[str, ...] = (),
    plain: tuple[str, ...] = (),
    join: str = "inner_join",
    method: bool = True,
) -> Callable[[Definition], Definition]:
    """Register a function whose first parameter is the pattern it changes.

    `plain` names parameters that are handed over as they are typed (functions, names with spaces, flags);
    `join` is the Pattern method that joins the results when an argument is a pattern. A name with a trailing
    underscore keeps it as a function and loses it as a method, unless it is a keyword of Python.
    """

    def register(definition: Definition) -> Definition:
        bound = _method(definition, frozenset(plain) | _ALWAYS_PLAIN, join)
        exported = _function(definition, bound)
        name = definition.__name__
        names = (name, *aliases)
        if method:
            for each in names:
                setattr(Pattern, method_name(each), bound)
        _enter(definition, exported, family, aliases, method_name(name) if method else None, drop_first=True)
        return definition

    return register


def constructor(
    *, family: str, aliases: tuple[str, ...] = (), patternable: tuple[str, ...] = ()
) -> Callable[[Definition], Definition]:
    """Register a function that makes a pattern out of its arguments, such as `stack`: no method.

    Arguments named in `patternable` may be patterns: then the results are joined, as with methods.
    """

    def register(definition: Definition) -> Definition:
        exported = _joining(definition, frozenset(patternable)) if patternable else definition
        _enter(definition, exported, family, aliases, None, drop_first=False)
        return definition

    return register


def _joining(definition: Callable[..., Any], patternable: frozenset[str]) -> Callable[..., Any]:
    """A constructor that is called for each value of those of its arguments that are patterns."""
    names = Shape(definition, drop_first=False).positional

    def call(*args: Any, **keywords: Any) -> Any:
        if len(args) > len(names):
            return definition(*args, **keywords)
        bound = {**dict(zip(names, args)), **keywords}
        patterned = []
        for name in patternable & bound.keys():
            if isinstance(bound[name], (Pattern, str)):
                constant = constant_of(bound[name])
                if constant is VARIES:
                    patterned.append(name)
                else:
                    bound[name] = constant
        if not patterned:
            return definition(**bound)

        def made(_pattern: Pattern, **values: Any) -> Any:
            return definition(**values)

        return call_with_patterns(made, silence, bound, "inner_join", sorted(patterned))

    return _named_like(call, definition)


def method_name(name: str) -> str:
    """What an exported name is called as a method.

    >>> method_name("iter_"), method_name("fast")
    ('iter', 'fast')
    """
    bare = name.rstrip("_")
    return name if keyword.iskeyword(bare) else bare


def exports() -> dict[str, Any]:
    """Every exported name, aliases too, with the function to call."""
    named = {}
    for entry in REGISTRY.values():
        for name in (entry.name, *entry.aliases):
            named[name] = entry.exported
    return named


def call_with_patterns(
    definition: Callable[..., Any],
    pattern: Pattern,
    arguments: dict[str, Any],
    join: str,
    patterned: list[str],
) -> Any:
    """Call a definition once for every combination of values its patterned arguments take, and join."""
    from livecode.language.reify import reify

    patterns = [reify(arguments[name]) for name in patterned]
    combined = patterns[0].with_value(lambda value: (value,))
    for each in patterns[1:]:
        combined = combined.app_left(each, lambda values, value: (*values, value))
    remembered: dict[Any, Any] = {}

    definition = careful(definition)

    def called(values: tuple[Any, ...]) -> Any:
        key = (values, tuple(map(type, values)))
        try:
            known = remembered.get(key)
        except TypeError:
            return definition(pattern, **{**arguments, **dict(zip(patterned, values))})
        if known is None:
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            known = definition(pattern, **{**arguments, **dict(zip(patterned, values))})
            remembered[key] = known
        return known

    joined = getattr(combined.with_value(called), join)()
    return joined if join == "step_join" or pattern is silence else joined.with_steps(pattern.steps)


_WRONG = (TypeError, ValueError, OverflowError, ZeroDivisionError, AttributeError, LookupError)


def careful(definition: Callable[..., Any]) -> Callable[..., Any]:
    """A definition that says what it cannot use, where it would trip over it.

    What a function of the performer's raises comes out as it is.
    """
    if getattr(definition, "careful", False):
        return definition

    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return definition(*args, **keywords)
        except LivecodeError:
            raise
        except _WRONG as error:
            if not tripped_here(error):
                raise
            given = [*args[1:], *keywords.values()]
            shown = ", ".join(map(_short, given)) or "nothing"
            raise PatternError(
                f"{definition.__name__} cannot use {shown}: {Shape(definition, drop_first=True).shown}"
            ) from None

    setattr(call, "careful", True)  # noqa: B010
    call.__name__ = definition.__name__
    return call


def _short(given: Any) -> str:
    name = getattr(given, "__name__", None)
    text = str(name) if callable(given) and name else repr(given)
    return text if len(text) <= 40 else text[:37] + "..."


class Shape:
    """What a definition takes, read from its code: the `inspect` module needs ten times as long at import."""

    __slots__ = ("names", "positional", "required", "shown", "spread")

    def __init__(self, definition: Callable[..., Any], drop_first: bool) -> None:
        code = definition.__code__
        first, last = int(drop_first), code.co_argcount
        only = last + code.co_kwonlyargcount
        self.positional: list[str] = list(code.co_varnames[first:last])
        self.names: list[str] = [*self.positional, *code.co_varnames[last:only]]
        values = definition.__defaults__ or ()
        defaults = dict(zip(self.positional[len(self.positional) - len(values) :], values))
        defaults.update(definition.__kwdefaults__ or {})
        self.required = {name for name in self.names if name not in defaults}
        self.spread: str | None = code.co_varnames[only] if code.co_flags & inspect.CO_VARARGS else None
        shown = [
            name if name in self.required else f"{name}={_plainly(defaults[name])}" for name in self.names
        ]
        if self.spread is not None:
            shown.insert(len(self.positional), f"*{self.spread}")
        if code.co_flags & inspect.CO_VARKEYWORDS:
            shown.append(f"**{code.co_varnames[only + (self.spread is not None)]}")
        typed = method_name(definition.__name__) if drop_first else definition.__name__
        self.shown = f"{typed}({', '.join(shown)})"


def values(count: int) -> str:
    """A count of values in words: 'no values', '1 value', '2 values'."""
    return "no values" if count == 0 else f"{count} value{'s' * (count > 1)}"


def _plainly(default: Any) -> str:
    """A default as help shows it: a function by its name, one without a name as dots."""
    if not callable(default):
        return repr(default)
    name = getattr(default, "__name__", "...")
    return "..." if name == "<lambda>" else name


def _method(definition: Callable[..., Any], plain: frozenset[str], join: str) -> Callable[..., Any]:
    shape = Shape(definition, drop_first=True)
    spread, names, required, shown = shape.spread, shape.names, shape.required, shape.shown
    typed = method_name(definition.__name__)
    plainly = careful(definition)

    def method(self: Pattern, *args: Any, **keywords: Any) -> Any:
        return noted(called(self, *args, **keywords), typed, self, args, **keywords)

    def called(self: Pattern, *args: Any, **keywords: Any) -> Any:
        if spread is not None:
            return plainly(self, *args, **keywords)
        if len(args) > len(names):
            raise PatternError(f"{typed} takes {values(len(names))}, not {len(args)}: {shown}")
        bound = dict(zip(names, args))
        for name, value in keywords.items():
            if name not in names or name in bound:
                raise PatternError(f"{typed} takes no {name}={value!r} here: {shown}")
            bound[name] = value
        if not required <= bound.keys():
            missing = next(name for name in names if name in required and name not in bound)
            raise PatternError(f"{typed} needs {missing}: {shown}")
        patterned = []
        for name, value in bound.items():
            if name == "function" and isinstance(value, Pattern | list) and of_functions(value):
                patterned.append(name)
                continue
            if name in plain or type(value) in _NUMBERS or callable(value) or value is None:
                continue
            constant = constant_of(value)
            if constant is VARIES:
                patterned.append(name)
            else:
                bound[name] = constant
        if patterned:
            return call_with_patterns(definition, self, bound, join, patterned)
        return plainly(self, **bound)

    return _named_like(method, definition)


_NUMBERS = frozenset((int, float, Fraction, bool))


def constant_of(value: Any) -> Any:
    """The one value an argument stands for, or VARIES when it is a pattern that changes.

    >>> constant_of(2), constant_of("3"), constant_of("<3 4>")
    (2, 3, VARIES)
    """
    if isinstance(value, Pattern):
        return value.constant
    if isinstance(value, str | list | tuple):
        from livecode.language.reify import reify

        return reify(value).constant
    return value


def of_functions(value: Any) -> bool:
    """Whether a pattern, or a list read as one, has functions for its values, as far as a few cycles tell.

    >>> of_functions(pure(len)), of_functions([len, max]), of_functions(pure(1))
    (True, True, False)
    """
    if isinstance(value, list):
        return bool(value) and all(callable(each) or of_functions(each) for each in value)
    if not isinstance(value, Pattern):
        return False
    if value.constant is not VARIES:
        return callable(value.constant)
    try:
        found = next((e for cycle in range(_CYCLES_TRIED) for e in value.query(cycle, cycle + 1)), None)
    except LivecodeError:
        return False
    return found is not None and callable(found.value)


def _function(definition: Callable[..., Any], method: Callable[..., Any]) -> Callable[..., Any]:
    shape = Shape(definition, drop_first=True)
    spread, most, name = shape.spread is not None, len(shape.positional), definition.__name__
    always = [each for each in shape.positional if each in shape.required]

    def call(*args: Any, **keywords: Any) -> Any:
        if args and _last_is_pattern(args, keywords):
            from livecode.language.reify import reify

            return method(reify(args[-1]), *args[:-1], **keywords)
        return Transformer(name, method, args, keywords)

    def _last_is_pattern(args: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
        if spread:
            return len(args) > 1 and isinstance(args[-1], Pattern | str)
        needed = sum(1 for each in always if each not in keywords)
        if len(args) <= needed:
            return False
        if len(args) > most - len(keywords) or isinstance(args[-1], Pattern):
            return True
        return len(args) > max(needed, 1) and isinstance(args[-1], str)

    return _named_like(call, definition)


def _named_like(made: Callable[..., Any], definition: Callable[..., Any]) -> Callable[..., Any]:
    made.__name__ = definition.__name__
    made.__qualname__ = definition.__name__
    made.__doc__ = definition.__doc__
    made.__module__ = definition.__module__
    made.__wrapped__ = definition  # type: ignore[attr-defined]
    return made


def _enter(
    definition: Callable[..., Any],
    exported: Callable[..., Any],
    family: str,
    aliases: tuple[str, ...],
    method: str | None,
    *,
    drop_first: bool,
) -> None:
    doc = inspect.getdoc(definition) or ""
    name = definition.__name__
    for each in (name, *aliases):
        if hasattr(builtins, each) or keyword.iskeyword(each):
            raise PatternError(f"{each} is Python's own name: call the function {each}_")
    REGISTRY[name] = Entry(
        name=name,
        method=method,
        family=family,
        aliases=aliases,
        signature=Shape(definition, drop_first).shown,
        meaning=doc.split("\n", 1)[0],
        doc=doc,
        definition=definition,
        exported=exported,
    )
