"""Recurrent cells by their equations, unit by unit, and the layers that run them step after step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.cells import GRUCell, LSTMCell, RNNCell
from symflops.layers.recurrent import Bidirectional, Recurrent
from symflops.oracle.activation import relu, sigmoid
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symflops.oracle.number import Counter, Number
    from symflops.oracle.running import Run

    Vector = Sequence[Number]
    #: The state of one sample: the output of the step first.
    State = tuple[Vector, ...]
    Weights = dict[str, Array]

GATES = {RNNCell: 1, LSTMCell: 4, GRUCell: 3}


def weights(cell: Any, counter: Counter) -> Weights:
    """Return the matrices and biases of a cell, all gates of one below the other, as PyTorch has them."""
    rows, units = GATES[type(cell)] * int(cell.hidden_size), int(cell.hidden_size)
    handed_on = int(getattr(cell, "proj_size", 0)) or units
    drawn = {
        "weight_ih": counter.weight(rows, int(cell.input_size)),
        "weight_hh": counter.weight(rows, handed_on),
    }
    if cell.bias:
        drawn["bias_ih"] = counter.weight(rows)
        if cell.bias_vectors == 2:  # noqa: PLR2004 - the second
            drawn["bias_hh"] = counter.weight(rows)
    if handed_on != units:
        drawn["weight_hr"] = counter.weight(handed_on, units)
    return drawn


def product(w: Weights, name: str, x: Vector, rows: range) -> list[Number]:
    """Return rows of W·x + b for the matrix and the bias of this name, where it has one."""
    matrix, bias = w[f"weight_{name}"], w.get(f"bias_{name}")
    made = []
    for row in rows:
        dot = total([matrix[row, j] * x[j] for j in range(len(x))])
        made.append(dot if bias is None else dot + bias[row,])
    return made


def gate(w: Weights, x: Vector, h: Vector, rows: range) -> list[Number]:
    """Return rows of W_ih·x + b_ih + W_hh·h + b_hh."""
    pairs = zip(product(w, "ih", x, rows), product(w, "hh", h, rows), strict=True)
    return [a + b for a, b in pairs]


def gate_rows(cell: Any) -> list[range]:
    """Return the rows of each gate."""
    units = int(cell.hidden_size)
    return [range(i * units, (i + 1) * units) for i in range(GATES[type(cell)])]


def rnn(cell: Any, w: Weights, x: Vector, state: State) -> State:
    """Return h' = tanh or max(·, 0) of W_ih·x + b_ih + W_hh·h + b_hh."""
    (h,) = state
    (rows,) = gate_rows(cell)
    if cell.nonlinearity == "tanh":
        return ([a.tanh() for a in gate(w, x, h, rows)],)
    return ([relu(a) for a in gate(w, x, h, rows)],)


def lstm(cell: Any, w: Weights, x: Vector, state: State) -> State:
    """Return o·tanh c' and c' = f·c + i·g; projected where there is a matrix for it."""
    h, c = state
    for_i, for_f, for_g, for_o = (gate(w, x, h, rows) for rows in gate_rows(cell))
    memory, output = [], []
    for n in range(int(cell.hidden_size)):
        i, f, o = sigmoid(for_i[n]), sigmoid(for_f[n]), sigmoid(for_o[n])
        memory.append(f * c[n] + i * for_g[n].tanh())
        output.append(o * memory[n].tanh())
    if "weight_hr" in w:
        output = product(w, "hr", output, range(w["weight_hr"].shape[0]))
    return output, memory


def gru(cell: Any, w: Weights, x: Vector, state: State) -> State:
    """Return (1 - z)·n + z·h with n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn))."""
    (h,) = state
    rows_r, rows_z, rows_n = gate_rows(cell)
    for_r, for_z = gate(w, x, h, rows_r), gate(w, x, h, rows_z)
    of_x, of_h = product(w, "ih", x, rows_n), product(w, "hh", h, rows_n)
    updated = []
    for i in range(int(cell.hidden_size)):
        r, z = sigmoid(for_r[i]), sigmoid(for_z[i])
        n = (of_x[i] + r * of_h[i]).tanh()
        updated.append((1 - z) * n + z * h[i])
    return (updated,)


STEPS: dict[type, Callable[[Any, Weights, Vector, State], State]] = {
    RNNCell: rnn,
    LSTMCell: lstm,
    GRUCell: gru,
}


def sizes(cell: Any) -> list[int]:
    """Return the sizes of the parts of the state."""
    units = int(cell.hidden_size)
    if isinstance(cell, LSTMCell):
        return [int(cell.proj_size) or units, units]
    return [units]


def one_step(cell: Any, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Run a cell once on every sample, from the state given or from 0."""
    x, *given = inputs
    batch, features = x.shape
    must_be(cell, "input_size", features, cell.input_size)
    w = weights(cell, run.counter)
    made = []
    for b in range(batch):
        state = zeros(cell, run.counter)
        if given:
            state = tuple([part[b, j] for j in range(part.shape[1])] for part in given)
        made.append(STEPS[type(cell)](cell, w, [x[b, j] for j in range(features)], state))
    parts = [
        Array((batch, size), [number for state in made for number in state[i]])
        for i, size in enumerate(sizes(cell))
    ]
    return tuple(array for part in parts for array in run.made(part))


def zeros(cell: Any, counter: Counter) -> State:
    """Return the state before the first step."""
    return tuple([counter.number(0) for _ in range(size)] for size in sizes(cell))


def over_time(layer: Any, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Run a cell over every sequence, from the first step to the last or back."""
    if type(layer.cell) not in STEPS:
        return run.yielded(layer, inputs)  # which says that there is no reference
    return run.made(_outputs(layer, inputs[0], run, reverse=layer.reverse))


def both_ways(layer: Any, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Run a cell there, and another back; the outputs stand side by side."""
    if type(layer.cell) not in STEPS:
        return run.yielded(layer, inputs)
    there = _outputs(layer, inputs[0], run, reverse=False)
    back = _outputs(layer, inputs[0], run, reverse=True)
    width = there.shape[2]
    return run.made(
        Array.of(
            (*there.shape[:2], 2 * width),
            lambda a, b, j: there[a, b, j] if j < width else back[a, b, j - width],
        )
    )


def _outputs(layer: Any, x: Array, run: Run, *, reverse: bool) -> Array:
    """Return the outputs of all steps of every sequence."""
    cell = layer.cell
    must_be(cell, "input_size", x.shape[2], cell.input_size)
    time = 1 if layer.batch_first else 0
    steps, batch = x.shape[time], x.shape[1 - time]
    w = weights(cell, run.counter)
    outputs: dict[tuple[int, ...], Vector] = {}
    for b in range(batch):
        state = zeros(cell, run.counter)
        for t in reversed(range(steps)) if reverse else range(steps):
            at = (b, t) if layer.batch_first else (t, b)
            state = STEPS[type(cell)](cell, w, [x[*at, j] for j in range(x.shape[2])], state)
            outputs[at] = state[0]
    entries = [number for at in grid(x.shape[:2]) for number in outputs[at]]
    return Array((*x.shape[:2], sizes(cell)[0]), entries)


REFERENCES: dict[type, Any] = {
    **dict.fromkeys(STEPS, one_step),
    Recurrent: over_time,
    Bidirectional: both_ways,
}
