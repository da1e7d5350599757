"""What is wrong with the claims that are: the name of the miss that says what ``why`` says.

Of a number that is wrong often nothing more can be said than by how much.
"""

MISSES = {
    "S0-2": "extra factor",  # the number of kernels, again
    "S1-6": "other factor",  # C_out is missing, and the height stands for the width
    "S3-1": "own stride",
    "S3-2": "own stride",
    "S3-4": "extra term",  # the bias is added, not multiplied
    "S4-4": "other factor",  # N for D
    "S4-5": "part missing",  # the output projection
    "S4-6": "heads",
    "S4-11": "part missing",
    "CV-1": "other convention",  # a bias as two operations
    "EW-3": "missing factor",
    "LE-4": "one bias",
    "MB-12": "stride ignored",
    "SH-4": "other term",  # 9 for 9m
    "IN-2": "what is left",
    "SE-4": "extra term",  # a bias that is not there
    "RF-2": "one stride short",
    "WI-2": "missing factor",  # for each output, not for a tile
    "RN-7": "coefficient",  # the last product three times
    "KP-5": "other factor",  # the context is missing
    "EL-1": "other factor",  # the width for that of all heads
    "EL-3": "other factor",  # backward as long as forward
    "FA-6": "half",
    "FA-8": "half",
    "GP-1": "part missing",  # the last norm
    "GP-4": "part missing",  # the positions
    "GP-12": "extra term",  # gains of norms
    "GP-18": "coefficient",  # the logits once more
    "GP-22": "half",
    "EA-1": "coefficient",  # two norms, not four
    "EA-5": "extra factor",  # gradients are shared out as weights are
    "AM-5": "coefficient",  # that of the part without a square
    "OP-1": "zeros",
}
