"""One metric of a cost by itself, in every format of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.columns import WEIGHTS
from symflops.output.exporting import as_csv, as_json

if TYPE_CHECKING:
    from symflops.costs import Cost

SIZES = ("model_size", "kv_cache_size")  # the metrics in bytes


def rendered(cost: Cost, metric: str, format: str) -> str:  # noqa: A002 - the word of the option
    """Return the formula of a metric: by itself in LaTeX, with what it rests on as text."""
    formula = cost.show(metric)
    conditions = [str(c) for c in cost.conditions if c.kind != "rounded"]
    if format == "latex":
        return formula.latex
    if format == "html":
        return formula.mathml
    if format == "markdown":
        return f"${formula.latex}$"
    words = cost.setup.portion.words if metric not in WEIGHTS else ""
    record = {
        "metric": f"{metric} {words}".rstrip(),
        "formula": str(formula.expr),
        "convention": cost.convention.name,
        "conditions": conditions,
    }
    if format == "json":
        return as_json(record)
    if format == "csv":
        return as_csv([record, [*list(record.values())[:-1], "; ".join(conditions)]])
    unit = "bytes" if metric in SIZES else ""
    return "\n".join(
        [
            " ".join(filter(None, (str(formula), unit, words))),
            *([f"for {', '.join(conditions)}"] if conditions else []),
        ]
    )
