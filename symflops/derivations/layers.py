"""What one layer takes, as it is told: what one output takes, times the outputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from symflops.derivations.factors import grouped, times
from symflops.derivations.lines import reason
from symflops.derivations.masks import is_uneven, masks, told_of
from symflops.derivations.quantities import Quantity, Told
from symflops.derivations.steps import accounts
from symflops.exprs import ZERO, product
from symflops.trace import Group, Step
from symflops.typeset.forms import Called, Minus, Named, Power, Product, Quotient, Total, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import sympy

    from symflops.derivations.accounting import Account
    from symflops.derivations.lines import Reason
    from symflops.tally import Key
    from symflops.typeset.forms import Form


@dataclass(frozen=True)
class Work(Quantity):
    """Operations, each at what a table of weights says that it is worth."""

    weigh: Mapping[Key, sympy.Rational]
    dense: bool = False

    def of(self, item: Group | Step) -> Told | None:
        """Tell the operations of a layer: those for each output together, times the outputs."""
        steps: Any = [("", item)] if isinstance(item, Step) else item.children
        taken = {name: self.accounts(step, item) for name, step in steps}
        counted = [account for found in taken.values() for account in found]
        if not counted:
            return None
        rows = by_rows(counted)
        mask = () if self.dense or isinstance(item, Step) else masks(item, self.put)
        said = (*mask, *self.sentences(item, taken))
        units = {account.units for account in rows}
        why = one_times(rows) if len(units) == 1 and () not in units else None
        return Told(self.together(rows), said, why)

    def sentences(
        self, item: Group | Step, taken: Mapping[str, tuple[Account, ...]]
    ) -> list[Reason]:
        """Return what each step takes; steps of which the same is said go by their names."""
        told = {
            name: [said for account in found for said in told_of(item, account, self.put)]
            for name, found in taken.items()
            if found
        }
        said = [sentence for found in told.values() for sentence in found]
        if len(set(said)) == len(said):
            return said
        return [s for name, found in told.items() for s in (reason("layer", name=name), *found)]

    def accounts(self, step: Step, within: Group | Step) -> tuple[Account, ...]:
        """Return what counts of a step; under a mask, what it would take without, if the convention has it so."""
        full = bool(self.dense and step.dense)
        uneven = is_uneven(within, masked=not full)
        found = accounts(step, step.dense if full else step.counts, uneven=uneven)
        counted = (account.counted(self.weigh) for account in found)
        return tuple(put(account, self.put) for account in counted if account.each)

    def together(self, found: Iterable[Account]) -> Form:
        """Return accounts with the same units as one product, and the sum of all."""
        parts: dict[tuple[sympy.Expr, ...], list[Form]] = {}
        for account in found:
            parts.setdefault(account.units, []).extend(account.worth(self.weigh))
        terms: list[Form] = []
        for units, forms in parts.items():
            if units:
                terms.append(multiplied(added(forms), units))
            else:
                terms += forms
        return terms[0] if len(terms) == 1 else Total(tuple(terms))

    def leaves_out(self, group: Group) -> bool:
        """Say whether a layer takes operations that are worth nothing."""
        return any(isinstance(step, Step) and step.counts for _, step in group.children)


def added(forms: list[Form]) -> Form:
    """Return what a unit takes in all: numbers as their sum, anything else side by side."""
    if all(_is_number(form) for form in forms):
        return sum(forms, ZERO)
    return forms[0] if len(forms) == 1 else Total(tuple(forms))


def _is_number(form: Form) -> bool:
    return bool(getattr(form, "is_Rational", False))


def multiplied(each: Form, units: tuple[sympy.Expr, ...]) -> Form:
    """Return what each unit takes, times the units."""
    outputs = grouped(units)
    if each == 1:
        return outputs
    front = each.factors if isinstance(each, Product) and _leads(each) else (each,)
    behind = outputs.factors if isinstance(outputs, Product) else (outputs,)
    if outputs == 1:
        return each
    factors = (*front, *behind)
    twice = len(set(factors)) < len(factors)  # D · D is no square yet
    atoms = all(getattr(f, "is_Atom", False) for f in factors)
    return Product(factors, "·" if atoms and twice else "")


def _leads(form: Product) -> bool:
    """Say whether a product is a weight in front of something, 2 · (C_in k²)."""
    return _is_number(form.factors[0]) and len(form.factors) == 2  # noqa: PLR2004 - two factors


#: Accounts of every row, and of every entry of one.
ROWS = {"row", "softmax", "norm_mean", "norm_squares", "norm_root"}
ENTRIES = {"each", "norm_difference"}


def one_times(found: list[Account]) -> Reason:
    """Return that a product is what one unit takes times the units: outputs, elements or rows."""
    keys = {account.key for account in found}
    if keys & ROWS:
        return reason("one_row")
    return reason("one_element" if keys <= ENTRIES else "one_output")


def by_rows(found: list[Account]) -> list[Account]:
    """Return accounts with those of every entry as so many a row, where others are told by rows."""
    rows = next((a for a in found if a.key in ROWS), None)
    if rows is None:
        return found
    entries = dict(rows.parts)["entries"]
    elements = product(rows.units) * value(entries)
    return [
        replace(
            account,
            units=rows.units,
            each=tuple((op, entries if n == 1 else times(n, entries)) for op, n in account.each),
        )
        if account.key in ENTRIES and product(account.units) == elements
        else account
        for account in found
    ]


def put(account: Account, names: Callable[[sympy.Expr], sympy.Expr]) -> Account:
    """Return an account with names for the sizes in it."""
    return replace(
        account,
        units=tuple(map(names, account.units)),
        each=tuple((op, renamed(form, names)) for op, form in account.each),
        parts=tuple((key, renamed(part, names)) for key, part in account.parts),
    )


def renamed(form: Form, names: Callable[[sympy.Expr], sympy.Expr]) -> Form:
    """Return a form with each expression in it changed; one that has a name as its value."""
    match form:
        case Named(of=inner):
            return names(inner)
        case Called(arguments=arguments):
            return replace(form, arguments=tuple(renamed(a, names) for a in arguments))
        case Product(factors):
            return replace(form, factors=tuple(renamed(factor, names) for factor in factors))
        case Total(terms):
            return Total(tuple(renamed(term, names) for term in terms))
        case Minus(inner):
            return Minus(renamed(inner, names))
        case Power(base, exponent):
            return Power(renamed(base, names), renamed(exponent, names))
        case Quotient(above, below):
            return replace(form, above=renamed(above, names), below=renamed(below, names))
        case str():
            return form
        case _:
            return names(form)
