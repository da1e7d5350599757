"""Every model of the zoo, built and costed in symbols, one after the other in one fresh process."""

from __future__ import annotations

import json
import subprocess
import sys

from counters import METRICS
from report import goal, heading, line, seconds

import symflops as sf

LIMIT = 10  # seconds for all of them together
SHOWN = 5


def metrics(model):
    cost = sf.cost(model)
    for metric in METRICS:
        cost.metric(metric)


def fields(model):
    try:
        sf.cost(model).receptive_field  # noqa: B018 - the walk is what is timed
    except sf.NotClosedError:  # a head that enlarges to the size of the input
        return


def timed(ask):
    """Seconds for each model, the most expensive first."""
    times = {name: seconds(lambda n=name: ask(sf.zoo.model(n))) for name in sf.zoo.names()}
    return dict(sorted(times.items(), key=lambda item: -item[1]))


def run():
    done = subprocess.run([sys.executable, __file__], check=True, capture_output=True, text=True)
    for told, times in json.loads(done.stdout).items():
        heading(f"The whole zoo, {len(times)} models, {told}, H and W symbols, one fresh process")
        total = sum(times.values())
        line("all models", total, goal(total, LIMIT, " s"))
        for name in list(times)[:SHOWN]:
            line(name, times[name], f"{times[name] / total:.0%}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"all metrics": timed(metrics), "receptive fields": timed(fields)}))
