"""Recurrent layers: closed forms that are in print, numbers by hand, and what is refused."""

from __future__ import annotations

import inspect

import pytest
import sympy

import symflops as sf
from symflops.conventions import named
from symflops.errors import ArgumentError, ShapeError
from symflops.oracle.activation import sigmoid
from symflops.oracle.number import Array, total

B, T, i, h, m, n, d, L = sf.dims("B T i h m n d L")
#: thop and ptflops: a MAC is one, and so is every other product and sum; activations are free.
BY_TOOLS = named("mac+bias").counting("other")
KINDS = [(sf.RNN, 1), (sf.GRU, 3), (sf.LSTM, 4)]


def same(a, b):
    return sympy.expand(a - b) == 0


# in print


def test_parameters_of_an_lstm():
    """4(nm + n² + n) with one vector of biases, as in Keras; PyTorch has two."""
    one = sf.cost(sf.LSTMCell(m, n, bias_vectors=1), (m,))
    two = sf.cost(sf.LSTMCell(m, n), (m,))
    assert same(one.params, 4 * (n * m + n**2 + n))
    assert same(two.params, 4 * (n * m + n**2 + 2 * n))
    assert (one.at(m=100, n=128).params, two.at(m=100, n=128).params) == (117248, 117760)


@pytest.mark.parametrize("options", [{}, {"bias_vectors": 1}, {"bias": False}], ids=str)
def test_a_gru_has_three_times_the_parameters_of_an_rnn(options):
    gru, rnn = (sf.cost(cell(m, n, **options), (m,)) for cell in (sf.GRUCell, sf.RNNCell))
    assert sf.ratio(gru, rnn, "params") == 3
    assert sf.ratio(gru, rnn) == 3


def test_flops_of_an_lstm_step():
    """8(i + h)h: 2 for each MAC of the gates, and nothing else."""
    step = sf.cost(sf.LSTMCell(i, h), (i,), "2mac")
    assert same(step.flops, 8 * (i + h) * h)
    assert step.at(i=15, h=64).flops == 40448
    steps = sf.cost(sf.LSTM(i, h), (T, i), "2mac")
    assert same(steps.flops, 8 * (i + h) * h * T)


def test_what_thop_and_ptflops_count_for_an_lstm_step():
    """thop counts 4(i + h)h + 16h; ptflops, with three times the last product, 2h more."""
    step = sf.cost(sf.LSTMCell(i, h), (i,), BY_TOOLS)
    assert same(step.flops, 4 * (i + h) * h + 16 * h)
    assert step.at(i=100, h=128).flops == 118784
    by_ptflops = 4 * (i + h) * h + 4 * h + 3 * h + 3 * h + 8 * h
    assert same(by_ptflops - step.flops, 2 * h)
    assert by_ptflops.subs({i: 100, h: 128}) == 119040
    with_functions = sf.cost(
        sf.LSTMCell(i, h),
        (i,),
        sf.Convention(
            "with functions",
            "A MAC, any other product or sum, and a sigmoid or tanh count once.",
            "by hand",
            dict(BY_TOOLS.weights) | {("exp", "act"): 1, ("tanh", "act"): 1},
        ),
    )
    assert same(with_functions.flops, 4 * (i + h) * h + 21 * h)


def test_one_lstm_and_its_counters():
    """10 → 20 over 5 steps: 12,000 MACs; thop prints 13,600 and ptflops 13,800."""
    cost = sf.cost(sf.LSTM(10, 20), (5, 10), BY_TOOLS).at()
    assert (cost.macs, cost.flops) == (12_000, 13_600)
    assert cost.flops + 5 * 2 * 20 == 13_800
    assert sf.cost(sf.LSTM(10, 20), (1, 5, 10)).macs == 12_000


def test_the_second_layer_reads_the_first():
    """5 → 32 twice: 4(5 + 32)32 + 4(32 + 32)32 a step, not twice the first."""
    cost = sf.cost(sf.LSTM(5, 32, 2), (1, 5)).at()
    assert cost.macs == 12_928
    assert 2 * cost["l0"].macs == 9_472


def test_a_recurrent_layer_in_attention_is_all_you_need():
    """Table 1: O(n·d²) operations and n steps one after the other; of it 2·n·d² MACs."""
    cost = sf.cost(sf.RNN(d, d, bias=False), (n, d))
    assert same(cost.macs, 2 * n * d**2)
    assert sympy.limit(cost.flops / (n * d**2), d, sympy.oo) == 4
    assert cost.flops.has(n)
    assert same(cost.flops.subs(n, 2 * n), 2 * cost.flops)


def test_parameters_of_sequence_to_sequence():
    """Sutskever et al. 2014, section 3.4: 64M recurrent of 384M parameters, 32M for each of two LSTMs."""
    one = sf.cost(sf.LSTM(1000, 1000, 4, bias=False), (T, 1000))
    assert one.params == 32_000_000
    hidden_alone = sum(
        weight.elements
        for layer in range(4)
        for _, step in one[f"l{layer}.0"].tree.children
        for weight in step.weights
        if weight.name == "weight_hh"
    )
    assert hidden_alone == 16_000_000
    encoder = sf.Sequential(sf.Embedding(160_000, 1000), sf.LSTM(1000, 1000, 4, bias=False))
    decoder = sf.Sequential(
        sf.Embedding(80_000, 1000),
        sf.LSTM(1000, 1000, 4, bias=False),
        sf.Linear(1000, 80_000, bias=False),
    )
    parts = [sf.cost(part, (T,)).params for part in (encoder, decoder)]
    assert sum(parts) == 384_000_000


def test_an_lstm_language_model():
    """Zaremba et al. 2014: 20M and 66M parameters, tied 51M (Inan et al. 2017, table 2)."""
    cost = sf.cost(sf.zoo.lstm_lm())
    V, N = sf.dims("V N")
    assert same(cost.params, 2 * V * h + V + L * 4 * (2 * h**2 + h))
    assert same(cost.macs, N * (8 * L * h**2 + V * h))
    assert same(cost.kv_cache, 2 * L * h)
    million = {
        name: round(sf.cost(sf.zoo.model(name)).params / 10**6)
        for name in ("lstm_lm_medium", "lstm_lm_large")
    }
    assert million == {"lstm_lm_medium": 20, "lstm_lm_large": 66}
    assert round(sf.cost(sf.zoo.lstm_lm_large(tied=True)).params / 10**6) == 51
    assert sf.cost(sf.zoo.lstm_lm_large(bias_vectors=2)).params == 66_034_000
    known = sf.cost(sf.zoo.lstm_lm_medium()).params
    assert cost.at(V=10_000, h=650, L=2).params == known == 19_775_200


def test_words_may_be_narrower_than_the_states():
    narrow = sf.cost(sf.zoo.lstm_lm(1000, 40, 3, 20, bias_vectors=2))
    assert narrow["lstm"].params == sf.cost(sf.LSTM(20, 40, 3), (T, 20)).params
    with pytest.raises(ArgumentError, match="tied as 'words'"):
        _ = sf.cost(sf.zoo.lstm_lm(1000, 40, 3, 20, tied=True)).params


def test_layers_of_unequal_width():
    """Merity et al. 2018: 24M on Penn Treebank and 33M (cut off) on WikiText-2, the words tied."""
    for words, million in ((10_000, 24), (33_278, 33)):
        model = sf.Sequential(
            sf.Shared("words", sf.Embedding(words, 400)),
            *(sf.LSTM(a, b) for a, b in ((400, 1150), (1150, 1150), (1150, 400))),
            sf.Shared("words", sf.Linear(400, words, bias=False)),
        )
        assert sf.cost(model, (70,)).params // 10**6 == million


# by hand


@pytest.mark.parametrize(
    ("cell", "mults", "adds", "flops"),
    [
        (sf.RNNCell(i, h), h * (i + h), h * (i + h) + h, 2 * h * (i + h) + 2 * h),
        (
            sf.LSTMCell(i, h),
            4 * h * (i + h) + 3 * h,  # f·c, i·g, o·tanh c'
            4 * h * (i + h + 1) + h + 3 * h,  # W·x + b + W·h + b; f·c + i·g; 1 + exp(-x)
            8 * h * (i + h) + 8 * h + 11 * h,  # σ three times 3, tanh twice
        ),
        (
            sf.GRUCell(i, h),
            3 * h * (i + h) + 3 * h,  # r·, (1 - z)·n, z·h
            3 * h * (i + h + 1) + 2 * h + 2 * h,  # the same; 1 - z and the sum; 1 + exp(-x)
            6 * h * (i + h) + 8 * h + 7 * h,  # σ twice 3, tanh
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_operation_of_a_step(cell, mults, adds, flops):
    cost = sf.cost(cell, (i,))
    assert same(cost.mults, mults)
    assert same(cost.adds, adds)
    assert same(cost.flops, flops)


def test_a_reset_before_the_product_takes_as_much():
    """Cho et al. 2014, equations 5 to 8: n = tanh(W·x + b + U·(r·h))."""

    def gru(inputs, counter):
        x, state = inputs
        batch, features = x.shape
        units = counter.sizes["h"]
        w, u = counter.weight(3, units, features), counter.weight(3, units, units)
        bias = counter.weight(3, units)

        def dot(matrix, gate, row, vector):
            return total([matrix[gate, row, j] * vector[j] for j in range(len(vector))])

        made = []
        for b in range(batch):
            v, last = [x[b, j] for j in range(features)], [state[b, j] for j in range(units)]
            r, z = (
                [
                    sigmoid(dot(w, gate, k, v) + bias[gate, k] + dot(u, gate, k, last))
                    for k in range(units)
                ]
                for gate in (0, 1)
            )
            reset = [a * b for a, b in zip(r, last, strict=True)]
            for k in range(units):
                new = (dot(w, 2, k, v) + bias[2, k] + dot(u, 2, k, reset)).tanh()
                made.append(z[k] * last[k] + (1 - z[k]) * new)
        return Array((batch, units), made)

    cost = sf.cost(sf.GRUCell(i, h, bias_vectors=1), ((i,), (h,)))
    verification = sf.verify(cost, gru)
    assert verification, verification


@pytest.mark.parametrize(("kind", "gates"), KINDS, ids=lambda value: getattr(value, "__name__", ""))
def test_layers_in_closed_form(kind, gates):
    """Both directions write to one output, and the layers behind the first read all of it."""
    one = sf.cost(kind(i, h, L), (T, i))
    assert same(one.macs, gates * T * h * (i + h + (L - 1) * 2 * h))
    assert same(one.params, gates * h * (i + h + 2 + (L - 1) * (2 * h + 2)))
    both = sf.cost(kind(i, h, L, bidirectional=True), (T, i))
    assert same(both.macs, 2 * gates * T * h * (i + h + (L - 1) * 3 * h))
    assert both.output == (T, 2 * h)
    assert same(both.activations, 2 * L * T * h)
    for layers in (1, 2, 5):
        laid_out = sf.cost(kind(i, h, layers, bidirectional=True), (T, i))
        for metric in ("params", "flops", "activations"):
            known = getattr(laid_out, metric)
            assert same(both.metric(metric).subs(L, layers), known)
            assert same(both.at(L=layers).metric(metric), known)


def test_layers_that_are_all_alike_are_one_repetition():
    cost = sf.cost(sf.LSTM(h, h, L), (T, h))
    assert cost.macs == 8 * L * T * h**2
    assert cost["layers.0"].macs == 8 * T * h**2
    assert cost.at(L=2)["l1"].macs == 8 * T * h**2


def test_a_projection_makes_every_product_with_the_state_smaller():
    """Sak et al. 2014: 4·(i + p)·h and p·h for the projection, in each layer."""
    p = sf.dim("p")
    cost = sf.cost(sf.LSTM(i, h, L, proj_size=p), (T, i))
    assert same(cost.macs, T * h * (4 * (i + p) + p + (L - 1) * (8 * p + p)))
    assert cost.output == (T, p)
    assert [str(condition) for condition in cost.conditions] == ["h >= p + 1"]
    assert same(cost.kv_cache, L * (p + h))
    with pytest.raises(ArgumentError, match="proj_size must be below hidden_size = 4"):
        cost.at(h=4, p=4)


def test_weights_are_there_once_and_have_pytorchs_names():
    cost = sf.cost(sf.LSTM(i, h, bidirectional=True), (T, i))
    weights = {
        weight.name: weight.elements
        for _, step in cost["l0.reverse.0"].tree.children
        for weight in step.weights
    }
    assert weights == {
        "weight_ih": 4 * h * i,
        "weight_hh": 4 * h**2,
        "bias_ih": 4 * h,
        "bias_hh": 4 * h,
    }
    assert same(cost.params, 2 * sum(weights.values()))
    assert not cost.params.has(T)


# axes


def test_a_batch_may_stand_behind_time():
    first = sf.cost(sf.GRU(i, h, 2), (B, T, i))
    behind = sf.cost(sf.GRU(i, h, 2, batch_first=False), (T, B, i))
    assert behind.output == (T, B, h)
    for metric in ("params", "flops", "activations", "kv_cache"):
        assert same(first.metric(metric), behind.metric(metric))
    both = sf.cost(sf.GRU(i, h, bidirectional=True, batch_first=False), (T, B, i))
    assert [both[f"l0.{way}"].tree.children[0][1].n for way in ("forward", "reverse")] == [T, T]
    alone = sf.cost(sf.GRU(i, h, 2, batch_first=False), (T, i))
    assert (alone.output, alone.kv_cache) == ((T, h), 2 * h)


def test_a_cell_may_get_its_state():
    given = sf.cost(sf.LSTMCell(i, h), ((B, i), (B, h), (B, h)))
    assert given.output == ((B, h), (B, h))
    assert given.flops == sf.cost(sf.LSTMCell(i, h), (B, i)).flops


def test_what_decoding_keeps():
    """A state, and an LSTM's memory, of each layer; nothing where the way back starts from the end."""
    assert sf.cost(sf.RNN(i, h, L), (T, i)).kv_cache == L * h
    assert sf.cost(sf.LSTM(i, h, 3), (B, T, i)).kv_cache == 6 * B * h
    assert sf.cost(sf.LSTM(i, h, 3), (T, i)).kv_cache_size("float32") == 24 * h
    assert sf.cost(sf.GRU(i, h, bidirectional=True), (T, i)).kv_cache == 0
    assert sf.cost(sf.Recurrent(sf.GRUCell(i, h), reverse=True), (T, i)).kv_cache == 0


def test_one_row_for_each_layer_and_direction():
    def rows(layer):
        return [row[0].path for row in sf.cost(layer, (5, 10)).table("layer").rows]

    assert rows(sf.LSTM(10, 20, 2)) == ["l0", "l1"]
    assert rows(sf.GRU(10, 20, bidirectional=True)) == ["l0.forward", "l0.reverse"]


def test_a_cell_of_ones_own_over_time():
    class Leaky(sf.Layer):
        units: sf.Size

        def forward(self, x):
            y = yield "linear", sf.Linear(self.units, self.units), x
            return (yield "relu", sf.ReLU(), y)

    cost = sf.cost(sf.Recurrent(Leaky(h)), (T, h))
    assert (cost.params, cost.macs) == (h * (h + 1), T * h**2)
    assert sf.verify(cost).holds is None


# PyTorch's arguments, and what is refused


LAYERS = "input_size hidden_size num_layers {} batch_first dropout bidirectional"


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (sf.RNN, LAYERS.format("nonlinearity bias")),
        (sf.LSTM, LAYERS.format("bias") + " proj_size"),
        (sf.GRU, LAYERS.format("bias")),
    ],
)
def test_arguments_are_pytorchs_in_its_order(kind, arguments):
    """PyTorch's own signatures hide them; all defaults but that of batch_first are PyTorch's."""
    parameters = inspect.signature(kind).parameters.values()
    positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    assert positional == arguments.split()
    defaults = {p.name: p.default for p in parameters}
    for name, default in {
        "num_layers": 1,
        "bias": True,
        "batch_first": True,
        "dropout": 0.0,
        "bidirectional": False,
        "nonlinearity": "tanh",
        "proj_size": 0,
    }.items():
        assert defaults.get(name, default) == default


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sf.LSTM(3, 0), "LSTM: hidden_size must be at least 1, got 0"),
        (lambda: sf.LSTM(3, 4, 0), "LSTM: num_layers must be at least 1"),
        (lambda: sf.LSTM(3, 4, 1.5), "LSTM: num_layers must be a whole number"),
        (lambda: sf.LSTM((3, 4), 4), "LSTM: input_size must be one number"),
        (lambda: sf.LSTM(3, 4, proj_size=4), "proj_size must be below hidden_size = 4, .* got 4"),
        (lambda: sf.LSTM(3, 4, proj_size=-1), "proj_size must be at least 0, got -1"),
        (lambda: sf.RNN(3, 4, nonlinearity="gelu"), "RNN: nonlinearity must be one of 'tanh', "),
        (lambda: sf.RNNCell(3, 4, nonlinearity="gelu"), "RNNCell: nonlinearity must be one of"),
        (lambda: sf.GRU(3, 4, dropout=1.5), "GRU: dropout must be from 0 to 1, got 3/2"),
        (lambda: sf.GRU(3, 4, bias_vectors=3), "GRU: bias_vectors must be one of 1, 2; got 3"),
        (lambda: sf.GRUCell(0, 4), "GRUCell: input_size must be at least 1, got 0"),
    ],
)
def test_arguments_that_cannot_be(build, message):
    with pytest.raises(ArgumentError, match=message):
        build()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (sf.LSTM(3, 4), (5, 2), "expects input_size = 3 features, got 2"),
        (sf.LSTM(3, 4), (3,), r"LSTM needs \(T, F\) or \(B, T, F\), got 1 axes"),
        (sf.LSTM(3, 4), (1, 1, 5, 3), r"LSTM needs \(T, F\) or \(B, T, F\), got 4 axes"),
        (sf.LSTMCell(3, 4), (2, 5, 3), r"LSTMCell needs \(F\) or \(B, F\), got 3 axes"),
        (sf.LSTMCell(3, 4), ((3,), (4,)), "takes 1 or 3 inputs, x alone or with its state; got 2"),
        (sf.GRUCell(3, 4), ((3,), (4,), (4,)), "takes 1 or 2 inputs"),
        (sf.LSTMCell(3, 4), ((3,), (4,), (5,)), "expects 4 units of a last state, got 5"),
        (sf.LSTMCell(3, 4, proj_size=2), ((3,), (4,), (4,)), "expects 2 units of a last state"),
        (sf.GRUCell(3, 4), ((6, 3), (5, 4)), "a last state for each of 6 samples, got 5"),
        (sf.Recurrent(sf.Unflatten(1, (3, 1))), (5, 3), r"a cell with an output of \(D,\), got"),
    ],
)
def test_inputs_that_cannot_be(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        sf.cost(layer, shape)
