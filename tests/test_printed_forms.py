"""Formulas come out in the order in which papers print them: depth, heads, positions, widths."""

import pytest

import symflops as sf
from symflops.cli import main

B, N, M, D, L, h, d_ff, V, n, m, T, C, F, H, W = sf.dims("B N M D L h d_ff V n m T C F H W")

BLOCK = sf.TransformerEncoderLayer(D, h, 4 * D, norm_first=True, activation="gelu")
CONVOLUTIONS = sf.Sequential(
    sf.Conv2d(C, F, 3, padding=1, bias=False), sf.Conv2d(F, V, 3, padding=1, bias=False)
)


@pytest.mark.parametrize(
    ("layer", "shape", "metric", "shown"),
    [
        (sf.Linear(D, d_ff), (N, D), "macs", "N D d_ff"),
        (sf.Linear(D, d_ff), (D,), "macs", "D d_ff"),
        (sf.LayerNorm(D), (N, D), "flops", "N (7 D + 2)"),
        (sf.LayerNorm((C, H, W)), (C, H, W), "activations", "C H W"),
        (sf.Scores(h), [(N, D), (N, D)], "macs", "N² D"),
        (sf.Softmax(-1), (h, N, N), "flops", "h N (5 N − 2)"),
        (sf.MultiheadAttention(D, h), (N, D), "macs", "2 N D (N + 2 D)"),
        (BLOCK, (N, D), "macs", "2 N D (N + 6 D)"),
        (sf.Repeat(BLOCK, L), (N, D), "params", "L D (12 D + 13)"),
        (sf.Repeat(BLOCK, L), (N, D), "macs", "2 L N D (N + 6 D)"),
        (sf.Repeat(sf.Conv2d(C, C, 3, padding=1), L), (C, H, W), "macs", "9 L C² H W"),
        (CONVOLUTIONS, (C, H, W), "macs", "9 F (C + V) H W"),
        (sf.LSTM(n, m, bias_vectors=1), (T, n), "macs", "4 T m (n + m)"),
    ],
)
def test_factors_stand_in_the_order_of_papers(layer, shape, metric, shown):
    assert str(sf.cost(layer, shape).show(metric)) == shown


def test_a_written_batch_stands_before_the_positions_and_behind_a_map():
    attention = sf.cost(sf.MultiheadAttention(D, h), (B, N, D), batched=True)
    assert str(attention.show("macs")) == "2 B N D (N + 2 D)"
    assert str(sf.cost(sf.Conv2d(C, F, 1), (B, C, H, W)).show("macs")) == "C F H W B"


def test_the_norms_of_all_blocks_and_the_last_one_are_added_up():
    gpt = sf.cost(sf.zoo.gpt())
    assert "2 L + 1" not in str(gpt.show("flops"))
    assert "51 L D" in str(gpt.show("flops"))


def test_the_command_line_says_what_is_in_bytes(capsys):
    assert main(["cost", "gpt2", "--metric", "model_size"]) == 0
    assert capsys.readouterr().out.startswith("497,759,232 bytes\n")
    assert main(["cost", "gpt", "--metric", "kv_cache_size", "--per", "token"]) == 0
    assert capsys.readouterr().out.startswith("4 L D bytes per token\n")
    assert main(["cost", "gpt", "--metric", "kv_cache", "--per", "token"]) == 0
    assert capsys.readouterr().out.startswith("2 L D per token\n")


def test_conditions_have_their_numbers_on_the_right():
    table = sf.cost(sf.zoo.gpt2()).table()
    assert "Holds for N ≤ 1,024." in table.to_text()
    assert r"Holds for $N \leq 1{,}024$" in table.to_latex()
    assert "<mo>≤</mo>" in table.to_html()


def test_a_number_stands_behind_a_fraction_of_the_same_degree():
    P = sf.dim("P")
    assert str(sf.display(1 + H * W / P**2, order=(H, W, P))) == "H W/P² + 1"


def test_no_line_ends_between_the_sign_of_a_repetition_and_its_number():
    fragment = sf.cost(sf.zoo.llama()).table().to_latex()
    assert r"RMSNorm $\times$~$L$" in fragment
    assert r"$\times$ $" not in fragment
