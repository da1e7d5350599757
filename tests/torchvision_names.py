"""The weights of a model under the names that torchvision's has for them.

Most models of the zoo have torchvision's names. Transformers have layers here that are one tensor there, and
their blocks are counted as repetitions.
"""

import re

from symflops.trace import Step, Sum, Times

#: What the name of a weight becomes, one rule after the other.
SWIN = [
    (r"(features\.\d)\.(\d+)\.([01])\.", lambda m: f"{m[1]}.{2 * int(m[2]) + int(m[3])}."),
    (r"mlp\.up", "mlp.0"),
    (r"mlp\.down", "mlp.3"),
    (r"attn\.(bias|scale|position_bias)\.", "attn."),
]
RENAMED = {
    "vit_": [
        (r"^conv_proj\.proj", "conv_proj"),
        (r"^(class_token|encoder\.pos_embedding)\.weight", r"\1"),
        (r"^encoder\.layers\.", "encoder.layers.encoder_layer_"),
        (r"\b[qkv]_proj\.", "in_proj_"),  # one tensor there
        (r"mlp\.up", "mlp.0"),
        (r"mlp\.down", "mlp.3"),
    ],
    "swin_": SWIN,
    "maxvit_": [
        (r"^blocks\.(\d)\.0\.", r"blocks.\1.layers.0.layers."),
        (r"^blocks\.(\d)\.1\.(\d+)\.", lambda m: f"blocks.{m[1]}.layers.{int(m[2]) + 1}.layers."),
        (r"attn\.bias\.", "attn."),
        (r"attn_norm", "attn_layer.0"),
        (r"attn\.qkv", "attn.to_qkv"),
        (r"attn\.proj", "attn.merge"),
        (r"_attention\.attn\.", "_attention.attn_layer.1."),
        (r"mlp_norm", "mlp_layer.0"),
        (r"_attention\.fc1", "_attention.mlp_layer.1"),
        (r"_attention\.fc2", "_attention.mlp_layer.3"),
    ],
}


def weights(node, path=()):
    """Yield the path of every weight with its elements, block by block."""
    if isinstance(node, Times) and not node.shared:
        for i in range(int(node.n)):
            yield from weights(node.child, (*path, str(i)))
    elif isinstance(node, Times | Sum):
        yield from weights(node.child, path)
    elif isinstance(node, Step):
        yield from ((".".join((*path[:-1], w.name)), w.elements) for w in node.weights)
    else:
        for name, child in node.children:
            yield from weights(child, (*path, name) if name else path)


def torchvision_weights(model, tree):
    """Return name → elements; weights that come to one name are parts of one tensor."""
    rules = next((rules for start, rules in RENAMED.items() if model.startswith(start)), ())
    found = {}
    for own, elements in weights(tree):
        name = own
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        found[name] = found.get(name, 0) + elements
    return found
