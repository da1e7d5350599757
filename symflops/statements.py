"""The sentence for a paper: what was counted, by which convention, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Rational

from symflops.errors import UnknownNameError
from symflops.symbols import exact
from symflops.units import percent

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.trace import Shape

SENTENCES = {
    "en": {
        "counted": "Operations are counted by the convention “{name}”: {sentence}",
        "input": "The input is {shape}.",
        "portion": "Operations are per {unit}: their number is divided by {count}.",
        "omitted": "Not counted: {roles}.",
        "share": "{role} ({share} of all elementary operations)",
        "below": "less than {share}",
        "masked": "Pairs of positions that a mask rules out are not counted.",
        "all": "Nothing is left out.",
        "conditions": "The formulas hold for {conditions}.",
        "listed": ", ",
    },
    "zh": {
        "counted": "运算次数按约定“{name}”统计：{sentence}",
        "input": "输入为 {shape}。",
        "portion": "运算次数按每个{unit}计：即除以 {count}。",
        "omitted": "未计入：{roles}。",
        "share": "{role}（占全部基本运算的 {share}）",
        "below": "不到 {share}",
        "masked": "被掩码排除的位置对不计入。",
        "all": "没有遗漏任何运算。",
        "conditions": "公式成立的条件：{conditions}。",
        "listed": "、",
    },
}
CONVENTIONS_ZH = {
    "exact": "每个基本运算（加、减、乘、除、比较、指数、对数、开方、erf、tanh）各计一次。",
    "mac": "只统计卷积和矩阵乘法，一次乘法连同其加法计为一次。",
    "2mac": "只统计卷积和矩阵乘法，一次乘法连同其加法计为两次。",
    "mac+bias": "一次乘法连同其加法计为一次，偏置另计一次。",
    "2mac+bias": "一次乘法连同其加法计为两次，偏置另计一次。",
    "2mac+2bias": "一次乘法连同其加法计为两次，偏置也计两次。",
    "chinchilla": (
        "只统计矩阵乘法，一次乘法连同其加法计为两次；注意力不计掩码而全部统计，嵌入按独热向量与嵌入表的乘积统计，"
        "softmax 每个分数计三次。"
    ),
}
UNITS_ZH = {"token": " token ", "sample": "样本", "pixel": "像素"}
ROLE_NAMES = {
    "en": {
        "dot.conv": "convolutions",
        "dot.linear": "matrix products",
        "dot.attention": "attention",
        "dot.other": "other dot products",
        "bias": "biases",
        "act": "activations",
        "norm": "normalisation",
        "pool": "pooling",
        "softmax": "softmax",
        "skip": "skip connections",
        "other": "other operations",
    },
    "zh": {
        "dot.conv": "卷积",
        "dot.linear": "矩阵乘法",
        "dot.attention": "注意力",
        "dot.other": "其他内积",
        "bias": "偏置",
        "act": "激活函数",
        "norm": "归一化",
        "pool": "池化",
        "softmax": "softmax",
        "skip": "残差相加",
        "other": "其他运算",
    },
}


def statement(cost: Cost, lang: str = "en") -> str:
    """Return what was counted and what not, in English or Chinese.

    Raises:
        UnknownNameError: a language that is neither.
    """
    if lang not in SENTENCES:
        raise UnknownNameError("language", lang, SENTENCES)
    words, roles = SENTENCES[lang], ROLE_NAMES[lang]
    convention = cost.convention
    sentence = (
        convention.sentence
        if lang == "en"
        else CONVENTIONS_ZH.get(convention.name, convention.sentence)
    )
    inputs = [shape.written(batched=cost.batched) for shape in cost.root.inputs]
    shapes = words["listed"].join(map(_shape, inputs))
    said = [words["counted"].format(name=convention.name, sentence=sentence)]
    said.append(words["input"].format(shape=shapes))
    if (portion := cost.setup.portion).unit:
        unit = portion.unit if lang == "en" else UNITS_ZH[portion.unit]
        said.append(words["portion"].format(unit=unit, count=portion.count))
    left_out = []
    for item in cost.omitted:
        share = exact(item.share)
        role = roles[item.role]
        if share.is_Rational:
            least = Rational(1, 1000)
            small = words["below"].format(share=percent(least)) if share < least / 2 else ""
            role = words["share"].format(role=role, share=small or percent(share))
        left_out.append(role)
    omitted = words["omitted"].format(roles=words["listed"].join(left_out))
    said.append(omitted if left_out else words["all"])
    if not convention.dense and any(step.counts and step.dense for step in cost.steps):
        said.append(words["masked"])
    rests_on = [str(c) for c in cost.conditions if c.kind != "rounded"]
    if rests_on:
        said.append(words["conditions"].format(conditions=words["listed"].join(rests_on)))
    return (" " if lang == "en" else "").join(said)


def _shape(shape: Shape) -> str:
    """Write a shape; one that has a single axis in parentheses."""
    sizes = " × ".join(map(str, shape))
    return sizes if len(shape) > 1 else f"({sizes})"
