"""The sentences of derivations in English."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # what is derived
    "opening": "We derive the {metric!w} of {of}{on}{values}{per}{end}",
    "opening_of_ratio": (
        "We derive the ratio of the {metric!w} of {above!c}, {above_of}, to the {metric!w} of "
        "{below!c}, {below_of}{end}"
    ),
    "named": "{name!l}",
    "coded": "{name!c}",
    "select": "{path!l} in {of}",
    "upto": "{of} up to {path!l}",
    "without": "{of} without {path!l}",
    "on_input": " on an input of {shapes}",
    "on_entries": " on an input of {size:entry|entries}",
    "at_values": ", with {values}",
    "per": ", per {unit!w}",
    "stop": ".",
    "counted_by": ", by the convention “{name}”: {sentence}",
    "counted_by_each": ", {above!c} by the convention “{one}” and {below!c} by “{other}”.",
    "counted_exactly": "; every elementary operation counts once.",
    "holds": "It holds where {conditions}.",
    "divides": "{divisor} divides {number}",
    "whole": "{number} is an integer",
    # what one output takes
    "dot": "Each of the {outputs} outputs is a dot product of {terms:term}: {counts!o}.",
    "dot_one": "The output is a dot product of {terms:term}: {counts!o}.",
    "dot_real": (
        "Each of the {outputs} outputs is the real part of a dot product of {terms} complex "
        "numbers: {counts!o}."
    ),
    "dot_real_one": (
        "The output is the real part of a dot product of {terms} complex numbers: {counts!o}."
    ),
    "dot_complex": (
        "Each of the {outputs} outputs is a dot product of {terms} complex numbers; a complex "
        "product takes four multiplications, a subtraction and an addition, a complex sum two "
        "additions: {counts!o}."
    ),
    "dot_complex_one": (
        "The output is a dot product of {terms} complex numbers; a complex product takes four "
        "multiplications, a subtraction and an addition, a complex sum two additions: {counts!o}."
    ),
    "product": "Each of the {outputs} outputs is a single product: {counts!o}.",
    "product_one": "The output is a single product: {counts!o}.",
    "scores": "Each of the {outputs} scores is a dot product of {terms:term}: {counts!o}.",
    "scores_one": "The score is a dot product of {terms:term}: {counts!o}.",
    "weighted": "Each of the {outputs} outputs is a sum of {terms:weighted value}: {counts!o}.",
    "weighted_one": "The output is a sum of {terms:weighted value}: {counts!o}.",
    "weighted_pairs": "Each of the {pairs} pairs takes {each:multiplication}, {counts!o} in all.",
    "weighted_sums": (
        "Each of the {outputs} outputs takes one addition fewer than it has products, {counts!o} "
        "in all."
    ),
    "weighted_sums_one": "The output takes one addition fewer than it has products: {counts!o}.",
    "added_up": (
        "The {entries:product} are added up to {sums:sum}; a sum takes one addition fewer than it "
        "has products: {counts!o}."
    ),
    "ragged": (
        "A row of {n} entries takes {row!o}; the {outputs:row} have {entries:entry|entries} "
        "together."
    ),
    "ragged_windows": (
        "A window of {n} entries takes {row!o}; the {outputs:window} have {entries:entry|entries} "
        "together."
    ),
    "bias": "For the bias, each of the {outputs} outputs takes {counts!o} more.",
    "bias_one": "For the bias, the output takes {counts!o} more.",
    "each": "Each of the {outputs} elements takes {counts!o}.",
    "each_one": "The one element takes {counts!o}.",
    "reduced": "Each of the {outputs} outputs comes from {entries:entry|entries}: {counts!o}.",
    "reduced_one": "The output comes from {entries:entry|entries}: {counts!o}.",
    "mean": "Each of the {outputs} outputs is the mean of {entries:entry|entries}: {counts!o}.",
    "mean_one": "The output is the mean of {entries:entry|entries}: {counts!o}.",
    "row": "Each of the {outputs} rows has {entries:entry|entries} and takes {counts!o}.",
    "row_one": "The row has {entries:entry|entries} and takes {counts!o}.",
    "softmax": (
        "A softmax subtracts the maximum of a row, and divides the exponentials by their sum: for "
        "each of the {outputs} rows of {entries:entry|entries} {counts!o}."
    ),
    "softmax_one": (
        "A softmax subtracts the maximum of a row, and divides the exponentials by their sum: for "
        "the row of {entries:entry|entries} {counts!o}."
    ),
    "norm_mean": (
        "The mean of each of the {outputs} rows of {entries:entry|entries} takes {counts!o}."
    ),
    "norm_mean_one": "The mean of the row of {entries:entry|entries} takes {counts!o}.",
    "norm_difference": "Each of the {outputs} differences from a mean takes {counts!o}.",
    "norm_difference_one": "The difference from the mean takes {counts!o}.",
    "norm_squares": (
        "The mean of the squares of each of the {outputs} rows of {entries:entry|entries} takes "
        "{counts!o}."
    ),
    "norm_squares_one": (
        "The mean of the squares of the row of {entries:entry|entries} takes {counts!o}."
    ),
    "norm_root": (
        "To this a small constant is added, and each of the {outputs} rows of "
        "{entries:entry|entries} is divided by the root: {counts!o}."
    ),
    "norm_root_one": (
        "To this a small constant is added, and the row of {entries:entry|entries} is divided by the "
        "root: {counts!o}."
    ),
    # the same of other sizes
    "again": "{name!l}: {said}",
    "dot_again": "{outputs:output} of {terms:term} each.",
    "dot_again_one": "an output of {terms:term}.",
    "scores_again": "{outputs:score} of {terms:term} each.",
    "scores_again_one": "a score of {terms:term}.",
    "weighted_again": "{outputs:output} of {terms:value} each.",
    "weighted_again_one": "an output of {terms:value}.",
    "each_again": "{outputs:element}.",
    "each_again_one": "one element.",
    "reduced_again": "{outputs:output} of {entries:entry|entries} each.",
    "reduced_again_one": "an output of {entries:entry|entries}.",
    "mean_again": "{outputs:output} of {entries:entry|entries} each.",
    "mean_again_one": "an output of {entries:entry|entries}.",
    "norm_mean_again": "{outputs:row} of {entries:entry|entries} each.",
    "norm_mean_again_one": "a row of {entries:entry|entries}.",
    "norm_squares_again": "{outputs:row} of {entries:entry|entries} each.",
    "norm_squares_again_one": "a row of {entries:entry|entries}.",
    "filters_again": "{outputs:filter} of {terms:weight} each.",
    "filters_again_one": "a filter of {terms:weight}.",
    "matrix_again": "{outputs:output} of {terms:weight} each.",
    "matrix_again_one": "an output of {terms:weight}.",
    "weight_again": "{elements:element}.",
    "weights_each_again": "{elements:element} each.",
    "tiles": "Each of the {outputs} tiles is transformed with {counts!o}.",
    "tiles_one": "The one tile is transformed with {counts!o}.",
    "rotated": "Each of the {outputs} pairs of entries is rotated with {counts!o}.",
    "rotated_one": "The one pair of entries is rotated with {counts!o}.",
    "local_sums": (
        "The windows have {entries:square} together; to add those of a window up, and a constant, takes "
        "as many additions as it has squares: {counts!o}."
    ),
    "butterfly": "The fast Fourier transform has {outputs} butterflies; each takes {counts!o}.",
    "taken": "It takes {counts!o}.",
    "own": "{why}: {counts!o}.",
    # what has weights, and what is kept
    "filters": "Each of the {outputs} filters has {terms:weight}.",
    "filters_one": "The filter has {terms:weight}.",
    "matrix": "Each of the {outputs} outputs has {terms:weight} of its own.",
    "matrix_one": "The output has {terms:weight}.",
    "biases": "Each of the {elements} channels of the output has a bias.",
    "biases_one": "The one channel of the output has a bias.",
    "table": "The table has {rows:row} of {columns:element}.",
    "weight": "{name!c} has {elements:element}.",
    "weights_each": "{names!c} have {elements:element} each.",
    "output_elements": "The output has {elements:element}.",
    "kept": "For the next decoding step {elements:element} are kept.",
    "bytes": "An element of {dtype!c} takes {bytes:byte}.",
    # layers
    "layer": "{name!l}:",
    "alike": "{names!l} are the same as {name!l}.",
    "alike_one": "{names!l} is the same as {name!l}.",
    "left_out": "Not counted: {names!l}.",
    "nothing_counted": "nothing in it is counted",
    "portion": "Per {unit!w}: divided by the {count} {unit!p} of the input.",
    "with_values": "With {values}:",
    "mask_alone": "The query sees {keys:key}.",
    "mask": "Query {index} sees {keys:key}: {sum} pairs of a query and a key.",
    "repeated": "There are {n} equal {block!p}.",
    "routed": "Of {of:expert}, {n:is chosen|are chosen}.",
    "repeated_by_name": "{name!l} is there {n} times.",
    "experts": "There are {n:expert}.",
    "shared_in_time": "All steps share the weights of one.",
    "shared_by_steps": "The {n} {block!p} share the weights of one.",
    "blocks_differ": "The blocks differ by their index {index}, from {first} to {last}.",
    "sums_of_powers": "Here {sums}.",
    "tied": "Weights that layers share are counted once: {names!l}.",
    # sizes, fields and ratios
    "slides": (
        "A window of {kernel} with stride {stride}, padding {padding} and dilation {dilation} has a "
        "place at the start of the padded axis, and one more for each stride that still fits."
    ),
    "slides_apart": (
        "Each position of the input is spread over a window of {kernel}, with dilation {dilation}; "
        "neighbouring windows stand {stride} apart, and {padding} is cut off at each end."
    ),
    "added_behind": "Behind the last, {extra:position is|positions are} added.",
    "steps_of_window": "steps of the window, plus one",
    "spread_windows": "from the first window to the last",
    "axes_alike": "The same holds for {sizes}.",
    "output_shape": "The output has {shape} elements.",
    "fields": (
        "A window of {k} widens the receptive field by {more}, where {j} is the distance in the input "
        "between neighbouring positions; a stride multiplies {j}."
    ),
    "fields_of_block": "One block by itself:",
    "fields_of_whole": "And from the input on:",
    "field_of": "{layer!c}: a window of {kernel}",
    "field_of_one": "a window of {kernel}",
    "field_of_alike": "{n} windows of {kernel}",
    "field_of_blocks": "{n:block}",
    "field_of_several": "{first!c} to {last!c}: windows of {kernel}",
    "stride_of": "{layer!c}: stride {stride}",
    "field_alone": "a position sees itself alone",
    "field_as_it_is": "as the layers compose",
    "axis_alike": "Axis {axis} is as axis {other}.",
    "ratio": "{above!c} over {below!c}:",
    "cancelled": "common factors cancelled",
    "results": "the results put in",
    # lines
    "one_output": "one output, times the outputs",
    "one_element": "one element, times the elements",
    "one_row": "one row, times the rows",
    "collected": "like terms collected",
    "sum": "the sum of the parts",
    "summed": "the sum of its layers",
    "values": "the numbers put in",
    "put_in": "the elements put in",
    "closed": "the sum in closed form",
    "as_asked": "in the form asked for",
    # the whole
    "where": "where",
    "likewise": "{first} to {last} likewise from {symbol}",
    "likewise_few": "{names} likewise from {symbol}",
}
