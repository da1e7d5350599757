"""Published models, first call in a fresh process: every metric in symbols, beside counters of numbers.

A process imports its tool, and then the clock runs from building the model to its last number.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from report import goal, heading, line, say

HERE = Path(__file__).parent
GOALS = {"resnet50": 0.15, "resnet152": 0.4}
#: Tool → how many fresh processes; those of others are there to compare with.
TOOLS = {"symflops": 5, "torch": 3, "fvcore": 1, "ptflops": 1, "thop": 1, "torchinfo": 1}


def counted(tool, model):
    """Count in a process of its own: seconds of a first and a second call, and what the tool says."""
    done = subprocess.run(
        [sys.executable, HERE / "counters.py", tool, model],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), *sys.path[1:]])},
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def run():
    for model, limit in GOALS.items():
        heading(f"{model}, first call in a fresh process (median)")
        ours = None
        for tool, rounds in TOOLS.items():
            needed = ("symflops",) if tool == "symflops" else ("torch", tool)
            if not all(map(importlib.util.find_spec, needed)):
                say(f"{tool:10} not installed")
                continue
            try:
                firsts, agains, results = zip(
                    *(counted(tool, model) for _ in range(rounds)), strict=True
                )
            except RuntimeError as error:
                say(f"{tool:10} failed: {error}")
                continue
            first = statistics.median(firsts)
            ours = ours or first
            facts = [goal(first, limit, " s") if tool == "symflops" else f"{first / ours:.2f}×"]
            if None not in agains:
                facts.append(f"again {statistics.median(agains) * 1e3:.1f} ms")
            line(tool, first, *facts, results[0])
