"""Costs per token, sample and pixel: the same formulas, divided by what the input has of them."""

import pytest
import sympy

import symflops as sf
from symflops.cli import main

N, M, D, B, L, V, E, C, H, W = sf.dims("N M D B L V E C H W")
WORK = ("mults", "adds", "macs", "flops", "activations", "kv_cache", "kv_cache_size")
WEIGHTS = ("params", "active_params", "model_size")
ATTENTION = sf.MultiheadAttention(D, 8)
LANGUAGE = sf.Sequential(
    wte=sf.Embedding(V, D), h=sf.Repeat(sf.Residual(ATTENTION), L), head=sf.Linear(D, V, bias=False)
)


@pytest.mark.parametrize(
    ("layer", "shape", "unit", "count"),
    [
        (LANGUAGE, (N,), "token", N),
        (LANGUAGE, (B, N), "token", B * N),
        (LANGUAGE, (7,), "token", 7),
        (ATTENTION, (N, D), "token", N),
        (ATTENTION, (B, N, D), "token", B * N),
        (ATTENTION, (N + 1, D), "token", N + 1),
        (ATTENTION, (2 * N, D), "token", 2 * N),
        (sf.MultiheadAttention(D, 8, batch_first=False), (N, B, D), "token", N * B),
        (sf.Linear(D, E), (N, D), "token", N),
        (sf.Linear(D, E), (D,), "token", 1),
        (sf.LSTM(D, E), (N, D), "token", N),
        (LANGUAGE, (B, N), "sample", B),
        (ATTENTION, (N, D), "sample", 1),
        (sf.Conv2d(C, D, 3), (B, C, H, W), "sample", B),
        (sf.Conv2d(C, D, 3), (C, H, W), "pixel", H * W),
        (sf.Conv2d(C, D, 3), (B, C, H, W), "pixel", B * H * W),
        (sf.Conv1d(C, D, 3), (C, N), "pixel", N),
        (sf.Conv3d(C, D, 3), (C, M, H, W), "pixel", M * H * W),
    ],
)
def test_work_is_divided_and_weights_are_not(layer, shape, unit, count):
    batched = True if layer is LANGUAGE and len(shape) > 1 else None
    whole = sf.cost(layer, shape, batched=batched)
    portion = whole.per(unit)
    for metric in WORK:
        assert sympy.cancel(portion.metric(metric) * count - whole.metric(metric)) == 0, metric
    for metric in WEIGHTS:
        assert portion.metric(metric) == whole.metric(metric)
    assert portion.output == whole.output
    assert portion.setup.portion.count == count


def test_values_go_in_before_or_after():
    whole = sf.cost(LANGUAGE, (B, N), batched=True)
    values = {"B": 3, "N": 5, "D": 16, "L": 2, "V": 11}
    for metric in (*WORK, *WEIGHTS):
        after, before = whole.per("token").at(values), whole.at(values).per("token")
        expected = sympy.Rational(whole.at(values).metric(metric), 1 if metric in WEIGHTS else 15)
        assert after.metric(metric) == before.metric(metric) == expected
    assert isinstance(whole.per("token").at(values).macs, int)
    assert whole.per("token").at(N=2 * M).macs == 2 * whole.per("token").at(N=2 * M).macs / 2
    assert whole.per("token").at(N=2 * M, B=1).setup.portion.count == 2 * M


def test_it_stays_with_parts_and_conventions():
    whole = sf.cost(LANGUAGE, (N,))
    token = whole.per("token")
    for edit in (
        lambda c: c["h.0.body"],
        lambda c: c.without("Linear"),
        lambda c: c.upto("h"),
        lambda c: c.under("2mac"),
        lambda c: c.under("chinchilla"),
    ):
        assert sympy.cancel(edit(token).flops * N - edit(whole).flops) == 0
        assert sympy.cancel(edit(whole).per("token").flops * N - edit(whole).flops) == 0
    # what was left out is what reads the tokens
    assert sympy.cancel(whole.without("Embedding").per("token").macs * N - whole.macs) == 0
    assert token.per("sample").macs == whole.macs


def test_numbers_of_heads_and_depth_as_kaplan_has_them():
    """2·P + 4·n_layer·n_ctx·d_attn FLOPs a token in full, P without embeddings; causal 2·(n_ctx + 1) for 4·n_ctx.

    Kaplan et al. 2020, table 1, has 2·n_layer·n_ctx·d_attn.
    """
    block = sf.TransformerEncoderLayer(D, 8, 4 * D, bias=False)
    cost = sf.cost(sf.Repeat(block, L), (N, D), "2mac")
    weights = 12 * L * D**2  # of matrices; those of norms multiply nothing
    assert sympy.expand(cost.per("token").flops - 2 * weights - 4 * L * N * D) == 0
    causal = sf.cost(
        sf.Repeat(sf.MultiheadAttention(D, 8, causal=True, bias=False), L), (N, D), "2mac"
    )
    assert sympy.expand(causal.per("token").flops - 8 * L * D**2 - 2 * L * (N + 1) * D) == 0


def test_kaplans_tokens_come_out_of_gpt():
    """The paper's 2·n_layer·n_ctx·d_attn is half of attention in full, which a causal mask leaves but for a 1."""
    gpt = {
        causal: sf.cost(sf.zoo.gpt(causal=causal), convention="2mac")
        .without("lm_head")
        .per("token")
        for causal in (False, True)
    }
    weights = 12 * L * D**2
    assert sympy.expand(gpt[False].flops - 2 * weights - 4 * L * N * D) == 0
    assert sympy.expand(gpt[True].flops - 2 * weights - 2 * L * (N + 1) * D) == 0


def test_sums_over_differing_blocks():
    stack = sf.Stack(lambda i: sf.Linear(D + i * E, D + (i + 1) * E), L)
    whole = sf.cost(stack, (N, D))
    assert sympy.cancel(whole.per("token").macs * N - whole.macs) == 0


def test_parts_on_other_axes():
    swin = sf.cost(sf.zoo.swin_t(), assume=("32 | H", "32 | W"))
    stage = swin["features.3"]  # on (H/8, W/8, 192)
    for unit in ("token", "pixel"):
        assert stage.per(unit).setup.portion.count == H * W / 64
    assert stage.per("sample").setup.portion.count == 1
    vit = sf.cost(sf.zoo.vit_b_16(), assume=("16 | H", "16 | W"))["encoder"]
    assert vit.per("token").setup.portion.count == H * W / 256 + 1
    with pytest.raises(sf.ArgumentError, match="no pixels"):
        vit.per("pixel")


def test_several_inputs():
    cross = sf.cost(ATTENTION, [(N, D), (M, D)])
    with pytest.raises(sf.ArgumentError, match=r"inputs have N and M tokens; say of which .* of=1"):
        cross.per("token")
    assert sympy.cancel(cross.per("token", of=0).macs * N - cross.macs) == 0
    assert sympy.cancel(cross.per("token", of=1).macs * M - cross.macs) == 0
    both = sf.cost(ATTENTION, [(N, D), (N, D)])
    assert sympy.cancel(both.per("token").macs * N - both.macs) == 0
    for of in (2, -1, True, "0"):
        with pytest.raises(sf.ArgumentError, match="of is the place of an input, from 0 to 1"):
            cross.per("token", of=of)


def test_inputs_that_have_none_of_them():
    with pytest.raises(sf.ArgumentError, match="3 axes is a map and has no tokens; take per"):
        sf.cost(sf.Conv2d(C, D, 3), (C, H, W)).per("token")
    with pytest.raises(sf.ArgumentError, match="2 axes is a map and has no tokens"):
        sf.cost(
            sf.Sequential(sf.ReLU(), sf.Repeat(sf.BatchNorm1d(C), L), sf.Conv1d(C, D, 3)), (C, N)
        ).per("token")
    heard = sf.cost(sf.zoo.whisper_tiny())
    with pytest.raises(
        sf.ArgumentError, match=r"of another input, per\('token', of=1\), or the part"
    ):
        heard.per("token")
    assert (heard.per("token", of=1).macs * N - heard.macs).expand() == 0
    with pytest.raises(sf.ArgumentError, match="1 axis is no map and has no pixels"):
        sf.cost(LANGUAGE, (N,)).per("pixel")
    with pytest.raises(sf.UnknownNameError, match="unknown unit 'tokens'; did you mean 'token'"):
        sf.cost(ATTENTION, (N, D)).per("tokens")


def test_tables_sentences_and_comparisons_say_it():
    cost = sf.cost(
        sf.Sequential(up=sf.Linear(D, 4 * D), act=sf.ReLU(), down=sf.Linear(4 * D, D)),
        (N, D),
        "2mac",
    )
    token = cost.per("token")
    table = token.table()
    headers = [column.title for column in table.columns]
    assert "MACs (per token)" in headers
    assert "FLOPs (2 per MAC, per token)" in headers
    assert "params" in headers
    assert "Per token: all but weights is divided by N." in table.to_text()
    assert "divided by $N$" in table.to_latex()
    macs = [column.key for column in table.columns].index("macs")
    assert [row[macs] for row in table.rows] == [4 * D**2, 0, 4 * D**2]
    assert table.total[macs] == 8 * D**2
    wide = token.table("layer,kv_cache_size,activations,mults,adds,model_size")
    assert "KV cache, bytes (float16, per token)" in [column.title for column in wide.columns]
    assert sum(row[2] for row in wide.rows) == token.activations == 9 * D
    assert "Operations are per token: their number is divided by N." in token.statement()
    assert "按每个 token 计" in token.statement("zh")
    assert "divided" not in cost.statement()
    assert [
        sympy.cancel(a.operations * N - b.operations)
        for a, b in zip(token.omitted, cost.omitted, strict=True)
    ] == [0, 0]
    assert [o.share for o in token.omitted] == [o.share for o in cost.omitted]
    text = str(sf.compare(a=token, b=cost, metric="macs,params"))
    assert "Per token in a: all but weights is divided by N." in text
    assert "MACs (per token)" not in text
    assert "MACs (per token)" in str(sf.compare(a=token, b=token))
    assert sf.ratio(cost, token) == N
    assert sf.share(token, "up") == sympy.Rational(1, 2)
    assert str(token.show("macs")) == "8 D²"
    assert sf.verify(token)


def test_the_command(capsys):
    words = ["cost", "Linear(D, E, bias=False)", "--input", "N,D", "--per", "token"]
    assert main([*words, "--metric", "macs"]) == 0
    assert capsys.readouterr().out == "D E per token\n"
    assert main([*words, "--metric", "params"]) == 0
    assert capsys.readouterr().out == "D E\n"
    assert main([*words, "--metric", "macs", "--at", "N=4,D=3,E=2"]) == 0
    assert capsys.readouterr().out == "6 per token\n"
    assert (
        main(["compare", "Linear(D, D)", "Linear(D, 2*D)", "--input", "N,D", "--per", "token"]) == 0
    )
    assert "MACs (per token)" in capsys.readouterr().out
    assert main(["cost", "resnet18", "--per", "token"]) == 2
    assert "is a map and has no tokens" in capsys.readouterr().err
