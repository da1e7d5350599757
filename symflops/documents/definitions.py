"""What the names of a document stand for: layers with their input, models, formulas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.arithmetic import ArithmeticReader, Token
from symflops.claims.targets import quantity_named
from symflops.conventions import named
from symflops.costs import Cost, cost
from symflops.documents.judgments import used_macros
from symflops.documents.remarks import Statement, split
from symflops.errors import ArgumentError, ReadError, SymflopsError, UnknownNameError
from symflops.reading.formulas import parse
from symflops.reading.layers import layer_names, read_layer
from symflops.reading.values import read_shapes, read_values
from symflops.symbols import exact
from symflops.zoo import names as model_names

if TYPE_CHECKING:
    from symflops.documents.reports import Place

MOST_NAMES = 1_000
MADE: dict[str, Cost] = {}  # models of the zoo, as given


@dataclass(frozen=True)
class Meaning:
    """What a claim is held against, and how it is read."""

    value: Any = None  # a cost or a formula
    quantity: str = ""
    letters: dict[str, str] = field(default_factory=dict)
    convention: str = ""
    told: dict[str, Any] = field(default_factory=dict)  # further arguments of check()
    name: str = ""

    def of(self, quantity: str) -> Any:
        """Return one quantity, as a formula or number."""
        if not isinstance(self.value, Cost):
            return self.value
        found = self.value.under(self.convention) if self.convention else self.value
        if quantity in ("model_size", "kv_cache_size"):
            return exact(getattr(found, quantity)())
        if quantity == "receptive_field":
            return exact(found.receptive_field.size[0])
        return exact(found.metric(quantity))


class Scope:
    """The names that a document has defined so far; models have theirs from the start."""

    def __init__(self) -> None:
        self.known: dict[str, Meaning] = {}
        self.macros: dict[str, str] = {}  # the commands of the document
        self.places: dict[str, Place] = {}  # of definitions, also of those that come later

    def define(self, statement: Statement) -> None:
        """Take in a definition.

        Raises:
            SymflopsError: a layer, a shape or a formula that cannot be read or taken.
        """
        if len(self.known) >= MOST_NAMES:
            message = f"a document defines at most {MOST_NAMES:,} names"
            raise ArgumentError(message)
        self.known[statement.name] = replace(self.meant(statement), name=statement.name)

    def meant(self, statement: Statement) -> Meaning:
        """Return what the head of a statement means under its clauses.

        Raises:
            SymflopsError: a head or a clause that cannot be read.
        """
        found = self.found(statement.head, statement.clauses)
        clauses = statement.clauses
        told = dict(found.told)
        if "at" in clauses:
            values = read_values(clauses["at"])
            if isinstance(found.value, Cost):
                own = {s.name for s in found.value.symbols}
                bound = found.value.at({k: v for k, v in values.items() if k in own})
                found = replace(found, value=bound)
            elif found.value is not None:
                swaps = {s: values[s.name] for s in found.value.free_symbols if s.name in values}
                found = replace(found, value=exact(found.value).xreplace(swaps))
            told["at"] = {**told.get("at", {}), **values}
        if "notation" in clauses:
            told["notation"] = clauses["notation"]
        for key in ("growing", "constants"):
            if key in clauses:
                told[key] = tuple(name.strip() for name in split(clauses[key], ","))
        if "assuming" in clauses and not isinstance(found.value, Cost):
            told["assume"] = tuple(fact.strip() for fact in split(clauses["assuming"], ","))
        convention = named(clauses["under"]).name if "under" in clauses else found.convention
        letters = {**found.letters, **{self.letter(k): v for k, v in statement.letters.items()}}
        return replace(found, told=told, convention=convention, letters=letters)

    def found(self, text: str, clauses: dict[str, str] | None = None) -> Meaning:
        """Return what a reference is: a name, ``conv.macs``, a layer, a model, or a formula of them."""
        text, clauses = text.strip(), clauses or {}
        if not text:
            return Meaning()
        if (meaning := self.dotted(text)) is not None:
            return meaning
        if (
            text.split("(")[0].strip().removeprefix("sf.").removeprefix("zoo.")
            in {*layer_names(), *model_names()}
            and "(" in text
        ):
            text, quantity = _with_quantity(text)
            return Meaning(_cost(text, clauses), quantity)
        if "on" in clauses:
            return Meaning(_cost(text, clauses))
        if text.isidentifier():
            raise self.unknown(text)
        try:
            reader = ReferenceReader(text, self)
            value = reader.value()
            reader.finish()
        except ReadError:
            if "\\" not in text and "^" not in text and "{" not in text:
                raise
            value = parse(text, macros=used_macros(text, self.macros) or None)
        if not isinstance(value, sympy.Expr):
            message = f"{text} is a chain, and a claim is held against one formula"
            raise ArgumentError(message)
        return Meaning(value, letters=reader.letters)

    def unknown(self, name: str) -> SymflopsError:
        """Return what is said of a name that stands for nothing here."""
        if name in self.places:
            return ArgumentError(
                f"{name} stands for nothing here: its definition, {self.places[name]}, comes later or cannot be read"
            )
        kind = "name"
        return UnknownNameError(kind, name, [*self.known, *model_names()])

    def letter(self, text: str) -> str:
        r"""Return the name of a symbol as the reader of formulas gives it: n_{ctx} is n_ctx."""
        if text.isidentifier():
            return text
        symbol = parse(text, macros=used_macros(text, self.macros) or None)
        if not getattr(symbol, "is_Symbol", False):
            message = f"expected a letter, got {text}"
            raise ArgumentError(message)
        return str(symbol.name)

    def parts(self, text: str) -> list[str]:
        """Return the names between dots; sf.zoo in front of a model may be left out."""
        names = [name.strip() for name in text.split(".")]
        for module in ("sf", "zoo"):
            if names[0] == module and module not in self.known and len(names) > 1:
                del names[0]
        return names

    def dotted(self, text: str) -> Meaning | None:
        """Return what ``name``, ``name.quantity`` or ``name.part.quantity`` is; None if it is no such thing."""
        head, *rest = self.parts(text)
        if not all(part.replace("_", "a").isalnum() for part in (head, *rest)):
            return None
        if head in self.known:
            meaning = self.known[head]
        elif head in model_names():
            if head not in MADE:
                MADE[head] = cost(read_layer(head))
            meaning = Meaning(MADE[head], name=head)
        elif rest and not rest[0].isdigit() and head.isidentifier():
            raise self.unknown(head)
        else:
            return None
        if not rest:
            return meaning
        quantity = ""
        try:
            quantity = quantity_named(rest[-1])
            rest = rest[:-1]
        except UnknownNameError:
            if not isinstance(meaning.value, Cost) or not _has(meaning.value, ".".join(rest)):
                raise
        if not isinstance(meaning.value, Cost):
            message = f"{head} is a formula, which has no {text.partition('.')[2]}"
            raise ArgumentError(message)
        value = meaning.value[".".join(rest)] if rest else meaning.value
        return replace(meaning, value=value, quantity=quantity, name=text)


class ReferenceReader(ArithmeticReader):
    """Arithmetic whose names may be those of a document: ``conv.macs/separable.macs``."""

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text)
        self.scope = scope
        self.letters: dict[str, str] = {}

    def name(self, token: Token) -> Any:
        """Return the quantity or formula that a name stands for, else a dimension."""
        try:
            meaning = self.scope.dotted(token.text)
        except SymflopsError as error:
            raise self.error(error.message, token) from None
        if meaning is None:
            return super().name(token)
        if isinstance(meaning.value, Cost) and not meaning.quantity:
            message = f"say which quantity of {token.text}, such as {token.text}.macs"
            raise self.error(message, token)
        self.letters |= meaning.letters
        return meaning.of(meaning.quantity)


def _has(found: Cost, path: str) -> bool:
    try:
        found[path]
    except SymflopsError:
        return False
    return True


def _with_quantity(text: str) -> tuple[str, str]:
    """Return a layer expression and the quantity behind it: ``Linear(3, 4).params``."""
    layer, dot, quantity = text.rpartition(").")
    if dot and quantity.isidentifier():
        return f"{layer})", quantity_named(quantity)
    return text, ""


def _cost(text: str, clauses: dict[str, str]) -> Cost:
    layer = read_layer(text)
    shapes = read_shapes(clauses["on"]) if "on" in clauses else None
    assume = tuple(fact.strip() for fact in split(clauses.get("assuming", ""), ",") if fact.strip())
    return cost(layer, shapes, assume=assume)
