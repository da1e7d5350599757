"""Chains of many layers: is the time for each layer the same however long the chain is?

Each chain is timed in a process of its own, ``chains.py KIND LENGTH``: what sympy and symflops remember of
a shorter chain would make the next one cheaper.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from counters import METRICS
from report import goal, heading, line, say, seconds

import symflops as sf

LENGTHS = {100: 3, 300: 1, 1000: 1, 3000: 1}  # length → how many processes
LIMIT = 1.3
PATIENCE = 15  # seconds: what would take longer is left out
C, H, W = sf.dims("C H W")


def padded(n):
    """One layer, n times: no size changes."""
    return sf.Sequential(*(sf.Conv2d(C, C, 3, padding=1) for _ in range(n))), (C, H, W)


def unpadded(n):
    """One layer, n times: every map is smaller than the last."""
    return sf.Sequential(*(sf.Conv2d(C, C, 3) for _ in range(n))), (C, H, W)


def distinct(n):
    """No layer twice: the channels grow by one."""
    return sf.Sequential(*(sf.Conv2d(i, i + 1, 3, padding=1) for i in range(1, n + 1))), (1, H, W)


CHAINS = {chain.__name__: chain for chain in (padded, unpadded, distinct)}


def every_metric(layer, shape=None):
    cost = sf.cost(layer, shape)
    for metric in METRICS:
        cost.metric(metric)
    return cost.output, cost.conditions


def timed(kind, n):
    command = [sys.executable, __file__, kind, str(n)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def run():
    for kind, chain in CHAINS.items():
        heading(f"Chains, {kind}: {chain.__doc__} All metrics, each length in fresh processes")
        each = []
        for n, rounds in LENGTHS.items():
            if each and each[-1] * n > PATIENCE:
                say(f"{n} layers: left out, about {each[-1] * n:.0f} s")
                continue
            median = statistics.median(timed(kind, n) for _ in range(rounds))
            each.append(median / n)
            line(f"{n} layers", median, f"{each[-1] * 1e6:.0f} µs a layer")
        told = goal(each[-1] / min(each), LIMIT)
        if len(each) < len(LENGTHS):
            told = f"not known, {LIMIT}× is the goal"
        say(f"longest against cheapest, a layer: {told}")


if __name__ == "__main__":
    kind, n = sys.argv[1:]
    every_metric(sf.Conv2d(3, 8, 3), (3, H, W))  # the first call of all loads modules
    sys.stdout.write(str(seconds(lambda: every_metric(*CHAINS[kind](int(n))))))
