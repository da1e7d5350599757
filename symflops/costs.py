"""What a layer costs: ``cost()``, and the value it returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy

from symflops.conditions import noted, strongest
from symflops.conventions import ADDS, MACS, MULTS, Convention, named
from symflops.errors import ArgumentError, ConditionError, UnknownNameError
from symflops.exprs import joined
from symflops.facts import Facts, Relation
from symflops.layers.base import Layer, assignment
from symflops.metrics import Profiler, Weigher, activations, cached, work
from symflops.omissions import Omitted, omitted
from symflops.portions import portion
from symflops.printed import Formula
from symflops.receptive import views
from symflops.recurrences import Recurrences
from symflops.setups import EDITS, Setup, listed, relations_in, shapes_of, symbols_within
from symflops.statements import statement
from symflops.symbols import Symbol, by_name, exact
from symflops.trace import Condition, Group, Step
from symflops.units import bytes_of
from symflops.views import ReceptiveField, View, receptive_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.exprs import Terms
    from symflops.tables.table import Table

METRICS = (
    "params",
    "active_params",
    "mults",
    "adds",
    "macs",
    "flops",
    "activations",
    "kv_cache",
    "model_size",
    "kv_cache_size",
)


def cost(
    layer: Layer,
    input: Any = None,  # noqa: A002 - the word of the field
    convention: str | Convention = "exact",
    assume: Iterable[str | Relation | sympy.Rel] | str = (),
    batched: bool | None = None,  # noqa: FBT001 - reads as a word: batched=True
) -> Cost:
    """Return what a layer costs on an input shape, in symbols.

    ``input`` is ``(C, H, W)`` or ``(B, C, H, W)``; the first layer of fixed rank decides whether a batch is
    written, or ``batched``. Several inputs are a list of shapes. A model of the zoo brings its own.
    ``assume`` states facts: ``("32 | H", "N >= w")``.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    >>> cost = sf.cost(conv, (C_in, H, W))
    >>> cost.flops
    C_out*H*W*(2*C_in*k**2 - 1)
    >>> cost.under("2mac").flops
    2*C_in*C_out*H*W*k**2

    Raises:
        ShapeError: a layer cannot take its input; the message holds its path.
        UnknownNameError: no convention has this name.
        ReadError, ConditionError: a fact that cannot be read, or that does not hold.
    """
    if not isinstance(layer, Layer):
        message = f"cost() needs a layer, such as Linear(64, 10), got {layer!r}"
        raise ArgumentError(message)
    setup = Setup(layer, shapes_of(layer, input), batched=batched)
    try:
        known = by_name(setup.symbols)
        stated = relations_in(assume, known)
        return answer(replace(setup, assume=stated), named(convention))
    except RecursionError:
        message = "the layers are nested too deeply; put them side by side"
        raise ArgumentError(message) from None


def answer(setup: Setup, convention: Convention) -> Cost:
    """Return the cost that was asked for."""
    root, conditions, batched = setup.traced()
    found = Cost(root, convention, setup, conditions, batched)
    by_name(found.symbols)  # one name, one symbol
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Cost:
    """What a layer costs on an input; properties are plain sympy expressions.

    ``params`` (elements), ``mults``, ``adds`` (with subtractions) and ``macs`` (products of dot products) are
    the same under every convention; ``flops`` is what the convention counts. ``activations`` are the
    elements of the outputs of all leaf layers.

    >>> import symflops as sf
    >>> D, E = sf.dims("D E")
    >>> cost = sf.cost(sf.Sequential(up=sf.Linear(D, E), act=sf.ReLU()), (D,))
    >>> cost.flops, cost["up"].flops, cost.without("ReLU").flops, cost.upto("up").output
    (E*(2*D + 1), 2*D*E, 2*D*E, (E,))
    """

    root: Group
    convention: Convention
    setup: Setup
    given: tuple[Condition, ...] = ()
    batched: bool = False

    # metrics

    @cached_property
    def flops(self) -> Any:
        """The operations that the convention counts, each at its worth."""
        table, dense = self.convention.table, self.convention.dense
        return self._portion(work(self._profile, table, dense=dense))

    @cached_property
    def macs(self) -> Any:
        """Multiply–accumulates: the products of convolutions and matrix products."""
        return self._portion(work(self._profile, MACS))

    @cached_property
    def mults(self) -> Any:
        """Multiplications, whatever they are for."""
        return self._portion(work(self._profile, MULTS))

    @cached_property
    def adds(self) -> Any:
        """Additions and subtractions, whatever they are for."""
        return self._portion(work(self._profile, ADDS))

    @cached_property
    def params(self) -> Any:
        """Elements of all weights, weights tied by a name once."""
        return self._joined(Weigher()(self.root).terms)

    @cached_property
    def active_params(self) -> Any:
        """Elements of the weights that an input meets: of the experts of a mixture, the chosen ones."""
        return self._joined(Weigher(active=True)(self.root).terms)

    @cached_property
    def kv_cache(self) -> Any:
        """Elements kept for the next decoding step: keys and values, latents, recurrent states."""
        return self._portion(cached(self._profile))

    @cached_property
    def activations(self) -> Any:
        """Elements of the outputs of all leaf layers; views (Flatten, Identity, Dropout) add none."""
        return self._portion(activations(self._profile))

    def model_size(self, dtype: str = "float32") -> Any:
        """Return the bytes of all weights: params times the bytes of an element.

        >>> import symflops as sf
        >>> sf.cost(sf.Linear(10, 10), (10,)).model_size()
        440
        """
        return self._value(exact(self.params) * bytes_of(dtype))

    def kv_cache_size(self, dtype: str = "float16") -> Any:
        """Return the bytes kept for the next decoding step: ``kv_cache`` times the bytes of an element."""
        return self._value(exact(self.kv_cache) * bytes_of(dtype))

    def metric(self, name: str) -> Any:
        """Return a metric by its name.

        Raises:
            UnknownNameError: no metric has this name.
        """
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)
        value = getattr(self, name)
        return value() if callable(value) else value

    @property
    def output(self) -> Any:
        """The output shape, without a batch that was not written; several outputs as a tuple."""
        shapes = [shape.written(batched=self.batched) for shape in self.root.outputs]
        values = tuple(tuple(map(self._value, shape)) for shape in shapes)
        return values[0] if len(values) == 1 else values

    @cached_property
    def receptive_field(self) -> ReceptiveField:
        """What one output position sees: ``size``, ``stride``, ``padding``, ``centre``, an entry an axis.

        It is that of the last map before a layer that sees everything (global pooling, Flatten).

        >>> import symflops as sf
        >>> L, k, C, H, W = sf.dims("L k C H W")
        >>> stack = sf.Repeat(sf.Conv2d(C, C, k, padding="same"), L)
        >>> sf.cost(stack, (C, H, W)).receptive_field.size
        (L*(k - 1) + 1, L*(k - 1) + 1)

        Raises:
            ArgumentError: the input is no map.
            NotClosedError: a layer that does not say what it sees, or branches of different strides.

        Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks, equation 2.
        """
        return receptive_field(self.views[""], self._value)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """What each layer's output sees of the input, by path."""
        return views(self.root, Facts(tuple(r for r in self.setup.assume if r.symbols)))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What the formulas rest on: stated facts, assumed relations, sizes that were rounded down."""
        return strongest((*self.given, *noted(self.root)))

    @cached_property
    def omitted(self) -> tuple[Omitted, ...]:
        """What the convention leaves out, role by role, with its share of all operations."""
        return tuple(
            Omitted(o.role, self._value(o.operations), self._value(o.share))
            for o in omitted(self._profile, self.convention, self.setup.portion)
        )

    # other ways of looking at it

    @property
    def tree(self) -> Group:
        """The trace: what was done, as a tree of groups and steps."""
        return self.root

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, each once however often it occurs."""
        return tuple(piece.item for piece in self._profile if isinstance(piece.item, Step))

    @cached_property
    def symbols(self) -> set[Symbol]:
        """The dimensions that values can be put in for."""
        return set(by_name(self.setup.symbols | symbols_within(self.root)).values())

    def under(self, convention: str | Convention) -> Cost:
        """Return the same cost under another convention."""
        found = replace(self, convention=named(convention))
        vars(found)["_profile"] = self._profile  # which no convention changes
        return found

    def per(self, unit: str, of: int | None = None) -> Cost:
        """Return the cost divided by the tokens, samples or pixels of its input; weights stay as they are.

        Tokens are the positions of a sequence: all entries of what is looked up in a table, (N,) or (B, N), and
        all but the last axis of vectors, (N, D) or (B, N, D), (H, W, C) in Swin. Samples are those of a batch,
        pixels the positions of a map. ``of`` is the place of the input where there are several that differ.

        >>> import symflops as sf
        >>> N, D = sf.dims("N D")
        >>> block = sf.cost(sf.TransformerEncoderLayer(D, 8, 4*D), (N, D), "2mac")
        >>> block.per("token").flops
        4*D*(6*D + N)

        Raises:
            UnknownNameError: another unit.
            ArgumentError: an input that has no tokens or no pixels, or several with different numbers of them.
        """
        whole = replace(self.setup, edits=tuple(e for e in self.setup.edits if e[0] != "without"))
        # what was left out may be what reads the input
        root = self.root if whole.edits == self.setup.edits else whole.traced()[0]
        setup = replace(self.setup, portion=portion(root, unit, of))
        return replace(self, setup=setup)

    def at(self, values: Mapping[Any, Any] | None = None, /, **by_name: Any) -> Cost:
        """Return the cost with numbers, rationals or expressions in place of symbols.

        Every check is repeated; a metric without symbols left is a Python int.

        >>> import symflops as sf
        >>> C, H, W = sf.dims("C H W")
        >>> sf.cost(sf.Conv2d(C, 64, 3, padding=1), (C, H, W)).at(C=3, H=224, W=224).macs
        86704128

        Raises:
            SymbolError: a symbol that is not there, or a value that it cannot have.
            ShapeError, ConditionError: a value that breaks a condition.
        """
        swaps = assignment(self.symbols, values, by_name)
        for condition in self.conditions:
            if (
                condition.kind == "assumed"
                and Facts().decide(condition.relation.at(swaps)) is False
            ):
                self._refused(condition, swaps)
        if broken := Recurrences(self.conditions).broken(swaps):
            message = f"the values given break {broken}, which the layers themselves make so"
            raise ConditionError(message)
        setup = self.setup.at(swaps)
        inside = self._inside(swaps)
        cost = answer(setup.hiding(inside) if inside else setup, self.convention)
        return replace(cost, setup=replace(cost.setup, bound=True))

    def rename(self, names: Mapping[Any, Any] | None = None, /, **by_name: Any) -> Cost:
        """Return the cost with other names for its symbols, all at once.

        >>> import symflops as sf
        >>> C, H, W = sf.dims("C H W")
        >>> sf.cost(sf.Conv2d(C, 2*C, 3, padding=1, bias=False), (C, H, W)).rename(C="c", H="W", W="H").macs
        18*H*W*c**2

        Raises:
            SymbolError: a symbol that is not there, or a name that another has.
        """
        from symflops.renaming import renames  # noqa: PLC0415 - few costs are renamed

        swaps = renames(self, names, by_name)
        setup, inside = self.setup.renamed(swaps), self._inside(swaps)
        return answer(setup.hiding(inside) if inside else setup, self.convention)

    def _refused(self, condition: Condition, swaps: Mapping[Symbol, sympy.Expr]) -> None:
        """Raise the error of the layer that cannot take the values, or of the condition."""
        asked = self.setup.at(swaps)
        asked.traced()
        message = f"the condition {condition} does not hold for {listed(swaps)}"
        # a network that rounds its widths for numbers, and left that out for symbols
        if condition.relation.symbols & self.setup.layer.symbols and hasattr(asked.layer, "paper"):
            message += f"; the network that these values build is {asked.layer!r}"
        raise ConditionError(message)

    def _inside(self, swaps: Mapping[Symbol, sympy.Expr]) -> dict[Symbol, sympy.Expr]:
        """Return the values of symbols that a layer of one's own names in its ``forward``."""
        layers = {type(p.item.layer) for p in self._profile if isinstance(p.item, Group)}
        if all(layer.__module__.startswith("symflops.") for layer in layers):
            return {}
        fresh = {s: sympy.Dummy(s.name, **s.assumptions0) for s in swaps}
        alone = fresh.keys() - self.setup.symbols  # neither a layer's argument nor an input's size
        setup = self.setup.at(fresh).hiding({symbol: fresh[symbol] for symbol in alone})
        left = alone | symbols_within(setup.traced()[0])
        return {symbol: value for symbol, value in swaps.items() if symbol in left}

    def __getitem__(self, path: str) -> Cost:
        """Return the cost of the layer or step with this path, ``cost["features.0"]``."""
        return self._edited("select", path)

    def upto(self, path: str) -> Cost:
        """Return the cost of everything until the layer with this path has run, itself included."""
        return self._edited("upto", path)

    def without(self, what: str | type[Layer]) -> Cost:
        """Return the cost without the layers of a kind (``"ReLU"``, or the class), or without one path."""
        return self._edited("without", what)

    def _edited(self, verb: str, path: Any) -> Cost:
        path = path.__name__ if isinstance(path, type) else str(path)
        setup = replace(self.setup, edits=(*self.setup.edits, (verb, path)))
        return replace(self, root=EDITS[verb](self.root, path), setup=setup)

    # words and pictures

    def show(self, metric: str = "flops") -> Formula:
        """Return a metric in the form of a paper; it typesets itself in Jupyter.

        >>> import symflops as sf
        >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
        >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
        >>> sf.cost(conv, (C_in, H, W)).show("flops")
        (2 C_in k² − 1) C_out H W
        """
        return Formula(exact(self.metric(metric)), self.order)

    def latex(self, metric: str = "flops") -> str:
        """Return a metric in LaTeX, without dollars; needs no package."""
        return self.show(metric).latex

    def statement(self, lang: str = "en") -> str:
        """Return the sentence for a paper: what was counted, how, and what not."""
        return statement(self, lang)

    def table(
        self,
        columns: Iterable[str] | None = None,
        depth: int | None = None,
        *,
        conventions: Iterable[str | Convention] | str | Convention = (),
        at: Mapping[Any, Any] | None = None,
        groups: int | None = None,
    ) -> Table:
        """Return the cost as a table, a row a layer; nested layers fold to ``depth``.

        ``conventions`` gives a column of FLOPs under each, as ``flops@2mac`` among the columns does; ``at``
        numbers beside the formulas; ``groups=1`` sets the rows inside each of the outermost layers under a
        heading, with their subtotal.

        Raises:
            UnknownNameError: a column or a convention that is not there.
            ArgumentError: no depth, or groups without the column of the layers in front.
        """
        from symflops.rows import table  # noqa: PLC0415 - a cost that is never tabulated loads no tables

        return table(self, columns, depth, conventions, at, groups)

    @cached_property
    def order(self) -> tuple[sympy.Expr, ...]:
        """The factors as a paper prints them: depths and other multiples, then those of the steps."""
        multiples: dict[sympy.Expr, None] = {}
        found: list[sympy.Expr] = []
        for piece, count in self._profile.items():
            if isinstance(piece.item, Step):
                multiples.update(dict.fromkeys(sorted(count.free_symbols, key=str)))
                place = len(found)
                for factor in reversed(piece.item.order):
                    # what is new goes before what follows it in its step
                    if factor in found:
                        place = found.index(factor)
                    elif not factor.is_Rational:
                        found.insert(place, factor)
        return tuple(dict.fromkeys((*multiples, *found)))

    def __repr__(self) -> str:
        return self.table().to_text()

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def _repr_markdown_(self) -> str:
        return self.table().to_markdown()

    def _repr_latex_(self) -> str | None:
        return self.table()._repr_latex_()

    # folds

    @cached_property
    def _profile(self) -> Any:
        return Profiler()(self.root)

    def _joined(self, pairs: Terms) -> Any:
        return self._value(joined(pairs))

    def _portion(self, pairs: Terms) -> Any:
        return self._value(self.setup.portion.of(pairs))

    def _value(self, expr: sympy.Expr) -> Any:
        return int(expr) if self.setup.bound and expr.is_Integer else expr
