"""The models of the zoo for all tests: each is traced once, when a test asks for it."""

from collections.abc import Mapping
from functools import cache

from strategies import usual

import symflops as sf


@cache
def model_cost(name):
    """What a model costs as it is published, or a family in symbols."""
    return sf.cost(sf.zoo.model(name))


@cache
def usual_cost(name):
    """The same at its usual input."""
    return usual(model_cost(name), name)


class Costs(Mapping):
    """Costs by their names: some that are given, and those of all models behind them."""

    def __init__(self, given):
        self.given = dict(given)

    def __getitem__(self, name):
        return self.given[name] if name in self.given else model_cost(name)

    def __iter__(self):
        yield from (*self.given, *sf.zoo.names())

    def __len__(self):
        return len(list(self))
