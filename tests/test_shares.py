"""Shares of a cost: what belongs to several parts counts once, and parts are of one cost."""

import pytest
import sympy

import symflops as sf

C, D, E, H, W = sf.dims("C D E H W")
LINES = sf.Sequential(
    features=sf.Sequential(sf.Conv2d(C, C, 3, padding=1), sf.ReLU(), sf.Conv2d(C, C, 3, padding=1)),
    head=sf.Conv2d(C, C, 1),
)
BLOCKS = sf.Sequential(
    blocks=sf.Repeat(sf.Sequential(a=sf.Linear(D, D), b=sf.ReLU()), 4), out=sf.Linear(D, E)
)
TIED = sf.Sequential(
    sf.Shared("w", sf.Linear(D, D)), sf.Shared("w", sf.Linear(D, D)), sf.Linear(D, E)
)


@pytest.mark.parametrize(
    ("part", "metric", "share"),
    [
        ("Conv2d+features.0", "macs", 1),
        ("features.0+features.0", "macs", sympy.Rational(9, 19)),
        ("features+features.0", "macs", sympy.Rational(18, 19)),
        ("features.0+features.2", "macs", sympy.Rational(18, 19)),
        ("features.0+head", "macs", sympy.Rational(10, 19)),
        ("features+Conv2d", "flops", 1),
        ("Sequential+Conv2d", "flops", 1),
        ("features.0.conv+features.0", "flops", 18 * C / (38 * C + 1)),
        ("features.0.conv+features.0.bias+ReLU", "flops", (18 * C + 1) / (38 * C + 1)),
        ("features.0.conv+features.0.bias", "activations", sympy.Rational(1, 4)),
    ],
)
def test_what_belongs_to_several_parts_counts_once(part, metric, share):
    assert sympy.cancel(sf.share(sf.cost(LINES, (C, H, W)), part, metric) - share) == 0


@pytest.mark.parametrize(
    ("part", "share"),
    [
        ("blocks.0", (2 * D + 1) / (8 * D + 2 * E + 4)),
        ("blocks.0+blocks.1", (2 * D + 1) / (4 * D + E + 2)),
        ("blocks.0+blocks", (4 * D + 2) / (4 * D + E + 2)),
        ("blocks.0+Linear", (8 * D + 2 * E + 1) / (8 * D + 2 * E + 4)),
        ("Linear+out", (4 * D + E) / (4 * D + E + 2)),
    ],
)
def test_blocks_of_a_repetition(part, share):
    assert sympy.cancel(sf.share(sf.cost(BLOCKS, (D,)), part, "flops") - share) == 0


@pytest.mark.parametrize(
    ("part", "share"), [("0", D / (D + E)), ("0+1", D / (D + E)), ("0+Linear", 1), ("0+1+2", 1)]
)
def test_tied_weights_count_once(part, share):
    assert sympy.cancel(sf.share(sf.cost(TIED, (D,)), part, "params") - share) == 0


N, L = sf.dims("N L")
ATTENTION = sf.Sequential(attn=sf.MultiheadAttention(D, 8), mlp=sf.Linear(D, D))
DEEP = sf.Sequential(sf.Repeat(ATTENTION, L), sf.Repeat(ATTENTION, 3), scores=sf.Linear(D, D))


@pytest.mark.parametrize(
    ("part", "share"),
    [
        ("scores+weighting", N / (N + 2 * D)),
        ("q_proj+k_proj+v_proj+out_proj", 2 * D / (N + 2 * D)),
        ("weighting", N / (2 * N + 4 * D)),
        ("Scores+scores", N / (2 * N + 4 * D)),
        ("scores.scores", N / (2 * N + 4 * D)),  # a step of the layer
        ("Scores+Weighting+q_proj", (2 * N + D) / (2 * N + 4 * D)),
    ],
)
def test_names_wherever_they_stand(part, share):
    deep = sf.Sequential(
        sf.Repeat(sf.Residual(sf.MultiheadAttention(D, 8)), L), sf.MultiheadAttention(D, 8)
    )
    for cost in (sf.cost(sf.MultiheadAttention(D, 8), (N, D)), sf.cost(deep, (N, D))):
        assert sympy.cancel(sf.share(cost, part) - share) == 0


@pytest.mark.parametrize(
    ("part", "share"),
    [
        ("scores", D / (D + (L + 3) * (5 * D + 2 * N))),  # a path comes before a name
        ("attn.scores", N * (L + 3) / (D + (L + 3) * (5 * D + 2 * N))),
        ("mlp", D * (L + 3) / (D + (L + 3) * (5 * D + 2 * N))),
        ("0.0.mlp+mlp", D * (L + 3) / (D + (L + 3) * (5 * D + 2 * N))),
        ("0.0+mlp", (D * (L + 3) + 4 * D + 2 * N) / (D + (L + 3) * (5 * D + 2 * N))),
        ("1.2.attn+0.0.mlp", (5 * D + 2 * N) / (D + (L + 3) * (5 * D + 2 * N))),
        ("attn+mlp+scores", 1),
        ("0+1.0+mlp", (L * (5 * D + 2 * N) + 7 * D + 2 * N) / (D + (L + 3) * (5 * D + 2 * N))),
    ],
)
def test_paths_come_before_names(part, share):
    assert sympy.cancel(sf.share(sf.cost(DEEP, (N, D)), part) - share) == 0


def test_names_in_blocks_that_differ():
    stack = sf.Stack(
        lambda i: sf.Sequential(up=sf.Linear(D, (i + 1) * D), down=sf.Linear((i + 1) * D, D)), L
    )
    assert sf.share(sf.cost(stack, (D,)), "up") == sympy.Rational(1, 2)


def test_shares_of_every_metric():
    cost = sf.cost(sf.Repeat(ATTENTION, L), (N, D))
    for metric in ("params", "mults", "adds", "flops", "activations", "model_size"):
        parts = [sf.share(cost, part, metric) for part in ("attn", "mlp")]
        assert sympy.cancel(sum(parts) - 1) == 0
    assert sf.share(cost, "q_proj", "params") == sympy.Rational(1, 5)
    assert sf.share(cost.per("token"), "scores+weighting") == sf.share(cost, "scores+weighting")


def test_ties_of_one_name_count_once_wherever_they_stand():
    tied = sf.Sequential(
        a=sf.Sequential(lin=sf.Shared("w", sf.Linear(D, D, bias=False))),
        b=sf.Sequential(
            lin=sf.Shared("w", sf.Linear(D, D, bias=False)), out=sf.Linear(D, E, bias=False)
        ),
    )
    assert sf.share(sf.cost(tied, (D,)), "lin", "params") == D / (D + E)


def test_the_attention_of_a_language_model():
    cost = sf.cost(sf.zoo.gpt())
    V = sf.dim("V")
    share = sf.share(cost, "scores+weighting")
    assert sympy.cancel(share - 2 * L * N / (12 * D * L + 2 * L * N + V)) == 0


def test_a_part_that_is_not_there():
    with pytest.raises(sf.UnknownNameError, match="unknown layer 'score'; did you mean"):
        sf.share(sf.cost(ATTENTION, (N, D)), "score+weighting")
    with pytest.raises(sf.UnknownNameError, match=r"unknown layer '1\.3'"):
        sf.share(sf.cost(DEEP, (N, D)), "1.3")
    with pytest.raises(sf.UnknownNameError, match=r"unknown layer .features\.9."):
        sf.share(sf.cost(LINES, (C, H, W)), "Conv2d+features.9")
