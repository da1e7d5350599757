"""Which sign of Unicode and which command of LaTeX means what: tables alone."""

from __future__ import annotations

from symflops.typeset.spelling import GREEK
from symflops.typeset.styles import BY_LETTER

#: Signs that mean the same as another.
SAME = {
    **dict.fromkeys("·⋅×∗∙•＊✕⨯", "*"),
    **dict.fromkeys("−–—－﹣", "-"),
    **dict.fromkeys("÷∕⁄／", "/"),
    **dict.fromkeys("≈≃≅∼≒", "≈"),
    **dict.fromkeys("≤⩽≦", "<="),
    **dict.fromkeys("≥⩾≧", ">="),
    **dict.fromkeys("’′´", "'"),
    **dict.fromkeys(("==", ":=", "≡", "≔", "≜"), "="),
    "″": "''",
    "【": "[",
    "】": "]",
    "、": ",",
    "。": ".",
    "∣": "|",
    **dict.fromkeys(("≪", "<<"), "<"),
    **dict.fromkeys(("≫", ">>"), ">"),
    "∝": "∝",
    "≠": "!=",
    "**": "^",
}
RELATIONS = {"=", "≈", "<", ">", "<=", ">=", "!=", "∝"}
#: Commands of LaTeX that are signs.
COMMANDS = {
    **dict.fromkeys(("cdot", "times", "ast", "bullet", "cdotp"), "*"),
    **dict.fromkeys(("div", "slash"), "/"),
    **dict.fromkeys(("approx", "simeq", "cong", "sim", "approxeq", "thickapprox"), "≈"),
    **dict.fromkeys(("leq", "le", "leqslant", "lesssim"), "<="),
    **dict.fromkeys(("geq", "ge", "geqslant", "gtrsim"), ">="),
    **dict.fromkeys(("ll", "lt"), "<"),
    **dict.fromkeys(("gg", "gt"), ">"),
    **dict.fromkeys(("neq", "ne"), "!="),
    **dict.fromkeys(("equiv", "coloneqq", "triangleq", "doteq"), "="),
    **dict.fromkeys(("lvert", "rvert", "vert", "mid"), "|"),
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "propto": "∝",
    "lbrack": "[",
    "rbrack": "]",
    "lbrace": "(",
    "rbrace": ")",
    "{": "(",
    "}": ")",
    "|": "|",
    "%": "%",
    "colon": ":",
}

#: Commands that are space alone, or the size of the sign behind them.
SPACES = {
    *("quad", "qquad", "thinspace", "medspace", "thickspace", "enspace", "negthinspace", "hfill"),
    *("left", "right", "middle", "displaystyle", "textstyle", "limits", "nolimits", "hfil"),
    *(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")),
    *",;!: >\n\t/",
}
#: Commands that hold a word, or set a letter in another face.
GROUPING = {
    *("text", "textrm", "textit", "textbf", "textsf", "texttt", "textnormal", "mbox", "hbox"),
    *("mathrm", "mathit", "mathbf", "mathsf", "mathtt", "mathnormal", "mathcal", "mathbb"),
    *("mathscr", "mathfrak", "boldsymbol", "bm", "operatorname", "rm", "it", "bf", "cal", "mathop"),
}
ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "tilde": "tilde",
    "widetilde": "tilde",
    "bar": "bar",
    "overline": "bar",
    "vec": "vec",
    "dot": "dot",
    "underline": "bar",
}
GREEK_COMMANDS = {*GREEK, "varepsilon", "vartheta", "varrho", "varsigma", "varphi", "ell", "hbar"}
GREEK_LETTERS = {**BY_LETTER, "ϵ": "epsilon", "ϕ": "phi", "ℓ": "ell"}

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni", strict=True))
SUBSCRIPTS = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True)
)
FRACTIONS = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅖": "2/5",
    "⅗": "3/5",
    "⅘": "4/5",
    "⅙": "1/6",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}

#: What is read as one word below a letter without braces: C_in, d_model.
USUAL_SUBSCRIPTS = sorted(
    {
        *("in", "out", "ff", "ffn", "mlp", "model", "head", "heads", "layer", "layers", "hidden"),
        *("hid", "kv", "qk", "ctx", "attn", "vocab", "seq", "max", "min", "img", "emb", "embd"),
        *("len", "exp", "el", "mid", "total", "inner", "state", "rope", "nope", "conv", "kernel"),
        *("batch", "dim", "embed", "params", "tokens", "token", "expert", "experts", "groups"),
        *("channels", "size", "rank", "patch", "class", "mem", "enc", "dec", "src", "tgt", "win"),
    },
    key=len,
    reverse=True,
)
#: Words that are no products of their letters, even where letters stand for themselves.
QUANTITIES = sorted(
    {
        *(
            "FLOPs",
            "FLOPS",
            "FLOP",
            "Flops",
            "flops",
            "gflops",
            "macs",
            "parameters",
            "KFLOPs",
            "MFLOPs",
            "GFLOPs",
            "TFLOPs",
        ),
        *("PFLOPs", "GFLOPS", "MFLOPS", "TFLOPS", "MACs", "MAC", "MACC", "GMACs", "MMACs"),
        *(
            "TMACs",
            "MAdds",
            "MAdd",
            "Params",
            "params",
            "bytes",
            "Bytes",
            "Memory",
            "memory",
            "FFN",
            "MLP",
        ),
        *("RF", "MFU", "HFU", "MHA", "LSTM", "GRU", "thousand", "million", "billion", "trillion"),
    },
    key=len,
    reverse=True,
)
#: Words of a sentence, or of a program, which are no symbols and no products of their letters.
SENTENCE_WORDS = {
    *("and", "else", "for", "if", "mod", "not", "of", "or", "per", "the", "where", "with"),
}
#: Words that people write out in formulas of plain text.
WORDS = {
    *("activation", "activations", "active", "attention", "batch", "bias", "biases", "bits"),
    *("block", "blocks", "cache", "channel", "channels", "classes", "depth"),
    *("dilation", "dim", "dimension", "embed", "embedding", "embeddings", "expert", "experts"),
    *("feature", "features", "filter", "filters", "group", "groups"),
    *("head", "heads", "height", "hidden", "image", "input", "inputs", "kernel", "kernels"),
    *("layer", "layers", "length", "map", "maps", "model", "num", "number", "output"),
    *("outputs", "padding", "parameter", "patch", "patches", "pixels"),
    *("pool", "rank", "sample", "samples", "seq", "sequence", "size", "sizes", "state", "step"),
    *("steps", "stride", "token", "tokens", "total", "vocab", "vocabulary", "weight", "weights"),
    *("width", "window"),
}
