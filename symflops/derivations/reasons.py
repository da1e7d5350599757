"""The sentences of derivations, one table a language.

A place is filled with a formula, ``{outputs}``; with a count and its noun, ``{mul:multiplication}`` or
``{n:entry|entries}``; with a word of the language, ``{unit!w}``, or in the plural, ``{unit!p}``; with operations
and how many there are of each, ``{counts!o}``; with layers, ``{name!l}``; with code, ``{name!c}``; or with
another reason. What is there once has the sentence of ``key_one``. Both languages have the same keys and the
same places.
"""

from __future__ import annotations

from symflops.derivations.chinese import CHINESE
from symflops.derivations.english import ENGLISH

SENTENCES: dict[str, dict[str, str]] = {"en": ENGLISH, "zh": CHINESE}
