"""What layers move: inputs, weights and outputs, each once, held against loops and against PyTorch's tensors."""

import itertools

import pytest
from models import model_cost

import symflops as sf
from symflops.exprs import joined
from symflops.layers.cache import Precomputed
from symflops.metrics import Mover

C, D, E, H, L, N, T, V, W, k = sf.dims("C D E H L N T V W k")


def moved(layer, *inputs):
    return joined(Mover()(sf.cost(layer, list(inputs) if len(inputs) > 1 else inputs[0]).root))


def places(*sizes):
    """One for every element that is touched, touched one by one."""
    return sum(1 for _ in itertools.product(*map(range, sizes)))


@pytest.mark.parametrize(
    ("layer", "inputs", "tensors"),
    [
        (sf.Conv2d(3, 4, 3), [(3, 5, 6)], [(3, 5, 6), (4, 3, 3, 3), (4,), (4, 3, 4)]),
        (
            sf.Conv2d(4, 4, 3, groups=2, bias=False),
            [(4, 5, 5)],
            [(4, 5, 5), (4, 2, 3, 3), (4, 3, 3)],
        ),
        (sf.Linear(3, 5), [(7, 3)], [(7, 3), (5, 3), (5,), (7, 5)]),
        (sf.LayerNorm(6), [(4, 6)], [(4, 6), (6,), (6,), (4, 6)]),
        (sf.MaxPool2d(2), [(3, 4, 6)], [(3, 4, 6), (3, 2, 3)]),
        (sf.ReLU(), [(3, 4)], [(3, 4), (3, 4)]),
        (sf.Add(), [(3, 4), (3, 4)], [(3, 4), (3, 4), (3, 4)]),
        (sf.Multiply(), [(3, 4, 4), (3, 1, 1)], [(3, 4, 4), (3, 1, 1), (3, 4, 4)]),
        (sf.Concat(dim=1), [(3, 4), (2, 4)], [(3, 4), (2, 4), (5, 4)]),
        (sf.Flatten(), [(3, 4, 4)], []),
        (sf.Sequential(sf.Identity(), sf.Dropout(0.5), sf.Permute((0, 2, 1))), [(3, 4)], []),
        # a row of two is looked up for each of three words
        (sf.Embedding(9, 2), [(3,)], [(3,), (3, 2), (3, 2)]),
        # and no more than the table is read for fifty
        (sf.Embedding(9, 2), [(50,)], [(50,), (9, 2), (50, 2)]),
        (Precomputed(sf.Linear(3, 5)), [(7, 3)], []),
        # weights are tied, and read both times
        (
            sf.Sequential(*[sf.Shared("w", sf.Linear(3, 3, bias=False))] * 2),
            [(7, 3)],
            [(7, 3), (3, 3), (7, 3)] * 2,
        ),
        # nothing is moved between the layers of a kernel
        (
            sf.Fused(sf.Sequential(sf.Linear(3, 5), sf.GELU(), sf.Linear(5, 2))),
            [(7, 3)],
            [(7, 3), (5, 3), (5,), (2, 5), (2,), (7, 2)],
        ),
        (
            sf.MultiheadAttention(4, 2, bias=False, scale=False),
            [(3, 4)],
            [(3, 4), (4, 4), (3, 4)] * 4  # projections
            + [(3, 4), (3, 4), (2, 3, 3)]  # scores
            + [(2, 3, 3)] * 2  # softmax
            + [(2, 3, 3), (3, 4), (3, 4)],  # weighting
        ),
        # a cell reads its weights in each of its steps
        (
            sf.RNN(2, 3, bias=False),
            [(5, 2)],
            [(5, 2), (5, 3)] + [(3, 2), (3, 3)] * 5,
        ),
    ],
)
def test_every_tensor_is_touched_once(layer, inputs, tensors):
    assert moved(layer, *inputs) == sum(places(*sizes) for sizes in tensors)


def test_a_repetition_moves_as_often():
    block = sf.Residual(sf.Conv2d(C, C, 3, padding=1))
    deep = sf.cost(sf.Repeat(block, L), (C, H, W)).at(L=3)
    laid_out = sf.cost(sf.Sequential(block, block, block), (C, H, W))
    assert joined(Mover()(deep.root)) == joined(Mover()(laid_out.root))
    grown = sf.Stack(lambda i: sf.Linear(D * 2**i, D * 2 ** (i + 1), bias=False), L)
    each = sum(moved(sf.Linear(2**i, 2 ** (i + 1), bias=False), (2**i,)) for i in range(3))
    assert joined(Mover()(sf.cost(grown, (D,)).at(D=1, L=3).root)) == each


@pytest.mark.parametrize(("tokens", "read"), [(1, 2), (3, 6), (100, 8)])
def test_experts_are_read_that_tokens_meet(tokens, read):
    mixture = sf.MixtureOfExperts(4, 8, 2, sf.Linear(4, 4, bias=False))
    experts = sf.cost(mixture, (tokens, 4))["experts.0"]
    handed = 2 * tokens * 8
    whole = sf.cost(mixture, (tokens, 4))
    rest = joined(Mover()(whole.without("experts").root))
    assert experts.params == 16
    assert joined(Mover()(whole.root)) - rest == 16 * read + handed


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "gpt2", "mixtral_8x7b", "mamba_130m"])
def test_numbers_may_be_put_in_before_or_after(name):
    cost = model_cost(name)
    values = dict.fromkeys(cost.symbols, 64)
    before = joined(Mover()(cost.at(values).root))
    assert before.is_Integer
    assert joined(Mover()(cost.root)).subs(values) == before


def test_every_model_is_known():
    for name in sf.zoo.names():
        assert Mover()(model_cost(name).root), name


class Mixed(sf.Layer):
    """A layer with a step of its own beside another layer."""

    width: sf.Size

    def forward(self, x):
        y = yield "up", sf.Linear(self.width, self.width), x
        yield "scale", sf.elementwise("mul", y)
        return y


def test_what_is_not_known_is_refused():
    with pytest.raises(sf.ArgumentError, match=r"Mixed has steps of its own beside layers.*Fused"):
        moved(Mixed(4), (4,))
    assert moved(sf.Fused(Mixed(4)), (4,)) == 4 + 4 * 5 + 4


def test_tensors_of_pytorch_have_as_many():
    torch = pytest.importorskip("torch", reason="PyTorch is not there")
    nn = torch.nn
    theirs = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, groups=4, bias=False),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(48, 5),
    ).eval()
    ours = sf.Sequential(
        sf.Conv2d(3, 8, 3, stride=2, padding=1),
        sf.BatchNorm2d(8),
        sf.ReLU(),
        sf.MaxPool2d(2),
        sf.Conv2d(8, 12, 3, groups=4, bias=False),
        sf.AdaptiveAvgPool2d(2),
        sf.Flatten(),
        sf.Linear(48, 5),
    )
    touched = []

    def count(module, inputs, output):
        if not isinstance(module, nn.Flatten):
            tensors = (*inputs, output, *module.parameters())
            touched.append(sum(tensor.numel() for tensor in tensors))

    for module in theirs:
        module.register_forward_hook(count)
    theirs(torch.zeros(2, 3, 32, 32))
    assert moved(ours, (2, 3, 32, 32)) == sum(touched)
