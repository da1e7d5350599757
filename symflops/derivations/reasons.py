"""The sentences of derivations, one table a language, and the words that stand in them.

A place is filled with a formula, ``{outputs}``; with a count and its noun, ``{mul:multiplication}`` or
``{n:entry|entries}``; with a word of :data:`WORDS`, ``{metric!w}``; with operations and how many there are of
each, ``{counts!o}``; or with code, ``{name!c}``. Both languages have the same keys and the same places.
"""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        # what one output takes
        "dot": "Each of the {outputs} outputs is a dot product of {terms:term}: {counts!o}.",
        "bias": "The bias is one more addition an output.",
        "each": "Each of the {outputs} elements takes {counts!o}.",
        "reduced": "Each of the {outputs} outputs is taken from {entries:entry|entries}: {counts!o}.",
        "row": "Each of the {rows} rows has {entries:entry|entries}: {counts!o}.",
        "own": "{why}: {counts!o}.",
        "nothing": "{name} takes no operation.",
        # lines
        "one_output": "one output, times the outputs",
        "collected": "like terms collected",
        "factored": "common factors in front",
        "expanded": "multiplied out",
        "sum": "the sum of the parts",
        "values": "the numbers put in",
        "closed": "the sum closed",
        "as_asked": "in the form asked for",
        # the whole
        "where": "where",
    },
    "zh": {
        "dot": "{outputs} 个输出各是 {terms} 项的内积：{counts!o}。",
        "bias": "偏置使每个输出再多一次加法。",
        "each": "{outputs} 个元素各需 {counts!o}。",
        "reduced": "{outputs} 个输出各由 {entries} 个元素得到：{counts!o}。",
        "row": "共 {rows} 行，每行 {entries} 个元素：{counts!o}。",
        "own": "{why}：{counts!o}。",
        "nothing": "{name} 不需要任何运算。",
        "one_output": "一个输出的次数乘以输出个数",
        "collected": "合并同类项",
        "factored": "提取公因式",
        "expanded": "展开",
        "sum": "各部分之和",
        "values": "代入数值",
        "closed": "求和",
        "as_asked": "化为所要的形式",
        "where": "其中",
    },
}

#: Words by their keys: in English with the plural where there is one.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "mul": "multiplication|multiplications",
        "add": "addition|additions",
        "sub": "subtraction|subtractions",
        "div": "division|divisions",
        "cmp": "comparison|comparisons",
        "exp": "exponential|exponentials",
        "log": "logarithm|logarithms",
        "sqrt": "square root|square roots",
        "erf": "error function|error functions",
        "tanh": "hyperbolic tangent|hyperbolic tangents",
        "pow": "power|powers",
        "unknown": "operation that nobody has counted|operations that nobody has counted",
        "output": "output|outputs",
        "flops": "FLOPs",
        "macs": "MACs",
        "mults": "multiplications",
        "adds": "additions",
        "params": "parameters",
        "active_params": "active parameters",
        "activations": "activations",
        "kv_cache": "elements of the KV cache",
        "model_size": "bytes of the weights",
        "kv_cache_size": "bytes of the KV cache",
        "and": " and ",
        "comma": ", ",
        "space": " ",
        "one": "one",
    },
    "zh": {
        "mul": "乘法",
        "add": "加法",
        "sub": "减法",
        "div": "除法",
        "cmp": "比较",
        "exp": "指数运算",
        "log": "对数运算",
        "sqrt": "开平方",
        "erf": "误差函数",
        "tanh": "双曲正切",
        "pow": "乘幂",
        "unknown": "未统计的运算",
        "output": "输出",
        "flops": "FLOPs",
        "macs": "MACs",
        "mults": "乘法次数",
        "adds": "加法次数",
        "params": "参数量",
        "active_params": "激活参数量",
        "activations": "激活元素数",
        "kv_cache": "KV 缓存元素数",
        "model_size": "权重字节数",
        "kv_cache_size": "KV 缓存字节数",
        "and": "和",
        "comma": "、",
        "space": "",
        "one": "一",
    },
}
