"""Published models as layers, under torchvision's names where it has them.

``zoo.vgg16()`` has the published sizes and brings its own input, ``(3, H, W)``. The number of classes may be a
symbol, and where the family has them so may width, depths, growth, cardinality and reduction:
``zoo.resnet50(depths=(3, 4, L, 3))``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from symflops.errors import UnknownNameError

_MODULES = {
    "symflops.zoo.alexnets": "alexnet alexnet_original",
    "symflops.zoo.berts": "bert bert_base bert_large",
    "symflops.zoo.clips": "clip clip_vit_b_32 clip_vit_b_16 clip_vit_l_14 clip_vit_l_14_336",
    "symflops.zoo.convnext": "convnext_tiny convnext_small convnext_base convnext_large",
    "symflops.zoo.deepseeks": "deepseek deepseek_v2 deepseek_v3",
    "symflops.zoo.densenet": "densenet121 densenet161 densenet169 densenet201",
    "symflops.zoo.dits": (
        "dit dit_s_8 dit_s_4 dit_s_2 dit_b_8 dit_b_4 dit_b_2 dit_l_8 dit_l_4 dit_l_2 dit_xl_8 dit_xl_4 "
        "dit_xl_2"
    ),
    "symflops.zoo.efficientnets": (
        "efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 "
        "efficientnet_b6 efficientnet_b7 efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l"
    ),
    "symflops.zoo.googlenets": "googlenet",
    "symflops.zoo.gpts": (
        "gpt gpt2 gpt2_medium gpt2_large gpt2_xl gpt3_small gpt3_medium gpt3_large gpt3_xl gpt3_2_7b "
        "gpt3_6_7b gpt3_13b gpt3_175b"
    ),
    "symflops.zoo.inception": "inception_v3",
    "symflops.zoo.lenet": "lenet5",
    "symflops.zoo.llamas": "llama llama2_7b llama2_13b llama2_70b llama3_8b llama3_70b llama3_405b",
    "symflops.zoo.mambas": (
        "mamba mamba_130m mamba_370m mamba_790m mamba_1_4b mamba_2_8b "
        "mamba2 mamba2_130m mamba2_370m mamba2_780m mamba2_1_3b mamba2_2_7b"
    ),
    "symflops.zoo.maxvits": "maxvit_t",
    "symflops.zoo.mixtrals": "mistral_7b mixtral mixtral_8x7b",
    "symflops.zoo.mnasnet": "mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3",
    "symflops.zoo.mobile_segmentation": "deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large",
    "symflops.zoo.mobilenet_v3": "mobilenet_v3_large mobilenet_v3_small",
    "symflops.zoo.mobilenets": "mobilenet_v1 mobilenet_v2",
    "symflops.zoo.qwens": "qwen2_0_5b qwen2_1_5b qwen2_7b qwen2_72b",
    "symflops.zoo.recurrent_models": "lstm_lm lstm_lm_medium lstm_lm_large",
    "symflops.zoo.regnets": (
        "regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf "
        "regnet_x_32gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf regnet_y_8gf "
        "regnet_y_16gf regnet_y_32gf regnet_y_128gf"
    ),
    "symflops.zoo.resnet": (
        "resnet18 resnet34 resnet50 resnet101 resnet152 "
        "resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 wide_resnet101_2 "
        "resnet50_v1 resnet101_v1 resnet152_v1 se_resnet50 se_resnet101 se_resnet152"
    ),
    "symflops.zoo.segmentation": (
        "fcn_resnet50 fcn_resnet101 deeplabv3_resnet50 deeplabv3_resnet101"
    ),
    "symflops.zoo.shufflenets": (
        "shufflenet_v1 shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0"
    ),
    "symflops.zoo.squeezenet": "squeezenet1_0 squeezenet1_1",
    "symflops.zoo.swins": "swin_t swin_s swin_b swin_v2_t swin_v2_s swin_v2_b",
    "symflops.zoo.t5s": "t5 t5_small t5_base t5_large t5_3b t5_11b",
    "symflops.zoo.transformers_2017": "transformer transformer_base transformer_big",
    "symflops.zoo.unets": "unet",
    "symflops.zoo.vgg": "vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn",
    "symflops.zoo.vits": (
        "vit vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14 deit_tiny deit_small deit_base "
        "deit_tiny_distilled deit_small_distilled deit_base_distilled"
    ),
    "symflops.zoo.whispers": (
        "whisper whisper_tiny whisper_base whisper_small whisper_medium whisper_large"
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}


def names() -> list[str]:
    """Return the names of all models.

    >>> from symflops import zoo
    >>> zoo.names()[:2]
    ['alexnet', 'alexnet_original']
    """
    return list(_HOME)


def model(name: str, /, **arguments: Any) -> Any:
    """Return the model of this name.

    Raises:
        UnknownNameError: no model has this name.
    """
    if name not in _HOME:
        raise UnknownNameError("model", name, _HOME)
    return getattr(import_module(_HOME[name]), name)(**arguments)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    message = f"module 'symflops.zoo' has no attribute {name!r}"
    # with the module Python finds the name that is meant
    raise AttributeError(message, name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:  # what Jupyter offers behind ``zoo.``
    return [*_HOME, "model", "names"]
