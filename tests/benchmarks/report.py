"""Medians, and the lines that show them."""

from __future__ import annotations

import statistics
import sys
import time


def say(line=""):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def heading(text):
    say(f"\n{text}\n{'─' * len(text)}")


def seconds(action):
    """How long one call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def alternating(actions, rounds):
    """The median time of each action; they take turns, so that a busy machine is busy for all."""
    times = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            times[name].append(seconds(action))
    return {name: statistics.median(values) for name, values in times.items()}


def line(name, median, *facts):
    say(f"{name:36} {median * 1e3:9.1f} ms  {'  '.join(facts)}".rstrip())


def goal(value, limit, unit="×"):
    met = "met" if value <= limit else "MISSED"
    return f"{value:.2f}{unit} (goal ≤ {limit}{unit}: {met})"
