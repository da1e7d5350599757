"""Qwen2: Llama's blocks with biases of queries, keys and values; the head of the small ones is tied.

>>> import symflops as sf
>>> sf.cost(sf.zoo.qwen2_7b()).params, sf.cost(sf.zoo.qwen2_0_5b()).params
(7615616512, 494032768)
"""

from __future__ import annotations

from typing import Any

from symflops.zoo.llamas import member

QWEN2 = "Yang et al. 2024, Qwen2 technical report, table 1"


def _qwen2(name: str, size: str, params: int, *sizes: int, tied: bool) -> Any:
    names = ("vocab_size", "d_model", "num_layers", "num_heads", "kv_heads", "d_ff")
    return member(
        name,
        QWEN2,
        params,
        "the released weights, elements of all tensors",
        doc=(
            f"Qwen2 {size}. The vocabulary is that of the released weights, padded beyond the 151,646 tokens "
            "of the report."
        ),
        context=32768,
        **dict(zip(names, sizes, strict=True)),
        qkv_bias=True,
        tied=tied,
    )


qwen2_0_5b = _qwen2("qwen2_0_5b", "0.5B", 494_032_768, 151936, 896, 24, 14, 2, 4864, tied=True)
qwen2_1_5b = _qwen2("qwen2_1_5b", "1.5B", 1_543_714_304, 151936, 1536, 28, 12, 2, 8960, tied=True)
qwen2_7b = _qwen2("qwen2_7b", "7B", 7_615_616_512, 152064, 3584, 28, 28, 4, 18944, tied=False)
qwen2_72b = _qwen2("qwen2_72b", "72B", 72_706_203_648, 152064, 8192, 80, 64, 8, 29568, tied=False)
