"""Remarks on how a text was read, and on what is missing for a proof, in Chinese."""

from __future__ import annotations

import re

#: English, as a pattern, and Chinese.
REMARKS = [
    (re.compile(english), chinese)
    for english, chinese in (
        (r"8 bits are a byte", r"8 比特为 1 字节"),
        (r"(.+) behind a number is read as its unit", r"数字后的 \1 读作单位"),
        (r"(.+) behind a number is read as a symbol", r"数字后的 \1 读作符号"),
        (r"(.+) stands for a symbol here, so (.+) is no unit", r"此处 \1 是符号，因此 \2 不是单位"),
        (r"the numbers are per (.+)", r"数值按每 \1 计"),
        (r"the text speaks of (.+) and of (.+)", r"文中同时提到 \1 和 \2"),
        (r"the words (.+) are left out", r"略去了文字 \1"),
        (r"(.+) is read as one number", r"\1 读作一个数"),
        (r"(.+) is read as one name", r"\1 读作一个名称"),
        (r"(.+)\(…\) is read as the quantity .+", r"\1(…) 读作量 \1"),
        (r"(.+)\(…\) is read as a product", r"\1(…) 读作乘积"),
        (r"(.+) says what (.+) is", r"\1 是对 \2 的说明"),
        (r"a dot between factors is read as times", r"因子之间的点读作乘号"),
        (r"B apart from its number is read as bytes", r"与数字分开的 B 读作字节"),
        (r"B apart from its number is read as a billion", r"与数字分开的 B 读作十亿"),
        (r"(.+) above a letter is read as part of its name", r"字母上标 \1 读作名称的一部分"),
        (r"(.+) below a letter is read as one word", r"字母下标 \1 读作一个词"),
        (r"mathematical letters are read as plain ones", r"数学字体的字母读作普通字母"),
        (r"x between (?:two numbers|names) is read as times", r"中间的 x 读作乘号"),
        (r"a sum of orders is read as the order of the sum", r"若干阶之和读作和的阶"),
        (r"log without a base is read as the natural logarithm", r"未写底数的 log 读作自然对数"),
        (r"the limits of the index (.+) are not said; it runs from 1 to (.+)", r"下标 \1 的范围未写明，取 1 到 \2"),
        (r"letters that stand together behind a slash are all below it: .*", r"斜线后相连的字母都读作分母：a/2n 即 a/(2n)"),
        (r"only what stands directly behind a slash is below it: .*", r"只有紧跟斜线的部分读作分母：a/2n 即 (a/2)·n"),
        (r"(\^.+) without braces is read as the exponent (.+)", r"未加花括号的 \1 读作指数 \2"),
        (r"of (\^.+) without braces only (.+) is read as the exponent", r"未加花括号的 \1 中只有 \2 读作指数"),
        (r"letters and digits are read as they stand", r"字母和数字按原样读"),
        (r"(.+?)(?: is)? read as (.+)", r"\1 读作 \2"),
        (r"it is not said which of the symbols grow", r"未说明哪些符号趋于无穷"),
        (r"Counted by (.+) it holds", r"按约定 \1 统计则成立"),
        (r"(.+) are put in: the published numbers are for them", r"代入 \1：已发表的数值均按此尺寸"),
        (r"numbers for (.+), which at= puts in", r"\1 的数值（用 at= 代入）"),
        (r"no rule says whether (.+)", r"没有规则能判定是否 \1"),
    )
]  # fmt: skip
