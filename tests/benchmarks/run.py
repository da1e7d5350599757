"""Times symflops beside others, in one run: ``python tests/benchmarks/run.py [part …]``.

The parts are ``processes``, ``models``, ``sequences``, ``zoo``, ``chains``, ``formulas`` and ``rest``; without any, all of
them run, in about two minutes. Each line is a median in milliseconds, what it is compared with, their ratio,
and the goal if there is one. Other counters are timed where they are installed (fvcore, ptflops, thop and torchinfo, with torch).
"""

from __future__ import annotations

import os
import platform
import sys
import time

import chains
import formulas
import models
import processes
import rest
import sequences
import sympy
import whole_zoo
from report import say

PARTS = {
    "processes": processes.run,
    "models": models.run,
    "sequences": sequences.run,
    "zoo": whole_zoo.run,
    "chains": chains.run,
    "formulas": formulas.run,
    "rest": rest.run,
}


def main(parts: list[str]) -> None:
    started = time.perf_counter()
    say(f"Python {platform.python_version()}, sympy {sympy.__version__}, {os.cpu_count()} cores")
    for part in parts or PARTS:
        PARTS[part]()
    say(f"\n{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main(sys.argv[1:])
