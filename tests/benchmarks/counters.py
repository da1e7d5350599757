"""Counts one model with one tool: ``counters.py TOOL MODEL`` prints two times and the result.

The times are those of the first call of the process and of a second one, each from building the model;
tools that run the model on numbers are called once.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from report import seconds

import symflops as sf

SHAPE = (1, 3, 224, 224)
METRICS = ("params", "mults", "adds", "macs", "flops", "activations", "model_size")


def symflops(name):
    cost = sf.cost(getattr(sf.zoo, name)())
    for metric in METRICS:
        cost.metric(metric)
    return (
        f"{len(METRICS)} metrics, output {cost.output}, {len(cost.conditions)} conditions, H and W"
    )


def torch(model, image):
    with torch_counter.FlopCounterMode(display=False) as counter:
        model(image)
    return f"FlopCounterMode {counter.get_total_flops():,} FLOPs"


def fvcore(model, image):
    analysis = tool.FlopCountAnalysis(model, image)
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    return f"{int(analysis.total()):,} FLOPs"


def ptflops(model, image):
    macs, _ = tool.get_model_complexity_info(
        model,
        tuple(image.shape[1:]),
        input_constructor=lambda shape: image.new_empty((1, *shape)),
        as_strings=False,
        print_per_layer_stat=False,
    )
    return f"{int(macs):,} MACs"


def thop(model, image):
    macs, _ = tool.profile(model, inputs=(image,), verbose=False)
    return f"{int(macs):,} MACs"


def torchinfo(model, image):
    summary = tool.summary(model, input_data=image, device="meta", verbose=0)
    return f"{summary.total_mult_adds:,} MACs"


MODULES = {"fvcore": "fvcore.nn"}
RUNS_THE_MODEL = ("fvcore", "ptflops")  # fail on the meta device

if __name__ == "__main__":
    wanted, name = sys.argv[1:]
    build, results = getattr(sf.zoo, name), []  # loads the layers
    if wanted == "symflops":
        sf.cost  # noqa: B018 - loads the rest

        def count():
            results.append(symflops(name))
    else:
        torch_models = import_module("torch_models")
        torch_counter = import_module("torch.utils.flop_counter")
        tool = import_module(MODULES.get(wanted, wanted))
        device = "cpu" if wanted in RUNS_THE_MODEL else "meta"

        def count():
            model = torch_models.on(device, build(), SHAPE)
            results.append(f"{globals()[wanted](*model)} ({device})")

    first = seconds(count)
    again = None if wanted in RUNS_THE_MODEL else seconds(count)
    sys.stdout.write("\n" + json.dumps([first, again, results[-1]]) + "\n")
