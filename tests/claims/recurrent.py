"""Recurrent networks and state-space models: LSTM, GRU, Mamba."""

from __future__ import annotations

from claims.held import Held

import symflops as sf
from symflops.conventions import named

B, D, L, M, N, d, h, i, m, n = sf.dims("B D L M N d h i m n")
#: A MAC, and every other product and sum, once; activations are free, or once as well.
BY_TOOLS = named("mac+bias").counting("other")
WITH_FUNCTIONS = sf.Convention(
    "with functions",
    "A MAC, any other product or sum, and a sigmoid or tanh count once.",
    "by hand",
    dict(BY_TOOLS.weights) | {("exp", "act"): 1, ("tanh", "act"): 1},
)
#: Two for a MAC, one for every other product and sum; a bias is left out beside the sum of the states.
STATES = sf.Convention(
    "states",
    "A MAC counts twice, any other product or sum once, biases and activations nothing.",
    "by hand",
    {("mul", "dot"): 2, ("mul", "other"): 1, ("add", "other"): 1},
)
#: A sum for each product of a dot product.
FMA = named("2mac").counting("act", "other")


def lstm(inp, hidden, **options):
    return sf.LSTMCell(inp, hidden, **options), (inp,)


def stacked(layers, **options):
    return sf.LSTM(5, 32, layers, **options), (1, 5)


def of_gru_and_rnn():
    gru, rnn = (sf.cost(cell(m, n), (m,)) for cell in (sf.GRUCell, sf.RNNCell))
    return sf.ratio(gru, rnn, "params")


def hidden_to_hidden():
    """LSTM layers without the matrices that take the inputs in."""
    whole = sf.cost(sf.LSTM(1000, 1000, 4, bias=False), (1, 1000)).params
    return whole - 4 * sf.cost(sf.Linear(1000, 4 * 1000, bias=False), (1000,)).params


def scan():
    """The operations of a selective scan, as many sums as products."""
    layer = sf.SelectiveScan(D, N)
    return sf.cost(layer, [(B, L, D), (B, L, D), (B, L, N), (B, L, N)], FMA).flops


def two_blocks():
    block = sf.cost(sf.MambaBlock(D), (N, D))
    return 2 * (block["in_proj"].params + block["out_proj"].params)


CLAIMS = {
    "RN-1": Held(
        lstm(m, n),
        "params",
        exact=sf.cost(*lstm(m, n, bias_vectors=1)).params,
        strict=sf.cost(*lstm(m, n)).params,
    ),
    "RN-3": Held(of_gru_and_rnn),
    "RN-4": Held(
        lstm(i, h),
        "flops",
        exact=sf.cost(*lstm(i, h), "2mac").flops,
        strict=sf.cost(*lstm(i, h), STATES).flops,
    ),
    "RN-6": Held(
        sf.cost(*lstm(i, h), BY_TOOLS),
        "flops",
        exact=sf.cost(*lstm(i, h), BY_TOOLS).flops,
        strict=sf.cost(*lstm(i, h), WITH_FUNCTIONS).flops,
    ),
    "RN-7": Held(sf.cost(*lstm(i, h), BY_TOOLS).flops),
    "RN-8": Held(stacked(2), "macs"),
    "RN-9": Held(
        (sf.Linear(N, M), (B, N)),
        "flops",
        verdict="correct_under_convention",
        difference=0,
        why="that a sum of N products takes N additions, and the bias one more, is how many tools count",
    ),
    "TX-2": Held((sf.RNN(d, d), (n, d)), "macs", text="latex"),
    "MA-2": Held(
        scan,
        verdict="wrong",
        why="against what is done one after the other; other scans take other numbers of operations, which no "
        "layer makes",
    ),
    "MA-3": Held(two_blocks),
    "S2S-2": Held(
        (sf.LSTM(1000, 1000, 4, bias=False), (1, 1000)), "params", strict=hidden_to_hidden
    ),
}
