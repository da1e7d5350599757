"""CLIP and diffusion transformers of the zoo: closed forms, papers' tables, counts of others, and runs."""

import pytest
import sympy

import symflops as sf
from symflops.zoo.clips import QuickGELU, Similarity
from symflops.zoo.dits import DiTBlock, Modulate, Timesteps

B, C, D, E, H, K, L, M, N, P, W, h = sf.dims("B C D E H K L M N P W h")


def same(a, b):
    return sympy.expand(a - b) == 0


def texts(cost):
    return [str(condition) for condition in cost.conditions]


# CLIP


def test_clip_tower_by_tower():
    """Released weights of ViT-B/32: 87,849,216 of the images', 37,828,608 of the texts' without their embedding."""
    cost = sf.cost(sf.zoo.clip_vit_b_32())
    assert cost["visual"].params == 87_849_216
    assert cost["text.transformer"].params == 37_828_608
    assert texts(cost) == ["32 | H", "32 | W", "H*W/1024 + 1 = 50", "77 >= N"]


def test_clip_in_closed_form():
    cost = sf.cost(sf.zoo.clip(text_width=C, text_layers=M, embed_dim=E))
    n = H * W / P**2 + 1
    assert same(cost["visual"].macs, 3 * D * H * W + L * (12 * n * D**2 + 2 * n**2 * D) + D * E)
    assert same(cost["text"].macs, M * (12 * N * C**2 + 2 * N**2 * C) + C * E)
    assert same(cost.macs - cost["visual"].macs - cost["text"].macs, E)


def test_clip_as_fvcore_counts_it():
    """zhongzisha/HERE, PLIP by fvcore: products with their sums, and 5 an entry of its norms."""
    visual = sf.cost(sf.zoo.clip_vit_b_32()).at(H=224, W=224)["visual"]
    assert visual.macs + 5 * (25 * 50 * 768 + 768) == 4_413_615_360


def test_clip_compares_every_image_with_every_text():
    cost = sf.cost(sf.zoo.clip_vit_b_32(), [(B, 3, H, W), (B, N)])
    assert cost.output == (B, B)
    assert cost["logits"].macs == 512 * B**2


def test_texts_of_clip_under_their_mask():
    full, causal = (sf.cost(sf.zoo.clip_vit_b_32(causal=c)) for c in (False, True))
    assert same(full["visual"].macs, causal["visual"].macs)
    pairs = full["text"].macs - causal["text"].macs
    assert same(pairs, 12 * 2 * 512 * (N**2 - N * (N + 1) / 2))
    assert causal.kv_cache == 0


# DiT

#: One for a product with its sum, and one for each entry of a norm: how the paper's numbers come out.
PEEBLES = sf.Convention(
    "peebles",
    "One for a product with its sum, one for each entry of a norm.",
    "Peebles and Xie 2023, table 4",
    {("mul", "dot"): 1, ("sub", "norm"): 1},
)


@pytest.mark.parametrize(
    ("name", "gflops", "millions"),  # Peebles and Xie 2023, table 4: at 32 × 32 × 4 latents
    [
        ("s_8", "0.36", 33),
        ("s_4", "1.41", 33),
        ("s_2", "6.06", 33),
        ("b_8", "1.42", 131),
        ("b_4", "5.56", 130),
        ("b_2", "23.01", 130),
        ("l_8", "5.01", 459),
        ("l_4", "19.70", 458),
        ("l_2", "80.71", 458),
        ("xl_8", "7.39", 676),
        ("xl_4", "29.05", 675),
        ("xl_2", "118.64", 675),
    ],
)
def test_peebles_2023_table_4(name, gflops, millions):
    """Their Gflops are products with their sums; B/4 is 5.566 so, and cut off."""
    cost = sf.cost(sf.zoo.model(f"dit_{name}")).at(H=32, W=32)
    counted = cost.under(PEEBLES).flops
    assert f"{(counted // 10**7 if name == 'b_4' else round(counted / 10**7)) / 100:.2f}" == gflops
    assert round(cost.params / 10**6) == millions
    assert abs(cost.macs / 10**9 - float(gflops)) < 0.02


def test_sines_are_no_parameters():
    """The authors' code has D·N of them that are not trained: 675,129,632 in all."""
    assert sf.cost(sf.zoo.dit_xl_2()).params + 1152 * 256 == 675_129_632


def test_dit_at_512():
    """Peebles and Xie 2023, section 5.1: 524.6 Gflops."""
    cost = sf.cost(sf.zoo.dit_xl_2(), convention=PEEBLES).at(H=64, W=64)
    assert f"{cost.flops / 10**9:.1f}" == "524.6"


def test_dit_in_closed_form():
    """A block of ViT without the weights of its norms, and 6·D² of modulation a sample."""
    cost = sf.cost(DiTBlock(D, h, 4 * D), [(N, D), (D,)])
    assert same(cost.params, 12 * D**2 + 13 * D - 4 * D + 6 * D**2 + 6 * D)
    assert same(cost.macs, 12 * N * D**2 + 2 * N**2 * D + 6 * D**2)
    whole = sf.cost(sf.zoo.dit())
    n = H * W / P**2
    last = 2 * D**2 + n * D * 2 * C * P**2
    embedded = n * C * P**2 * D + 256 * D + D**2
    assert whole.output == (2 * C, H, W)
    assert same(whole["blocks"].params, L * cost.params)
    assert same(whole.macs, embedded + L * cost.macs.subs(N, n) + last)


def test_dit_in_pytorch():
    """A block written once more with PyTorch's modules: parameters, and products of matrices."""
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter")
    from torch import nn  # noqa: PLC0415 - only where PyTorch is

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            self.condition = nn.Linear(width, 6 * width)

        def forward(self, x, c):
            b1, s1, g1, b2, s2, g2 = self.condition(c).unsqueeze(1).chunk(6, dim=-1)
            y = nn.functional.layer_norm(x, x.shape[-1:]) * (1 + s1) + b1
            x = x + g1 * self.attention(y, y, y, need_weights=True)[0]
            y = nn.functional.layer_norm(x, x.shape[-1:]) * (1 + s2) + b2
            return x + g2 * self.down(nn.functional.gelu(self.up(y)))

    for width, heads, tokens in ((8, 2, 5), (12, 3, 4)):
        block = Block(width, heads)
        with counter.FlopCounterMode(display=False) as counted:
            block(torch.zeros(1, tokens, width), torch.zeros(1, width))
        cost = sf.cost(DiTBlock(width, heads, 4 * width), [(tokens, width), (width,)])
        assert cost.params == sum(p.numel() for p in block.parameters())
        assert 2 * cost.macs == counted.get_total_flops()


# every count run

SMALL = {
    "quick gelu": (QuickGELU(), (N, D)),
    "similarity": (Similarity(), [(B, E), (N, E)]),
    "timesteps": (Timesteps(D), (B, 1)),
    "modulate": (Modulate(), [(B, N, D), (B, 1, D), (B, 1, D)]),
    "clip": (
        sf.zoo.clip(4, 2, 4, L, 2, 4, 1, 2, E, 11, 5, causal=True),
        [(B, 3, 4, 4), (B, N)],
    ),
    "dit": (sf.zoo.dit(1, 2, 4, L, 2, K), [(1, 4, 6), (1,), (1,)]),
}  # fmt: skip
BATCHED = {"similarity", "timesteps", "modulate", "clip"}


@pytest.mark.parametrize("name", SMALL)
def test_small_networks_are_what_they_count(name):
    layer, shape = SMALL[name]
    verified = sf.verify(sf.cost(layer, shape, batched=name in BATCHED))
    assert verified, verified


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sf.cost(sf.zoo.clip_vit_b_32()).at(N=78), "LearnedPositions has 77 positions, got 78"),
        (lambda: sf.cost(sf.zoo.dit_xl_2()).at(H=33), "PatchEmbed needs a height divisible by 2, got 33"),
        (lambda: sf.cost(sf.zoo.dit_xl_2(), [(4, 32, 32), (2,), (1,)]), "Timesteps needs branches of one size"),
    ],
)  # fmt: skip
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)
