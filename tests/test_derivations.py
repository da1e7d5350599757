"""Derivations: every line is equal to the one before, the last is the metric, and what is wrong does not render."""

from dataclasses import replace

import pytest
import strategies
import sympy
from derivation_checker import OpenError, check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import usual

import symflops as sf
from symflops.conventions import CONVENTIONS
from symflops.costs import METRICS
from symflops.symbols import exact

FAMILIES = strategies.LEAVES | strategies.COUNTED_OTHERWISE
WORK = [(metric, "exact") for metric in METRICS if metric != "flops"]
EVERY = [*WORK, *(("flops", convention) for convention in CONVENTIONS)]
k, C_in, C_out, H, W, N, D, E, L, h, s, p, d = sf.dims("k C_in C_out H W N D E L h s p d")


def held(cost, metric, at, **options):
    """Derive a metric, check it at these numbers, and compare it with what it must be."""
    derivation = sf.derive(cost, metric, **options)
    assert derivation.expr == cost.metric(metric)
    assert sympy.expand(derivation.steps[-1].expr - exact(cost.metric(metric))) == 0 or at
    at = {symbol: at[symbol.name] for symbol in cost.symbols if symbol.name in at}
    try:
        assert check(derivation, at) == number_of(cost, metric, at)
    except OpenError:
        pass
    return derivation


def number_of(cost, metric, at):
    if not cost.symbols:
        return cost.metric(metric)
    values = {symbol: value for symbol, value in at.items() if symbol in cost.symbols}
    return cost.at(values).metric(metric)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_every_layer_derives_to_exactly_its_metric(family, data):
    """At drawn configurations, in numbers and in symbols, under every convention."""
    case = data.draw(FAMILIES[family])
    metric, convention = data.draw(st.sampled_from(EVERY))
    detail = data.draw(st.sampled_from(["short", "normal", "full"]))
    layer, shape = case.numeric
    held(sf.cost(layer, shape, convention, batched=True), metric, {}, detail=detail)
    layer, shape = case.symbolic
    try:
        cost = sf.cost(layer, shape, convention, batched=True)
        cost.at({symbol: case.sizes[symbol.name] for symbol in cost.symbols})
    except (sf.ArgumentError, sf.ConditionError):
        return  # padding left out of symbolic sizes, where that has no closed form or needs larger ones
    held(cost, metric, case.sizes, detail=detail)


CHEAP = ["alexnet", "lenet5", "vgg16", "resnet50", "mobilenet_v2", "gpt2", "gpt", "bert_base", "mixtral_8x7b"]
SAMPLED = [name for i, name in enumerate(sf.zoo.names()) if name not in CHEAP]


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize("metric", ["params", "macs", "flops"])
def test_models_derive_to_exactly_their_metrics(name, metric):
    check_model(name, metric)


@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(SAMPLED), st.sampled_from(EVERY), st.sampled_from(["short", "normal", "full"]))
def test_other_models_too(name, way, detail):
    metric, convention = way
    check_model(name, metric, convention, detail=detail)


def check_model(name, metric, convention="exact", **options):
    """Derive in symbols, and check at the model's usual sizes."""
    cost = sf.cost(getattr(sf.zoo, name)(), convention=convention)
    at = {symbol.name: int(value) for symbol, value in usual(cost, name).setup.values}
    held(cost, metric, at, **options)


