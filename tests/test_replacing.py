"""Ablations: every layer of a kind is another, wherever it stands."""

import pickle

import pytest
import sympy

import symflops as sf

N, D, L, H, W, C, r = sf.dims("N D L H W C r")
BLOCK = sf.Residual(
    sf.Sequential(
        norm=sf.LayerNorm(D), up=sf.Linear(D, 4 * D), act=sf.ReLU(), down=sf.Linear(4 * D, D)
    )
)
OTHER = sf.Residual(
    sf.Sequential(
        norm=sf.RMSNorm(D), up=sf.Linear(D, 4 * D), act=sf.ReLU(), down=sf.Linear(4 * D, D)
    )
)


class Yields(sf.Layer):
    """Its layers are no fields."""

    d: sf.Size

    def forward(self, x):
        y = yield "norm", sf.LayerNorm(self.d), x
        return (yield "out", sf.Linear(self.d, self.d), y)


METRICS = ("params", "mults", "adds", "macs", "flops", "activations")


@pytest.mark.parametrize(
    ("replaced", "by_hand"),
    [
        (BLOCK.replace("LayerNorm", sf.RMSNorm(D)), OTHER),
        (BLOCK.replace(sf.LayerNorm, sf.RMSNorm(D)), OTHER),
        (sf.Repeat(BLOCK, L).replace("LayerNorm", sf.RMSNorm(D)), sf.Repeat(OTHER, L)),
        (sf.Repeat(BLOCK.replace("LayerNorm", sf.RMSNorm(D)), L), sf.Repeat(OTHER, L)),
        (
            sf.Stack(lambda _: sf.Sequential(BLOCK, BLOCK), L).replace("LayerNorm", sf.RMSNorm(D)),
            sf.Repeat(sf.Sequential(OTHER, OTHER), L),
        ),
        (sf.LayerNorm(D).replace("LayerNorm", sf.RMSNorm(D)), sf.RMSNorm(D)),
        (
            Yields(D).replace("LayerNorm", sf.RMSNorm(D)),
            sf.Sequential(norm=sf.RMSNorm(D), out=sf.Linear(D, D)),
        ),
        (
            BLOCK.replace("ReLU", sf.SiLU()).replace("SiLU", sf.GELU()),  # also what was put in
            BLOCK.replace("ReLU", sf.GELU()),
        ),
        (
            sf.Sequential(BLOCK.replace("ReLU", sf.GELU()), sf.ReLU()).replace("GELU", sf.SiLU()),
            sf.Sequential(BLOCK.replace("ReLU", sf.SiLU()), sf.ReLU()),
        ),
        (
            sf.Linear(D, D).replace("Linear", lambda old: sf.Sequential(old, sf.ReLU(), old)),
            sf.Sequential(sf.Linear(D, D), sf.ReLU(), sf.Linear(D, D)),
        ),
        (
            BLOCK.replace(
                "Linear", lambda old: sf.LowRankLinear(old.in_features, old.out_features, r)
            ),
            sf.Residual(
                sf.Sequential(
                    sf.LayerNorm(D),
                    sf.LowRankLinear(D, 4 * D, r),
                    sf.ReLU(),
                    sf.LowRankLinear(4 * D, D, r),
                )
            ),
        ),
        (
            sf.Sequential(sf.Shared("w", sf.Linear(D, D)), sf.Shared("w", sf.Linear(D, D))).replace(
                "Linear", sf.Linear(D, D, bias=False)
            ),
            sf.Sequential(*[sf.Shared("w", sf.Linear(D, D, bias=False))] * 2),
        ),
    ],
)
def test_it_costs_what_the_layer_built_by_hand_costs(replaced, by_hand):
    a, b = sf.cost(replaced, (N, D)), sf.cost(by_hand, (N, D))
    for metric in METRICS:
        assert sympy.expand(a.metric(metric) - b.metric(metric)) == 0, metric


def test_a_layer_that_stands_in_several_places_is_another_only_where_it_is_asked_for():
    net = sf.Sequential(
        sf.ReLU(), sf.Sequential(sf.ReLU()).replace("ReLU", sf.Identity()), sf.ReLU()
    )
    assert sf.cost(net, (D,)).flops == 2 * D


def test_models_of_the_zoo():
    plain = sf.zoo.resnet18()
    ablated = plain.replace("BatchNorm2d", lambda old: sf.GroupNorm(32, old.num_features))
    cost = sf.cost(ablated)
    assert cost.params == sf.cost(plain).params
    assert cost.macs == sf.cost(plain).macs
    assert cost.at(H=224, W=224).macs == 1814073344
    assert "bn1 GroupNorm" in str(cost.table(depth=1))
    assert sf.cost(plain.replace("BatchNorm2d", sf.Identity())).params == 11689512 - 9600
    assert cost.receptive_field.size == sf.cost(plain).receptive_field.size


def test_language_models_bring_their_tokens():
    V, n_ctx = sf.dims("V n_ctx")
    plain = sf.cost(sf.zoo.gpt())
    cost = sf.cost(sf.zoo.gpt().replace("LayerNorm", sf.RMSNorm(D)))
    assert sympy.expand(plain.params - cost.params - D * (2 * L + 1)) == 0
    assert cost.output == plain.output == (N, V)
    assert cost.per("token").macs == plain.per("token").macs
    assert n_ctx in cost.symbols


def test_values_go_into_what_a_function_names_but_not_twice():
    low = BLOCK.replace(
        "Linear", lambda old: sf.LowRankLinear(old.in_features, old.out_features, r)
    )
    cost = sf.cost(low, (N, D))
    for values in ({r: 4}, {D: 2 * D}, {D: r, r: 2 * r}, {D: 8, r: 2, N: 3}):
        expected = cost.params.xreplace({s: sympy.sympify(v) for s, v in values.items()})
        assert sympy.expand(cost.at(values).params - expected) == 0
    assert sympy.expand(cost.at(D=2 * D).at(D=3 * D).params - cost.at(D=6 * D).params) == 0
    assert sf.cost(low, (N, D), assume="r = 2").params == cost.at(r=2).params


def test_it_prints_as_the_call_that_makes_it():
    replaced = BLOCK.replace("LayerNorm", sf.RMSNorm(D)).replace(sf.ReLU, sf.GELU())
    names = vars(sf) | {
        "D": D,
        **{name: getattr(sf, name) for name in sf.__all__ if name != "plot"},
    }
    assert repr(replaced).endswith(".replace('LayerNorm', RMSNorm(D)).replace('ReLU', GELU())")
    assert eval(repr(replaced), names) == replaced  # noqa: S307 - what is pasted back
    assert pickle.loads(pickle.dumps(replaced)) == replaced  # noqa: S301
    assert repr(sf.zoo.vgg11().replace("ReLU", sf.GELU())) == "zoo.vgg11().replace('ReLU', GELU())"
    assert (
        repr(sf.ReLU().replace("ReLU", lambda old: old).at({}))
        == "ReLU().replace('ReLU', <lambda>)"
    )


def test_oracle_runs_it():
    assert sf.verify(sf.cost(sf.Repeat(BLOCK, L).replace("LayerNorm", sf.RMSNorm(D)), (N, D)))
    assert sf.verify(sf.cost(Yields(D).replace("LayerNorm", sf.RMSNorm(D)), (N, D)))
    low = BLOCK.replace(
        "Linear", lambda old: sf.LowRankLinear(old.in_features, old.out_features, r)
    )
    assert sf.verify(sf.cost(low.replace("ReLU", sf.SiLU()), (N, D)))


def test_what_cannot_be_replaced():
    with pytest.raises(
        sf.UnknownNameError, match="unknown kind of layer 'LayerNrm'; did you mean 'LayerNorm'"
    ):
        sf.cost(BLOCK.replace("LayerNrm", sf.ReLU()), (N, D))
    with pytest.raises(sf.UnknownNameError, match="unknown kind of layer 'Conv2d'"):
        sf.cost(sf.Sequential(sf.Linear(D, D), BLOCK.replace("Conv2d", sf.ReLU())), (N, D))
    with pytest.raises(sf.UnknownNameError, match="'ReLU'"):  # it was replaced already
        sf.cost(BLOCK.replace("ReLU", sf.GELU()).replace("ReLU", sf.SiLU()), (N, D))
    with pytest.raises(sf.ArgumentError, match=r"write GELU\(\) for the class"):
        BLOCK.replace("ReLU", sf.GELU)
    with pytest.raises(sf.ArgumentError, match="needs a layer or a function of the old one, got 3"):
        BLOCK.replace("ReLU", 3)
    with pytest.raises(sf.ArgumentError, match="must return a layer, got 3 for ReLU"):
        sf.cost(BLOCK.replace("ReLU", lambda _: 3), (N, D))
    with pytest.raises(sf.ArgumentError, match="expected a word, got 3"):
        BLOCK.replace(3, sf.ReLU())
