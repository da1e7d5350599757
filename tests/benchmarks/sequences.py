"""Language models and transformers, each in fresh processes; and whether a deeper one takes longer.

``sequences.py ASK MODEL [DEPTH]`` prints the seconds of one question, in symbols, after sympy is loaded: the
closed forms of a model (``forms``), or its table as text or LaTeX (``text``, ``latex``).
"""

from __future__ import annotations

import statistics
import subprocess
import sys

import sympy  # noqa: F401 - loaded before anything is timed
from report import goal, heading, line, seconds

import symflops as sf

ROUNDS = 5
LIMIT = 0.3  # seconds
DEEPER = 1.3  # what ten times the depth may take, of what it took before
ASKED = {
    ("forms", "gpt"): LIMIT,
    ("forms", "llama"): None,
    ("forms", "vit"): None,
    ("forms", "mamba"): None,
    ("text", "llama3_70b"): LIMIT,
    ("text", "deepseek_v3"): LIMIT,
    ("text", "t5_11b"): None,
    ("text", "mamba_2_8b"): None,
    ("text", "swin_b"): None,
    ("latex", "llama3_70b"): None,
    ("latex", "deepseek_v3"): None,
}
DEPTHS = (12, 120, 1200)


def forms(model):
    cost = sf.cost(model)
    return cost.params, cost.macs, cost.flops


ANSWERS = {
    "forms": forms,
    "text": lambda model: sf.cost(model).table().to_text(),
    "latex": lambda model: sf.cost(model).table().to_latex(),
}


def timed(asked):
    """Median seconds of questions; they take turns, so that a busy machine is busy for all."""
    found = {question: [] for question in asked}
    for _ in range(ROUNDS):
        for question, times in found.items():
            command = [sys.executable, __file__, *map(str, question)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            times.append(float(done.stdout))
    return {question: statistics.median(times) for question, times in found.items()}


def run():
    heading(f"Language models and transformers, median of {ROUNDS} fresh processes")
    for (ask, name), median in timed(ASKED).items():
        limit = ASKED[ask, name]
        line(f"{name}, {ask}", median, *([goal(median, limit, " s")] if limit else []))
    heading("GPT-2 with more blocks, all of its table")
    medians = timed([("text", "gpt2", depth) for depth in DEPTHS])
    first = next(iter(medians.values()))
    for (*_, depth), median in medians.items():
        line(f"{depth} blocks", median, goal(median / first, DEEPER))


if __name__ == "__main__":
    ask, name, *depth = sys.argv[1:]
    given = {"num_layers": int(depth[0])} if depth else {}
    sys.stdout.write(str(seconds(lambda: ANSWERS[ask](getattr(sf.zoo, name)(**given)))))
