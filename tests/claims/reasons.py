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
}
