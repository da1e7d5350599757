"""Whole processes: what a first import, the command's help and a first layer cost, beside sympy."""

from __future__ import annotations

import subprocess
import sys

from report import alternating, goal, heading, line

ROUNDS = 9
REFERENCE = "import sympy"
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    REFERENCE: ("-c", "import sympy"),
    "import symflops": ("-c", "import symflops"),
    "symflops --help": ("-m", "symflops", "--help"),
    "first symflops.Conv2d(3, 8, 3)": ("-c", "import symflops; symflops.Conv2d(3, 8, 3)"),
}
GOALS = {
    "import symflops": 1.1,
    "symflops --help": 0.3,
    "first symflops.Conv2d(3, 8, 3)": 1.15,
}


def process(*arguments):
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def run():
    heading(f"Whole processes, median of {ROUNDS} alternating runs")
    actions = {name: lambda a=arguments: process(*a) for name, arguments in COMMANDS.items()}
    process(*COMMANDS["first symflops.Conv2d(3, 8, 3)"])  # from here on everything is compiled
    medians = alternating(actions, ROUNDS)
    for name, median in medians.items():
        ratio = median / medians[REFERENCE]
        line(name, median, goal(ratio, GOALS[name]) if name in GOALS else f"{ratio:.2f}×")
