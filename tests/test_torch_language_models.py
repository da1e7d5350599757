"""Language models written once more in PyTorch, with no memory behind them: parameters and FLOPs to the unit."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402 - only where PyTorch is
from torch.nn import functional  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

import symflops as sf  # noqa: E402


class Attention(nn.Module):
    """Heads that share keys and values, over itself or a memory; biases of q, k, v and of what comes out."""

    def __init__(self, width, heads, shared, size, biases=(False,) * 4):
        super().__init__()
        self.heads, self.shared, self.size = heads, shared, size
        self.q = nn.Linear(width, heads * size, bias=biases[0])
        self.k = nn.Linear(width, shared * size, bias=biases[1])
        self.v = nn.Linear(width, shared * size, bias=biases[2])
        self.out = nn.Linear(heads * size, width, bias=biases[3])

    def forward(self, x, memory=None):
        memory = x if memory is None else memory
        q = self.q(x).unflatten(-1, (self.heads, self.size)).transpose(1, 2)
        k, v = (
            part(memory)
            .unflatten(-1, (self.shared, self.size))
            .transpose(1, 2)
            .repeat_interleave(self.heads // self.shared, 1)
            for part in (self.k, self.v)
        )
        weights = torch.softmax(q @ k.transpose(-1, -2), -1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class Latent(nn.Module):
    """DeepSeek's attention: queries from one short vector a position, keys and values from another."""

    def __init__(self, width, heads, queries, latent, plain, turned, values):
        super().__init__()
        self.sizes = heads, latent, plain, turned, values
        self.q_a = nn.Linear(width, queries, bias=False)
        self.q_norm = nn.RMSNorm(queries)
        self.q_b = nn.Linear(queries, heads * (plain + turned), bias=False)
        self.kv_a = nn.Linear(width, latent + turned, bias=False)
        self.kv_norm = nn.RMSNorm(latent)
        self.kv_b = nn.Linear(latent, heads * (plain + values), bias=False)
        self.out = nn.Linear(heads * values, width, bias=False)

    def forward(self, x):
        heads, latent, plain, turned, values = self.sizes
        q = self.q_b(self.q_norm(self.q_a(x))).unflatten(-1, (heads, plain + turned))
        short, key = self.kv_a(x).split([latent, turned], -1)
        both = self.kv_b(self.kv_norm(short)).unflatten(-1, (heads, plain + values))
        k, v = both.split([plain, values], -1)
        k = torch.cat([k, key[:, :, None].expand(-1, -1, heads, -1)], -1)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        weights = torch.softmax(q @ k.transpose(-1, -2), -1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class Gated(nn.Module):
    """Three matrices: one is the gate of another."""

    def __init__(self, width, inner):
        super().__init__()
        self.gate = nn.Linear(width, inner, bias=False)
        self.up = nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down(functional.silu(self.gate(x)) * self.up(x))


class Experts(nn.Module):
    """As many networks with a gate as there are, of which the first few stand for those that are chosen."""

    def __init__(self, width, inner, number, chosen, shared=0):
        super().__init__()
        self.chosen = chosen
        self.router = nn.Linear(width, number, bias=False)
        self.into = nn.Parameter(torch.empty(2, number, width, inner))
        self.back = nn.Parameter(torch.empty(number, inner, width))
        self.shared = Gated(width, shared * inner) if shared else None

    def forward(self, x):
        scores = self.router(x)[0, :, : self.chosen].T[..., None]
        gate, up = (x.expand(self.chosen, -1, -1) @ part[: self.chosen] for part in self.into)
        made = (functional.silu(gate) * up) @ self.back[: self.chosen]
        y = (made * scores).sum(0, keepdim=True)
        return y if self.shared is None else y + self.shared(x)


class Block(nn.Module):
    """Parts that each have a norm before and are added; a part that takes a memory gets it."""

    def __init__(self, norm, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.norms = nn.ModuleList(norm() for _ in parts)

    def forward(self, x, memory=None):
        for i, (norm, part) in enumerate(zip(self.norms, self.parts, strict=True)):
            crosses = memory is not None and i == 1
            x = x + (part(norm(x), memory) if crosses else part(norm(x)))
        return x


class Decoder(nn.Module):
    """Tokens, blocks, a norm and a head, which is the table of tokens where it is tied."""

    def __init__(self, words, width, blocks, norm, *, tied=False, positions=0):
        super().__init__()
        self.table = nn.Embedding(words, width)
        self.positions = nn.Parameter(torch.empty(positions, width)) if positions else None
        self.blocks, self.norm = nn.ModuleList(blocks), norm()
        self.head = self.table if tied else nn.Linear(width, words, bias=False)

    def forward(self, x, memory=None):
        y = self.table(x)
        if self.positions is not None:
            y = y + self.positions[: y.shape[1]]
        for block in self.blocks:
            y = block(y) if memory is None else block(y, memory)
        return functional.linear(self.norm(y), self.head.weight)


def two(width, inner, act, *, bias=True):
    return nn.Sequential(nn.Linear(width, inner, bias), act, nn.Linear(inner, width, bias))


def gpt2(words=50257, width=768, depth=12, heads=12):
    norm = lambda: nn.LayerNorm(width)  # noqa: E731
    biases = (True,) * 4
    blocks = [
        Block(norm, Attention(width, heads, heads, width // heads, biases), two(width, 4 * width, nn.GELU()))
        for _ in range(depth)
    ]  # fmt: skip
    return Decoder(words, width, blocks, norm, tied=True, positions=1024)


def llama(words, width, depth, heads, shared, network, biases=(False,) * 4, *, tied=False):
    norm = lambda: nn.RMSNorm(width)  # noqa: E731
    attention = lambda: Attention(width, heads, shared, width // heads, biases)  # noqa: E731
    blocks = [Block(norm, attention(), network()) for _ in range(depth)]
    return Decoder(words, width, blocks, norm, tied=tied)


def deepseek(words, width, depth, dense, latent, network, experts):
    norm = lambda: nn.RMSNorm(width)  # noqa: E731
    parts = [network] * dense + [experts] * (depth - dense)
    blocks = [Block(norm, Latent(width, *latent), part()) for part in parts]
    return Decoder(words, width, blocks, norm)


QKV = (True, True, True, False)
LATENT = (128, 1536, 512, 128, 64, 128)
DECODERS = {
    "gpt2": gpt2,
    "gpt2_xl": lambda: gpt2(width=1600, depth=48, heads=25),
    "gpt3_13b": lambda: gpt2(width=5120, depth=40, heads=40),
    "llama2_13b": lambda: llama(32000, 5120, 40, 40, 40, lambda: Gated(5120, 13824)),
    "llama3_8b": lambda: llama(128256, 4096, 32, 32, 8, lambda: Gated(4096, 14336)),
    "llama3_405b": lambda: llama(128256, 16384, 126, 128, 8, lambda: Gated(16384, 53248)),
    "mixtral_8x7b": lambda: llama(32000, 4096, 32, 32, 8, lambda: Experts(4096, 14336, 8, 2)),
    "qwen2_0_5b": lambda: llama(151936, 896, 24, 14, 2, lambda: Gated(896, 4864), QKV, tied=True),
    "qwen2_72b": lambda: llama(152064, 8192, 80, 64, 8, lambda: Gated(8192, 29568), QKV),
    "deepseek_v2": lambda: deepseek(
        102400, 5120, 60, 1, LATENT, lambda: Gated(5120, 12288), lambda: Experts(5120, 1536, 160, 6, 2)
    ),
    "deepseek_v3": lambda: deepseek(
        129280, 7168, 61, 3, LATENT, lambda: Gated(7168, 18432), lambda: Experts(7168, 2048, 256, 8, 1)
    ),
}  # fmt: skip


def counted(run):
    """The FLOPs that PyTorch counts, two for a product with its sum."""
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        run()
    return counter.get_total_flops()


def elements(module):
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize("name", DECODERS)
def test_decoders(name):
    """Positions of GPT-3 alone are more than those of GPT-2, which the module has."""
    with torch.device("meta"):
        module, tokens = DECODERS[name](), torch.zeros(1, 37, dtype=torch.long)
        flops = counted(lambda: module(tokens))
    arguments = {"n_ctx": 1024} if name.startswith("gpt") else {}
    cost = sf.cost(sf.zoo.model(name, **arguments), (37,), "2mac")
    assert (cost.params, cost.flops) == (elements(module), flops)


@pytest.mark.parametrize(
    ("name", "width", "depth"), [("bert_base", 768, 12), ("bert_large", 1024, 24)]
)
def test_bert(name, width, depth):
    """PyTorch's own encoder, which normalises behind each part."""
    heads = width // 64
    with torch.device("meta"):
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, batch_first=True)
        encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False).train()
        tables = nn.ModuleList(nn.Embedding(rows, width) for rows in (30522, 512, 2))
        norm, pooler = nn.LayerNorm(width), nn.Linear(width, width)
        x = torch.zeros(1, 37, width)
        flops = counted(lambda: pooler(encoder(norm(x))[:, 0]))
    cost = sf.cost(sf.zoo.model(name), (37,), "2mac")
    assert cost.params == sum(map(elements, (encoder, tables, norm, pooler)))
    assert cost.flops == flops


def encoder_decoder(depth, norm, reading, crossing, network):
    """The blocks of both halves and their last norms."""
    encoder = [Block(norm, reading(), network()) for _ in range(depth)]
    decoder = [Block(norm, reading(), crossing(), network()) for _ in range(depth)]
    return nn.Sequential(*encoder, norm()), decoder


@pytest.mark.parametrize(
    ("name", "width", "depth", "heads", "size", "inner"),
    [
        ("t5_small", 512, 6, 8, 64, 2048),
        ("t5_base", 768, 12, 12, 64, 3072),
        ("t5_11b", 1024, 24, 128, 128, 65536),
    ],
)
def test_t5(name, width, depth, heads, size, inner):
    norm = lambda: nn.RMSNorm(width)  # noqa: E731
    attention = lambda: Attention(width, heads, heads, size)  # noqa: E731
    network = lambda: two(width, inner, nn.ReLU(), bias=False)  # noqa: E731
    with torch.device("meta"):
        encoder, decoder = encoder_decoder(depth, norm, attention, attention, network)
        biases = nn.Embedding(2 * 32, heads)
        target = Decoder(32128, width, decoder, norm, tied=True)
        source, words = torch.zeros(1, 41, width), torch.zeros(1, 37, dtype=torch.long)
        flops = counted(lambda: target(words, encoder(source)))
    cost = sf.cost(sf.zoo.model(name), [(41,), (37,)], "2mac")
    assert cost.params == sum(map(elements, (encoder, target, biases)))
    assert cost.flops == flops


@pytest.mark.parametrize(
    ("name", "width", "depth", "heads"), [("tiny", 384, 4, 6), ("large", 1280, 32, 20)]
)
def test_whisper(name, width, depth, heads):
    norm = lambda: nn.LayerNorm(width)  # noqa: E731
    biases = (True, False, True, True)
    attention = lambda: Attention(width, heads, heads, width // heads, biases)  # noqa: E731
    network = lambda: two(width, 4 * width, nn.GELU())  # noqa: E731
    with torch.device("meta"):
        encoder, decoder = encoder_decoder(depth, norm, attention, attention, network)
        stem = nn.Sequential(
            nn.Conv1d(80, width, 3, padding=1), nn.Conv1d(width, width, 3, stride=2, padding=1)
        )
        target = Decoder(51865, width, decoder, norm, tied=True, positions=448)
        frames, words = torch.zeros(1, 80, 101), torch.zeros(1, 37, dtype=torch.long)
        flops = counted(lambda: target(words, encoder(stem(frames).transpose(1, 2))))
    cost = sf.cost(sf.zoo.model(f"whisper_{name}"), [(80, 101), (37,)], "2mac")
    assert cost.params == sum(map(elements, (encoder, target, stem)))
    assert cost.flops == flops
