"""A symbolic depth against one block, and what is asked of a cost that is there: numbers, a table, a derivation."""

from __future__ import annotations

from chains import every_metric
from report import alternating, heading, line

import symflops as sf

ROUNDS = 7
C, H, W, L = sf.dims("C H W L")


def run():
    heading(f"Depth and renderings, median of {ROUNDS} alternating runs")
    block = sf.Sequential(sf.Conv2d(C, C, 3, padding=1, bias=False), sf.BatchNorm2d(C), sf.ReLU())
    resnet = sf.cost(sf.zoo.resnet152())
    actions = {
        "a block": lambda: every_metric(block, (C, H, W)),
        "Repeat(block, L)": lambda: every_metric(sf.Repeat(block, L), (C, H, W)),
        "resnet152, cost and all metrics": lambda: every_metric(sf.zoo.resnet152()),
        "resnet152, .at(H=224, W=224).flops": lambda: resnet.at(H=224, W=224).flops,
        "resnet152, .table()": resnet.table,
        "resnet152, .table().to_text()": lambda: resnet.table().to_text(),
        "resnet152, derive(…, 'macs')": lambda: sf.derive(resnet, "macs"),
    }
    medians = alternating(actions, ROUNDS)
    references = ["a block"] * 2 + ["resnet152, cost and all metrics"] * 5
    for (name, median), reference in zip(medians.items(), references, strict=True):
        line(name, median, f"{median / medians[reference]:.2f}× {reference}")
