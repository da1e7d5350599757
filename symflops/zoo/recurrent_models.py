"""LSTM language models. ``lstm_lm()`` is the family in symbols, the others are its members.

>>> import symflops as sf
>>> sf.cost(sf.zoo.lstm_lm()).params.expand()
8*L*h**2 + 4*L*h + 2*V*h + V
>>> sf.cost(sf.zoo.lstm_lm_large()).params
66022000
"""

from __future__ import annotations

from typing import Any

from symflops.layers.combine import Sequential, Shared
from symflops.layers.embedding import Embedding
from symflops.layers.linear import Linear
from symflops.layers.recurrent import LSTM
from symflops.symbols import dims
from symflops.zoo.published import register, sized

PAPER = "Zaremba et al. 2014, Recurrent neural network regularization, section 4.1"
V, h, L = dims("V h L")
STEPS = 35  # over which the networks were unrolled in training


def _lstm_lm(
    vocab_size: Any = V,
    hidden_size: Any = h,
    num_layers: Any = L,
    embed_dim: Any = None,
    *,
    tied: bool = False,
    bias_vectors: Any = 1,
) -> Sequential:
    """Tokens as vectors, L layers of LSTM, and a softmax's scores for every word of the vocabulary.

    Every size may be a symbol. Vectors are as wide as the LSTM unless ``embed_dim`` says otherwise. With ``tied``
    the table of words is the head once more, which then has no bias. One vector of biases, as in the paper's
    equations; PyTorch's LSTM has ``bias_vectors=2``.
    """
    width = hidden_size if embed_dim is None else embed_dim
    embedding = Embedding(vocab_size, width)
    head = Linear(hidden_size, vocab_size, bias=not tied)
    return Sequential(
        embedding=Shared("words", embedding) if tied else embedding,
        lstm=LSTM(width, hidden_size, num_layers, bias_vectors=bias_vectors),
        head=Shared("words", head) if tied else head,
    )


def _member(name: str, units: int) -> Any:
    doc = f"The {name} LSTM of Penn Treebank: 2 layers of {units} units, a vocabulary of 10,000."
    build = sized(_lstm_lm, doc, vocab_size=10_000, hidden_size=units, num_layers=2)
    return register(f"lstm_lm_{name}", build, PAPER, usual=(STEPS,), brings=("N",))


lstm_lm = register("lstm_lm", _lstm_lm, PAPER, usual=dims("N"), brings=("N",))
lstm_lm_medium = _member("medium", 650)
lstm_lm_large = _member("large", 1500)
