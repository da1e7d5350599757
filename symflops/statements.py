"""The sentence for a paper: what was counted, by which convention, and what was left out."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

from sympy import Rational

from symflops.errors import UnknownNameError
from symflops.output.printing import on_one_line
from symflops.symbols import exact
from symflops.trace import Shape
from symflops.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.conventions import Convention
    from symflops.costs import Cost
    from symflops.omissions import Omitted

SENTENCES = {
    "en": {
        "counted": "Operations are counted by the convention “{name}”: {sentence}",
        "input": "The input is {shape}.",
        "select": "Only {path} is counted.",
        "upto": "Everything up to {path} is counted.",
        "without": "Everything without {path} is counted.",
        "portion": "Operations are per {unit}: their number is divided by {count}.",
        "omitted": "Not counted: {roles}.",
        "share": "{role} ({share} of all elementary operations)",
        "below": "{role} (less than {share} of all elementary operations)",
        "masked": "Pairs of positions that a mask rules out are not counted.",
        "all": "Nothing is left out.",
        "conditions": "The formulas hold for {conditions}.",
        "listed": ", ",
    },
    "zh": {
        "counted": "运算次数按约定“{name}”统计：{sentence}",
        "input": "输入为 {shape}。",
        "select": "此处只统计 {path}。",
        "upto": "此处统计到 {path} 为止。",
        "without": "此处不含 {path}。",
        "portion": "运算次数按每个{unit}计：即除以 {count}。",
        "omitted": "未计入：{roles}。",
        "share": "{role}（占全部基本运算的 {share}）",
        "below": "{role}（占全部基本运算的不到 {share}）",
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
    sentences = ("".join(map(_plain, parts)) for parts in said(cost, lang))
    return on_one_line((" " if lang == "en" else "").join(sentences))


def said(cost: Cost, lang: str = "en") -> Iterator[tuple[Any, ...]]:
    """Yield the sentences of the statement, each as words, shapes, expressions and relations.

    Raises:
        UnknownNameError: a language that is neither English nor Chinese.
    """
    if lang not in SENTENCES:
        raise UnknownNameError("language", lang, SENTENCES)
    words, convention = SENTENCES[lang], cost.convention

    def listed(parts: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(piece for part in parts for piece in (words["listed"], part))[1:]

    sentence = sentence_of(convention, lang)
    yield filled(words["counted"], name=convention.name, sentence=sentence)
    inputs = (shape.written(batched=cost.batched) for shape in cost.root.inputs)
    yield filled(words["input"], shape=listed(inputs))
    for verb, path in cost.setup.edits:
        yield filled(words[verb], path=path)
    if (portion := cost.setup.portion).unit:
        unit = portion.unit if lang == "en" else UNITS_ZH[portion.unit]
        yield filled(words["portion"], unit=unit, count=portion.count)
    left_out = [_left_out(item, lang) for item in cost.omitted]
    if left_out:
        yield filled(words["omitted"], roles=listed(left_out))
    elif not cost.setup.edits:
        yield (words["all"],)
    if not convention.dense and any(step.counts and step.dense for step in cost.steps):
        yield (words["masked"],)
    rests_on = [c.note or c.relation for c in cost.conditions if c.kind != "rounded"]
    if rests_on:
        yield filled(words["conditions"], conditions=listed(rests_on))


def sentence_of(convention: Convention, lang: str) -> str:
    """Return the sentence of a convention; in Chinese where it has one."""
    known = {} if lang == "en" else CONVENTIONS_ZH
    return known.get(convention.name, convention.sentence)


def filled(template: str, /, **given: Any) -> tuple[Any, ...]:
    """Return a sentence in parts, with what is given in its places; a plain tuple is several parts."""
    parts: list[Any] = []
    for words, place, _, _ in Formatter().parse(template):
        parts += [words] if words else []
        if place is not None:
            part = given[place]
            parts += part if type(part) is tuple else [part]
    return tuple(parts)


def _left_out(item: Omitted, lang: str) -> str:
    """Name what is not counted, with its share where that is a number."""
    words, role = SENTENCES[lang], ROLE_NAMES[lang][item.role]
    share = exact(item.share)
    if not share.is_Rational:
        return role
    least = Rational(1, 1000)
    template = words["below" if share < least / 2 else "share"]
    return template.format(role=role, share=percent(max(share, least)))


def _plain(part: Any) -> str:
    return _shape(part) if isinstance(part, Shape) else str(part)


def _shape(shape: Shape) -> str:
    """Write a shape; one that has a single axis in parentheses."""
    sizes = " × ".join(map(str, shape))
    return sizes if len(shape) > 1 else f"({sizes})"
