"""LoRA's matrices, and the operations of pretraining as ELECTRA's authors count them."""

from __future__ import annotations

from claims.held import Held

import symflops as sf

L_a, d, r = sf.dims("L_a d r")


def adapted():
    """What LoRA adds to L_a square matrices."""
    square = sf.Repeat(sf.LoRA(sf.Linear(d, d, bias=False), r), L_a)
    return sf.cost(square, (1, d)).without("0.base")


def on_llama(rank, networks=3):
    """LoRA on the matrices of attention of Llama 2, and on those of its feed-forward networks."""
    shapes = [(4096, 4096)] * 4 + [(4096, 11008), (4096, 11008), (11008, 4096)][:networks]
    layers = [sf.LoRA(sf.Linear(*shape, bias=False), rank) for shape in shapes]
    costs = [sf.cost(layer, (1, layer.linear.in_features)).without("base") for layer in layers]
    return 32 * sum(found.params for found in costs)


ELECTRA = sf.Convention(
    "electra",
    "A MAC twice, a softmax as 5 for each score, a GELU as 8, a norm as 5, and what is looked up as a product.",
    "flops_computation.py",
    {("mul", "dot"): 2, ("add", "bias"): 1, ("exp", "softmax"): 5, ("div", "other"): 1}
    | {("add", "skip"): 1, ("erf", "act"): 8, ("sub", "norm"): 5, ("add", "other"): 1},
    dense=True,
)


def pretraining():
    """A million steps of 256 sequences on BERT-base, forward and as much backward, as the script counts them.

    Of 512 tokens 80 are guessed. Layers do not give dropout, positions that are looked up as a product, and
    the choice of the word; and the script leaves out the width in one norm of each block.
    """
    layers, width, heads, tokens, words, guessed = 12, 768, 12, 512, 30522, 80
    trunk = sf.cost(sf.zoo.bert_base(), (tokens,), ELECTRA).upto("encoder").flops
    head = sf.Sequential(
        sf.Linear(width, width),
        sf.GELU(),
        sf.LayerNorm(width),
        sf.Linear(width, words, bias=False),
        sf.Softmax(-1),
    )
    guesses = sf.cost(head, (guessed, width), ELECTRA).flops + 2 * words * guessed
    dropout = 4 * tokens * (layers * (tokens * heads + 2 * width) + width)
    positions, norms = 2 * tokens * tokens * width, 5 * layers * tokens * (width - 1)
    return 2 * 256 * 10**6 * (trunk + guesses + dropout + positions - norms)


CLAIMS = {
    "EL-4": Held(pretraining, text="latex"),
    "LO-1": Held(adapted, "params"),
    "LO-3": Held(
        lambda: on_llama(16),
        alternatives=lambda: {
            "r=8 all linear": on_llama(8),
            "r=16 attention only": on_llama(16, networks=0),
        },
    ),
}
