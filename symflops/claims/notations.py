"""The letters of well-known papers, as the names that the layers' examples use.

A letter stands for the first of its names that the formula it is held against has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sympy

    from symflops.symbols import Symbol

TOKENS = ("N", "n_ctx", "T", "s", "n")
WIDTH = ("D", "d_model", "d", "C")
HEADS = ("h", "num_heads", "n_heads", "a")
HEAD = ("d_h", "head_dim", "d_head")
DEPTH = ("L", "n_layer", "l")
HIDDEN = ("d_ff", "F", "d_f")
WORDS = ("V", "n_vocab", "v")
BATCH = ("B", "b")

#: Letter → the names that it may have, by the paper.
NOTATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    # Narayanan et al. 2021 and Korthikanti et al. 2022, table 1
    "megatron": {
        "a": HEADS, "b": BATCH, "B": BATCH, "h": WIDTH, "l": DEPTH, "L": DEPTH, "s": TOKENS, "v": WORDS, "V": WORDS,
    },
    # Kaplan et al. 2020, section 1.3
    "kaplan": {
        "n_layer": DEPTH, "d_model": WIDTH, "d_ff": HIDDEN, "d_attn": ("d_attn", *WIDTH), "n_heads": HEADS,
        "n_ctx": ("n_ctx", *TOKENS), "n_vocab": WORDS, "n_l": DEPTH, "d_m": WIDTH, "d_f": HIDDEN, "d_a": ("d_attn", *WIDTH),
        "n_c": ("n_ctx", *TOKENS), "B": BATCH,
    },
    # Chowdhery et al. 2022, appendix B
    "palm": {"L": DEPTH, "H": HEADS, "Q": HEAD, "T": TOKENS},
    # Hoffmann et al. 2022, appendix F
    "chinchilla": {
        "seq_len": TOKENS, "vocab_size": WORDS, "d_model": WIDTH, "num_heads": HEADS, "key_size": HEAD, "kv_size": HEAD,
        "ffw_size": HIDDEN, "num_layers": DEPTH, "n_layers": DEPTH,
    },
    # Vaswani et al. 2017, table 1
    "vaswani": {
        "n": TOKENS, "d": WIDTH, "d_model": WIDTH, "d_ff": HIDDEN, "h": HEADS, "d_k": HEAD, "N": DEPTH, "k": ("k", "w"),
    },
    # Austin et al. 2025, How to scale your model
    "scaling_book": {
        "B": BATCH, "T": TOKENS, "S": ("S", "M", *TOKENS), "D": WIDTH, "F": HIDDEN, "L": DEPTH, "N": HEADS, "K": ("h_kv", "kv_heads", "g"),
        "H": HEAD, "V": WORDS,
    },
    # Howard et al. 2017, section 3
    "mobilenet": {"D_K": ("k",), "M": ("C_in", "C"), "N": ("C_out", "C"), "D_F": ("H", "W")},
    # PyTorch's arguments
    "pytorch": {
        "in_channels": ("C_in", "C"), "out_channels": ("C_out", "C"), "kernel_size": ("k",), "groups": ("g",), "stride": ("s",),
        "padding": ("p",), "in_features": ("d_in", "N_in", "D"), "out_features": ("d_out", "N_out", "D"), "embed_dim": WIDTH,
        "num_heads": HEADS, "d_model": WIDTH, "dim_feedforward": HIDDEN, "nhead": HEADS, "hidden_size": ("h", "H", *WIDTH),
        "num_embeddings": WORDS, "embedding_dim": WIDTH, "batch_size": BATCH,
    },
}  # fmt: skip


def letters(
    notation: str, claimed: Mapping[str, Symbol], known: Mapping[str, Symbol]
) -> dict[Symbol, sympy.Expr]:
    """Return what a paper's letters stand for, of those that a claim uses and a target has.

    >>> from symflops import dims
    >>> names = lambda text: {s.name: s for s in dims(text)}
    >>> letters("megatron", names("s h b"), names("N D h B"))
    {s: N, h: D, b: B}

    Raises:
        UnknownNameError: no such notation.
    """
    if notation not in NOTATIONS:
        raise UnknownNameError("notation", notation, NOTATIONS)
    table = NOTATIONS[notation]
    found = {}
    for name, symbol in claimed.items():
        meant = next((known[n] for n in table.get(name, ()) if n in known), None)
        if meant is not None:
            found[symbol] = meant
    return found
