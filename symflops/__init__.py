"""symflops: what neural networks cost, in symbols.

Layers are defined with symbolic dimensions; symflops gives closed forms for parameters, multiplications,
additions, MACs and FLOPs, says under which convention, and puts numbers in only when asked.

Nothing is loaded before it is used: this module is a table of names.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symflops import conventions as conventions
    from symflops import plot as plot
    from symflops import zoo as zoo
    from symflops.analysis.asymptotics import Leading as Leading
    from symflops.analysis.asymptotics import leading as leading
    from symflops.analysis.asymptotics import limit as limit
    from symflops.analysis.crossings import Crossover as Crossover
    from symflops.analysis.crossings import crossover as crossover
    from symflops.analysis.optima import Optimum as Optimum
    from symflops.analysis.optima import optimum as optimum
    from symflops.arrangement import display as display
    from symflops.bibliography.cited import Bibliography as Bibliography
    from symflops.bibliography.cited import bibtex as bibtex
    from symflops.claims.judging import check as check
    from symflops.claims.verdicts import Verdict as Verdict
    from symflops.comparison import compare as compare
    from symflops.comparison import ratio as ratio
    from symflops.conventions import Convention as Convention
    from symflops.costs import Cost as Cost
    from symflops.costs import cost as cost
    from symflops.derivations.derivation import Derivation as Derivation
    from symflops.derivations.deriving import derive as derive
    from symflops.documents.marked_tables import check_table as check_table
    from symflops.errors import ArgumentError as ArgumentError
    from symflops.errors import ConditionError as ConditionError
    from symflops.errors import NotClosedError as NotClosedError
    from symflops.errors import ReadError as ReadError
    from symflops.errors import ShapeError as ShapeError
    from symflops.errors import SymbolError as SymbolError
    from symflops.errors import SymflopsError as SymflopsError
    from symflops.errors import UnknownNameError as UnknownNameError
    from symflops.glossary import notation_table as notation_table
    from symflops.layers.activation import GELU as GELU
    from symflops.layers.activation import GLU as GLU
    from symflops.layers.activation import Hardsigmoid as Hardsigmoid
    from symflops.layers.activation import Hardswish as Hardswish
    from symflops.layers.activation import Hardtanh as Hardtanh
    from symflops.layers.activation import LogSoftmax as LogSoftmax
    from symflops.layers.activation import ReLU as ReLU
    from symflops.layers.activation import ReLU6 as ReLU6
    from symflops.layers.activation import Sigmoid as Sigmoid
    from symflops.layers.activation import SiLU as SiLU
    from symflops.layers.activation import Softmax as Softmax
    from symflops.layers.activation import Tanh as Tanh
    from symflops.layers.adapters import Adapter as Adapter
    from symflops.layers.adapters import LoRA as LoRA
    from symflops.layers.attention import MultiheadAttention as MultiheadAttention
    from symflops.layers.base import Layer as Layer
    from symflops.layers.base import Size as Size
    from symflops.layers.bilinear import Bilinear as Bilinear
    from symflops.layers.cache import Kept as Kept
    from symflops.layers.cache import Precomputed as Precomputed
    from symflops.layers.causal_conv import CausalConv1d as CausalConv1d
    from symflops.layers.cells import GRUCell as GRUCell
    from symflops.layers.cells import LSTMCell as LSTMCell
    from symflops.layers.cells import RNNCell as RNNCell
    from symflops.layers.channel_attention import CBAM as CBAM
    from symflops.layers.channel_attention import ECA as ECA
    from symflops.layers.channel_attention import SqueezeExcitation as SqueezeExcitation
    from symflops.layers.combine import Add as Add
    from symflops.layers.combine import Concat as Concat
    from symflops.layers.combine import Multiply as Multiply
    from symflops.layers.combine import Parallel as Parallel
    from symflops.layers.combine import Residual as Residual
    from symflops.layers.combine import Sequential as Sequential
    from symflops.layers.combine import Shared as Shared
    from symflops.layers.conv import Conv1d as Conv1d
    from symflops.layers.conv import Conv2d as Conv2d
    from symflops.layers.conv import Conv3d as Conv3d
    from symflops.layers.conv import DepthwiseConv1d as DepthwiseConv1d
    from symflops.layers.conv import DepthwiseConv2d as DepthwiseConv2d
    from symflops.layers.conv import DepthwiseConv3d as DepthwiseConv3d
    from symflops.layers.conv import PointwiseConv2d as PointwiseConv2d
    from symflops.layers.conv import SeparableConv2d as SeparableConv2d
    from symflops.layers.cosine import ContinuousBias as ContinuousBias
    from symflops.layers.cosine import LogitScale as LogitScale
    from symflops.layers.cosine import Normalize as Normalize
    from symflops.layers.deformable import DeformConv2d as DeformConv2d
    from symflops.layers.depth import Repeat as Repeat
    from symflops.layers.depth import Stack as Stack
    from symflops.layers.diagonal import S4D as S4D
    from symflops.layers.dynamic import DynamicConv2d as DynamicConv2d
    from symflops.layers.embedding import Embedding as Embedding
    from symflops.layers.experts import MixtureOfExperts as MixtureOfExperts
    from symflops.layers.feedforward import FeedForward as FeedForward
    from symflops.layers.feedforward import GeGLU as GeGLU
    from symflops.layers.feedforward import SwiGLU as SwiGLU
    from symflops.layers.fourier import FFTConv2d as FFTConv2d
    from symflops.layers.fused import Fused as Fused
    from symflops.layers.gated_linear import GatedLinearAttention as GatedLinearAttention
    from symflops.layers.gated_linear import GatedRecurrence as GatedRecurrence
    from symflops.layers.globalpool import GlobalAvgPool1d as GlobalAvgPool1d
    from symflops.layers.globalpool import GlobalAvgPool2d as GlobalAvgPool2d
    from symflops.layers.globalpool import GlobalAvgPool3d as GlobalAvgPool3d
    from symflops.layers.globalpool import GlobalMaxPool1d as GlobalMaxPool1d
    from symflops.layers.globalpool import GlobalMaxPool2d as GlobalMaxPool2d
    from symflops.layers.globalpool import GlobalMaxPool3d as GlobalMaxPool3d
    from symflops.layers.groupnorm import GroupNorm as GroupNorm
    from symflops.layers.groupnorm import InstanceNorm1d as InstanceNorm1d
    from symflops.layers.groupnorm import InstanceNorm2d as InstanceNorm2d
    from symflops.layers.groupnorm import InstanceNorm3d as InstanceNorm3d
    from symflops.layers.latent_attention import (
        MultiheadLatentAttention as MultiheadLatentAttention,
    )
    from symflops.layers.linear import Linear as Linear
    from symflops.layers.linear_attention import ELUPlusOne as ELUPlusOne
    from symflops.layers.linear_attention import KernelAttention as KernelAttention
    from symflops.layers.linear_attention import LinearAttention as LinearAttention
    from symflops.layers.lowrank import CPConv2d as CPConv2d
    from symflops.layers.lowrank import LowRankLinear as LowRankLinear
    from symflops.layers.lowrank import TuckerConv2d as TuckerConv2d
    from symflops.layers.mobile import GhostModule as GhostModule
    from symflops.layers.mobile import InvertedResidual as InvertedResidual
    from symflops.layers.mobile import ShuffleUnit as ShuffleUnit
    from symflops.layers.norm import BatchNorm1d as BatchNorm1d
    from symflops.layers.norm import BatchNorm2d as BatchNorm2d
    from symflops.layers.norm import BatchNorm3d as BatchNorm3d
    from symflops.layers.norm import LayerNorm as LayerNorm
    from symflops.layers.norm import LocalResponseNorm as LocalResponseNorm
    from symflops.layers.norm import RMSNorm as RMSNorm
    from symflops.layers.patches import PatchEmbed as PatchEmbed
    from symflops.layers.pool import AdaptiveAvgPool1d as AdaptiveAvgPool1d
    from symflops.layers.pool import AdaptiveAvgPool2d as AdaptiveAvgPool2d
    from symflops.layers.pool import AdaptiveAvgPool3d as AdaptiveAvgPool3d
    from symflops.layers.pool import AdaptiveMaxPool1d as AdaptiveMaxPool1d
    from symflops.layers.pool import AdaptiveMaxPool2d as AdaptiveMaxPool2d
    from symflops.layers.pool import AdaptiveMaxPool3d as AdaptiveMaxPool3d
    from symflops.layers.pool import AvgPool1d as AvgPool1d
    from symflops.layers.pool import AvgPool2d as AvgPool2d
    from symflops.layers.pool import AvgPool3d as AvgPool3d
    from symflops.layers.pool import MaxPool1d as MaxPool1d
    from symflops.layers.pool import MaxPool2d as MaxPool2d
    from symflops.layers.pool import MaxPool3d as MaxPool3d
    from symflops.layers.positions import ClassToken as ClassToken
    from symflops.layers.positions import LearnedPositions as LearnedPositions
    from symflops.layers.positions import SinusoidalPositions as SinusoidalPositions
    from symflops.layers.rearrange import ChannelShuffle as ChannelShuffle
    from symflops.layers.rearrange import PixelShuffle as PixelShuffle
    from symflops.layers.rearrange import PixelUnshuffle as PixelUnshuffle
    from symflops.layers.rearrange import ZeroPad1d as ZeroPad1d
    from symflops.layers.rearrange import ZeroPad2d as ZeroPad2d
    from symflops.layers.rearrange import ZeroPad3d as ZeroPad3d
    from symflops.layers.rectifiers import CELU as CELU
    from symflops.layers.rectifiers import ELU as ELU
    from symflops.layers.rectifiers import SELU as SELU
    from symflops.layers.rectifiers import LeakyReLU as LeakyReLU
    from symflops.layers.rectifiers import LogSigmoid as LogSigmoid
    from symflops.layers.rectifiers import Mish as Mish
    from symflops.layers.rectifiers import PReLU as PReLU
    from symflops.layers.rectifiers import RReLU as RReLU
    from symflops.layers.rectifiers import Softplus as Softplus
    from symflops.layers.rectifiers import Threshold as Threshold
    from symflops.layers.recurrent import GRU as GRU
    from symflops.layers.recurrent import LSTM as LSTM
    from symflops.layers.recurrent import RNN as RNN
    from symflops.layers.recurrent import Bidirectional as Bidirectional
    from symflops.layers.recurrent import Recurrent as Recurrent
    from symflops.layers.reduction import Amax as Amax
    from symflops.layers.reduction import Mean as Mean
    from symflops.layers.resize import Upsample as Upsample
    from symflops.layers.rotary import RotaryEmbedding as RotaryEmbedding
    from symflops.layers.score_bias import ALiBi as ALiBi
    from symflops.layers.score_bias import RelativePositionBias as RelativePositionBias
    from symflops.layers.scores import MaskedSoftmax as MaskedSoftmax
    from symflops.layers.scores import ScaleScores as ScaleScores
    from symflops.layers.scores import Scores as Scores
    from symflops.layers.scores import Weighting as Weighting
    from symflops.layers.selective import MambaBlock as MambaBlock
    from symflops.layers.selective import SelectiveScan as SelectiveScan
    from symflops.layers.shape import AlphaDropout as AlphaDropout
    from symflops.layers.shape import Dropout as Dropout
    from symflops.layers.shape import Dropout1d as Dropout1d
    from symflops.layers.shape import Dropout2d as Dropout2d
    from symflops.layers.shape import Dropout3d as Dropout3d
    from symflops.layers.shape import Flatten as Flatten
    from symflops.layers.shape import Identity as Identity
    from symflops.layers.shape import Permute as Permute
    from symflops.layers.shape import Select as Select
    from symflops.layers.shape import Split as Split
    from symflops.layers.shape import Unflatten as Unflatten
    from symflops.layers.shrinking import Hardshrink as Hardshrink
    from symflops.layers.shrinking import Softshrink as Softshrink
    from symflops.layers.shrinking import Softsign as Softsign
    from symflops.layers.shrinking import Tanhshrink as Tanhshrink
    from symflops.layers.state_space import SSD as SSD
    from symflops.layers.state_space import Mamba2Block as Mamba2Block
    from symflops.layers.transformer import Transformer as Transformer
    from symflops.layers.transformer import TransformerDecoder as TransformerDecoder
    from symflops.layers.transformer import TransformerDecoderLayer as TransformerDecoderLayer
    from symflops.layers.transformer import TransformerEncoder as TransformerEncoder
    from symflops.layers.transformer import TransformerEncoderLayer as TransformerEncoderLayer
    from symflops.layers.transposed import ConvTranspose1d as ConvTranspose1d
    from symflops.layers.transposed import ConvTranspose2d as ConvTranspose2d
    from symflops.layers.transposed import ConvTranspose3d as ConvTranspose3d
    from symflops.layers.unfold import Fold as Fold
    from symflops.layers.unfold import Im2colConv2d as Im2colConv2d
    from symflops.layers.unfold import Unfold as Unfold
    from symflops.layers.window_attention import PartitionAttention as PartitionAttention
    from symflops.layers.window_attention import ShiftedWindowAttention as ShiftedWindowAttention
    from symflops.layers.window_attention import (
        ShiftedWindowAttentionV2 as ShiftedWindowAttentionV2,
    )
    from symflops.layers.windows import WindowBias as WindowBias
    from symflops.layers.windows import WindowMerge as WindowMerge
    from symflops.layers.windows import WindowPartition as WindowPartition
    from symflops.layers.winograd import WinogradConv2d as WinogradConv2d
    from symflops.newcommands import macros as macros
    from symflops.oracle.checking import Verification as Verification
    from symflops.oracle.checking import verify as verify
    from symflops.pages.composing import Page as Page
    from symflops.pages.composing import report as report
    from symflops.primitives import bias_add as bias_add
    from symflops.primitives import contract as contract
    from symflops.primitives import einsum as einsum
    from symflops.primitives import elementwise as elementwise
    from symflops.primitives import move as move
    from symflops.primitives import op as op
    from symflops.primitives import reduce as reduce
    from symflops.primitives import softmax as softmax
    from symflops.primitives import unknown as unknown
    from symflops.printed import Formula as Formula
    from symflops.reading.formulas import parse as parse
    from symflops.reading.readings import Growth as Growth
    from symflops.reading.readings import Relation as Relation
    from symflops.shares import share as share
    from symflops.symbols import dim as dim
    from symflops.symbols import dims as dims
    from symflops.symbols import family as family
    from symflops.trace import Shape as Shape
    from symflops.trace import Weight as Weight
    from symflops.units import si as si

__version__ = "0.4.0"

#: Public name → the module that defines it.
_MODULES = {
    "symflops.symbols": "dim dims family",
    "symflops.printed": "Formula",
    "symflops.arrangement": "display",
    "symflops.glossary": "notation_table",
    "symflops.primitives": "bias_add contract einsum elementwise move op reduce softmax unknown",
    "symflops.trace": "Shape Weight",
    "symflops.conventions": "Convention",
    "symflops.bibliography.cited": "Bibliography bibtex",
    "symflops.newcommands": "macros",
    "symflops.costs": "Cost cost",
    "symflops.shares": "share",
    "symflops.claims.judging": "check",
    "symflops.claims.verdicts": "Verdict",
    "symflops.derivations.derivation": "Derivation",
    "symflops.derivations.deriving": "derive",
    "symflops.documents.marked_tables": "check_table",
    "symflops.reading.formulas": "parse",
    "symflops.reading.readings": "Growth Relation",
    "symflops.analysis.asymptotics": "Leading leading limit",
    "symflops.analysis.crossings": "Crossover crossover",
    "symflops.analysis.optima": "Optimum optimum",
    "symflops.comparison": "compare ratio",
    "symflops.units": "si",
    "symflops.layers.base": "Layer Size",
    "symflops.layers.cells": "GRUCell LSTMCell RNNCell",
    "symflops.layers.combine": "Add Concat Multiply Parallel Residual Sequential Shared",
    "symflops.layers.depth": "Repeat Stack",
    "symflops.layers.conv": (
        "Conv1d Conv2d Conv3d DepthwiseConv1d DepthwiseConv2d DepthwiseConv3d PointwiseConv2d "
        "SeparableConv2d"
    ),
    "symflops.layers.latent_attention": "MultiheadLatentAttention",
    "symflops.layers.linear": "Linear",
    "symflops.layers.linear_attention": "ELUPlusOne KernelAttention LinearAttention",
    "symflops.layers.attention": "MultiheadAttention",
    "symflops.layers.scores": "MaskedSoftmax ScaleScores Scores Weighting",
    "symflops.layers.rotary": "RotaryEmbedding",
    "symflops.layers.score_bias": "ALiBi RelativePositionBias",
    "symflops.layers.cache": "Kept Precomputed",
    "symflops.layers.embedding": "Embedding",
    "symflops.layers.feedforward": "FeedForward GeGLU SwiGLU",
    "symflops.layers.positions": "ClassToken LearnedPositions SinusoidalPositions",
    "symflops.layers.patches": "PatchEmbed",
    "symflops.layers.transformer": (
        "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder "
        "TransformerEncoderLayer"
    ),
    "symflops.layers.channel_attention": "CBAM ECA SqueezeExcitation",
    "symflops.layers.mobile": "GhostModule InvertedResidual ShuffleUnit",
    "symflops.layers.reduction": "Amax Mean",
    "symflops.layers.norm": (
        "BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm LocalResponseNorm RMSNorm"
    ),
    "symflops.layers.activation": (
        "GELU GLU Hardsigmoid Hardswish Hardtanh LogSoftmax ReLU ReLU6 SiLU Sigmoid Softmax Tanh"
    ),
    "symflops.layers.pool": (
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
        "AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d MaxPool1d MaxPool2d MaxPool3d"
    ),
    "symflops.layers.shape": (
        "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d Flatten Identity Permute Select Split Unflatten"
    ),
    "symflops.layers.rectifiers": (
        "CELU ELU LeakyReLU LogSigmoid Mish PReLU RReLU SELU Softplus Threshold"
    ),
    "symflops.layers.shrinking": "Hardshrink Softshrink Softsign Tanhshrink",
    "symflops.layers.transposed": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "symflops.layers.resize": "Upsample",
    "symflops.layers.rearrange": (
        "ChannelShuffle PixelShuffle PixelUnshuffle ZeroPad1d ZeroPad2d ZeroPad3d"
    ),
    "symflops.layers.recurrent": "Bidirectional GRU LSTM RNN Recurrent",
    "symflops.layers.bilinear": "Bilinear",
    "symflops.layers.unfold": "Fold Im2colConv2d Unfold",
    "symflops.layers.lowrank": "CPConv2d LowRankLinear TuckerConv2d",
    "symflops.layers.groupnorm": "GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    "symflops.layers.globalpool": (
        "GlobalAvgPool1d GlobalAvgPool2d GlobalAvgPool3d GlobalMaxPool1d GlobalMaxPool2d "
        "GlobalMaxPool3d"
    ),
    "symflops.layers.cosine": "ContinuousBias LogitScale Normalize",
    "symflops.layers.deformable": "DeformConv2d",
    "symflops.layers.dynamic": "DynamicConv2d",
    "symflops.layers.window_attention": (
        "PartitionAttention ShiftedWindowAttention ShiftedWindowAttentionV2"
    ),
    "symflops.layers.windows": "WindowBias WindowMerge WindowPartition",
    "symflops.layers.winograd": "WinogradConv2d",
    "symflops.layers.fourier": "FFTConv2d",
    "symflops.layers.fused": "Fused",
    "symflops.layers.experts": "MixtureOfExperts",
    "symflops.layers.adapters": "Adapter LoRA",
    "symflops.layers.causal_conv": "CausalConv1d",
    "symflops.layers.selective": "MambaBlock SelectiveScan",
    "symflops.layers.diagonal": "S4D",
    "symflops.layers.state_space": "SSD Mamba2Block",
    "symflops.layers.gated_linear": "GatedLinearAttention GatedRecurrence",
    "symflops.oracle.checking": "Verification verify",
    "symflops.pages.composing": "Page report",
    "symflops.errors": (
        "ArgumentError ConditionError NotClosedError ReadError ShapeError SymbolError SymflopsError "
        "UnknownNameError"
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
SUBMODULES = ("conventions", "plot", "zoo")

__all__ = sorted([*_HOME, *SUBMODULES])  # noqa: PLE0605 - derived from the one table


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in SUBMODULES:
        value = import_module(f"symflops.{name}")
    else:
        message = f"module 'symflops' has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=sys.modules[__name__])
    globals()[name] = value
    return value


def homes() -> dict[str, str]:
    """Return public name → the module that defines it."""
    return dict(_HOME)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
