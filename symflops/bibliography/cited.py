"""What a cost rests on, as BibTeX: ``sf.bibtex``."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.bibliography.citations import citations, in_passing, plain
from symflops.bibliography.software import SYMFLOPS
from symflops.costs import Cost
from symflops.errors import ArgumentError
from symflops.layers.base import Layer
from symflops.output.printing import printable
from symflops.trace import Group, Step
from symflops.zoo.published import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symflops.bibliography.entries import Entry

SOURCE = re.compile(r"^Source: (.*?)(?:\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)
LONGEST = 200  # characters of a source that a comment shows


@dataclass(frozen=True, repr=False)
class Bibliography:
    r"""The sources of one or several costs; ``str()`` is a file for BibTeX or biber.

    ``entries`` have a ``key`` and ``fields``; ``keys`` are for ``\cite``; ``cited`` says what rests on which
    keys, and ``missing`` what cites a source that has no entry, both by convention, model or kind of layer.

    >>> import symflops as sf
    >>> sf.bibtex(sf.cost(sf.zoo.unet(), convention="mac")).cited["model unet"]
    ('ronneberger2015unet',)
    """

    entries: tuple[Entry, ...]
    cited: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]

    @property
    def keys(self) -> tuple[str, ...]:
        r"""The keys of all entries, for ``\cite``."""
        return tuple(entry.key for entry in self.entries)

    def __str__(self) -> str:
        lines = [f"{what}: {', '.join(keys)}" for what, keys in self.cited.items()]
        lines += [f"no entry for {what}: {s}" for what, left in self.missing.items() for s in left]
        return "\n\n".join(("\n".join(map(_comment, lines)), *map(str, self.entries))) + "\n"

    __repr__ = __str__


def bibtex(*costs: Cost) -> Bibliography:
    r"""Return the sources of conventions, models, layers and published numbers, and symflops itself, as BibTeX.

    Comments say what rests on which key; a source without an entry is named there, and none is left out in silence.
    Names have their accents as LaTeX writes them, for every engine and for bibtex as well as biber.

    >>> import symflops as sf
    >>> k, C, D, H, W = sf.dims("k C D H W")
    >>> net = sf.Sequential(sf.Conv2d(C, D, k, padding="same"), sf.BatchNorm2d(D))
    >>> sources = sf.bibtex(sf.cost(net, (C, H, W), "2mac"))
    >>> sources.keys
    ('symflops', 'kaplan2020scaling', 'paszke2019pytorch', 'dumoulin2016guide', 'ioffe2015batch')
    >>> sources.cited["BatchNorm2d"]
    ('ioffe2015batch', 'paszke2019pytorch')
    >>> print(sources.entries[-1])
    @inproceedings{ioffe2015batch,
      author        = {Sergey Ioffe and Christian Szegedy},
      title         = {Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift},
      booktitle     = {International Conference on Machine Learning (ICML)},
      pages         = {448--456},
      year          = {2015},
      eprint        = {1502.03167},
      archiveprefix = {arXiv}
    }

    Raises:
        ArgumentError: something else than a cost, or none.
    """
    given: tuple[Any, ...] = costs
    for cost in given or (None,):
        if not isinstance(cost, Cost):
            message = f"bibtex() needs costs, such as sf.cost(sf.zoo.vgg16()), got {cost!r:.60}"
            raise ArgumentError(message)
    entries = {SYMFLOPS.key: SYMFLOPS}
    cited: dict[str, dict[str, None]] = {"symflops": {SYMFLOPS.key: None}}
    missing: dict[str, dict[str, None]] = {}
    for what, source in dict.fromkeys(pair for cost in costs for pair in _sources(cost)):
        for part, found in citations(source):
            entries |= {entry.key: entry for entry in found}
            if found:
                cited.setdefault(what, {}).update(dict.fromkeys(entry.key for entry in found))
            else:
                missing.setdefault(what, {})[part] = None
    return Bibliography(tuple(entries.values()), _frozen(cited), _frozen(missing))


def _frozen(lists: dict[str, dict[str, None]]) -> dict[str, tuple[str, ...]]:
    return {what: tuple(listed) for what, listed in lists.items()}


def _sources(cost: Cost) -> Iterator[tuple[str, str]]:
    """Yield what has a source, with the words of the source."""
    yield f"convention {cost.convention.name}", cost.convention.source
    if isinstance(cost.setup.layer, Model):
        yield from _of_model(cost.setup.layer)
    seen: set[int] = set()
    nodes: list[Any] = [cost.root]
    while nodes:
        node = nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Group):
            yield from _of_layer(node.layer)
            nodes.extend(child for _, child in reversed(node.children))
        elif isinstance(node, Step):
            if node.source:
                yield node.rule, node.source
        else:
            nodes.append(node.child)


def _of_layer(layer: Any) -> Iterator[tuple[str, str]]:
    if isinstance(layer, Model):
        yield from _of_model(layer)
    else:
        yield from ((type(layer).__name__, source) for source in sources_of(type(layer)))


def _of_model(model: Model) -> Iterator[tuple[str, str]]:
    yield f"model {model.name}", model.paper
    for number in model.published:
        yield f"published numbers of {model.name}", number.source


def sources_of(kind: type) -> tuple[str, ...]:
    """Return the sources that the docstring of a class of layers names, or that of the class it refines."""
    for one in kind.__mro__[: kind.__mro__.index(Layer)]:
        text = inspect.cleandoc(one.__doc__ or "")
        named = SOURCE.search(text)
        found = (*in_passing(SOURCE.sub("", text)), *((named[1],) if named else ()))
        if found:
            return found
    return ()


def _comment(line: str) -> str:
    """Write a line as a comment; BibTeX starts an entry at every @, wherever it stands."""
    text = printable(plain(line)).replace("@", "(at)")
    return f"% {text if len(text) <= LONGEST else text[:LONGEST] + '…'}"
