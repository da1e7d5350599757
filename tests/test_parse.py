"""Formulas as people write them are read as what they mean; a line each for every way of writing."""

import re

import pytest
import sympy
from sympy import Integer, Rational

import symflops as sf
from symflops.exprs import gcd, log2, minimum
from symflops.reading.formulas import read
from symflops.reading.lexis import is_latex
from symflops.symbols import Member, index

B, C, D, H, K, L, M, N, T, V, W = sf.dims("B C D H K L M N T V W")
a, b, c, d, h, k, n, s, w, x, y = sf.dims("a b c d h k n s w x y")
C_in, C_out, k_h, d_model = sf.dims("C_in C_out k_h d_model")
ell, hidden_size, batch, heads = sf.dims("ell hidden_size batch heads")
FAMILY, i, l = sf.family("C"), index("i"), index("l")  # noqa: E741 - as in the formulas

LATEX = [
    (r"hwC^2", h * w * C**2),
    (r"C_{in}k_hC_{out}", C_in * k_h * C_out),
    (r"C_{\text{in}}C_{\mathrm{in}}C_inC_{\rm in}", C_in**4),
    (r"d_model d_{\text{model}}", d_model**2),
    (r"\text{head\_dim}\cdot\text{batch size}", sf.dim("head_dim") * sf.dim("batch_size")),
    (r"\mathrm{batch}\,n", batch * n),
    (r"\mathbf{W}\mathit{n}\operatorname{heads}", W * n * heads),
    (r"D'+D^\prime+D^{\prime}", 3 * sf.dim("D_prime")),
    (r"d''", sf.dim("d_prime_prime")),
    (r"D'^2", sf.dim("D_prime") ** 2),
    (r"\hat L_{LoRA}+\bar{x}\tilde n", sf.dim("L_hat_LoRA") + sf.dim("x_bar") * sf.dim("n_tilde")),
    (r"\hat{L_a}", sf.dim("L_a_hat")),
    (r"\ell+ℓ", 2 * ell),
    (r"|V|d+\left|V\right|+\lvert V\rvert", V * d + 2 * V),
    (r"a\cdot b\times c*d", a * b * c * d),
    (r"\left(a+b\right)\big(c\big)\Bigl[d\Bigr]", (a + b) * c * d),
    (r"\left\{a\right\}\{b\}", a * b),
    (r"\frac{a}{b}\dfrac{c}{d}\tfrac{1}{2}", a * c / (2 * b * d)),
    (r"\frac12\frac1{2}\frac{a}2", a / 8),
    (r"{a \over b}", a / b),
    (r"a/b", a / b),
    (r"a\div b", a / b),
    (r"\sqrt{n}+\sqrt n", 2 * sympy.sqrt(n)),
    (r"\lfloor H/2\rfloor", sympy.floor(H / 2)),
    (r"\left\lfloor\frac{H}{2}\right\rfloor", sympy.floor(H / 2)),
    (r"\lceil H/2\rceil", sympy.floor(H / 2 + Rational(1, 2))),
    (r"\lceil\log_2 n\rceil", -sympy.floor(-log2(n))),
    (r"\log_2 n+\log_2(n)+\log_{2}{n}", 3 * log2(n)),
    (r"n^{\log_27}", n ** log2(Integer(7))),
    (r"\log_{10} n", log2(n) / log2(Integer(10))),
    (r"\min(a,b)+\min\{a,b\}", 2 * minimum(a, b)),
    (r"\max(a,b)", a + b - minimum(a, b)),
    (r"\operatorname{max}(a,b)", a + b - minimum(a, b)),
    (r"\max(1,234)", Integer(234)),
    (r"\gcd(a,b)", gcd(a, b)),
    (r"\operatorname{gcd}{\left(a,b\right)}", gcd(a, b)),
    (r"\sum_{i=1}^{L}C_i", sympy.Sum(FAMILY[i], (i, 1, L))),
    (r"\sum_{l=1}^L C_{l-1}C_l", sympy.Sum(FAMILY[l - 1] * FAMILY[l], (l, 1, L))),
    (r"\sum\limits^{L}_{i=1}i", sympy.Sum(i, (i, 1, L))),
    (r"\sum_iC_i", sympy.Sum(FAMILY[i], (i, 1, sf.dim("n_i")))),
    (r"\prod_{i<l}C_i", sympy.Product(FAMILY[i], (i, 1, sf.dim("l") - 1))),
    (r"\prod_{i\le L}C_i", sympy.Product(FAMILY[i], (i, 1, L))),
    (r"\sum_{i=1}^{L}C_i+1", sympy.Sum(FAMILY[i], (i, 1, L)) + 1),
    (r"\underbrace{2N^2D}_{\text{scores}}+\overbrace{D}^{x}", 2 * N**2 * D + D),
    (r"a\,b\;c\:d\!k\quad h\qquad s~w\ x\hspace{1em}y", a * b * c * d * k * h * s * w * x * y),
    (r"10^9", Integer(10**9)),
    (r"10^{9}N", 10**9 * N),
    (r"1{,}728+86,704,128", Integer(1728 + 86704128)),
    (r"k_h^2+C^2_{in}", k_h**2 + C_in**2),
    (r"2K^2C", 2 * K**2 * C),
    (r"K-k", K - k),
    (r"k^2M", k**2 * M),
    (r"18BTDF", 18 * B * T * D * sf.dim("F")),
    (r"H(C+1)", H * (C + 1)),
    (r"L[8sd^2+4s]", L * (8 * s * d**2 + 4 * s)),
    (r"\Psi\alpha_1", sf.dim("Psi") * sf.dim("alpha_1")),
    (r"N^*+N^{*}", 2 * sf.dim("N_star")),
    (r"a+\textcolor{red}{b}", a + b),
    (r"$a+b$", a + b),
    (r"\[a+b\]", a + b),
    ("a + b % a comment\n", a + b),
    (r"3{\times}3", Integer(9)),
    (r"\lfloor\frac{H+2\times\text{padding}[0]}{\text{stride}[0]}\rfloor", sympy.floor((H + 2 * sf.dim("padding_0")) / sf.dim("stride_0"))),
    (r"\operatorname*{max}(a,b)", a + b - minimum(a, b)),
    (r"P^2 D\ ?", sf.dim("P") ** 2 * D),
    (r"batch\_size \times d\_model", sf.dim("batch_size") * d_model),
    (r"L_{out} × stride - kernel_size + 2 n_kv_heads", sf.dim("L_out") * sf.dim("stride") - sf.dim("kernel_size") + 2 * sf.dim("n_kv_heads")),
    (r"2 \cdot softmax \cdot batch \cdot hb", 2 * sf.dim("softmax") * batch * h * b),
    (r"k^2c次乘法", k**2 * c),
    (r"KV缓存大小\cdot n", sf.dim("KV缓存大小") * n),
    (r"C_{\text{kv cache}} + C_\text{kv cache}", 2 * sf.dim("C_kv_cache")),
    (r"12\#\text{heads}", 12 * heads),
    (r"\frac{in_channels}{kv_heads}", sf.dim("in_channels") / sf.dim("kv_heads")),
    (r"24.n.d_{model}.", 24 * n * d_model),
    (r"hidden_{size}+seq_{len}", hidden_size + sf.dim("seq_len")),
    (r"{C}_{in}{k}'+\underbrace{a}_{\text{x}}", C_in * sf.dim("k_prime") + a),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), LATEX)
def test_latex(text, meant):
    assert sympy.expand(sf.parse(text) - meant) == 0


PLAIN = [
    ("2·C_in·k²−1", 2 * C_in * k**2 - 1),
    ("2 × C_in ∗ k", 2 * C_in * k),
    ("½C + ¼·C", C * Rational(3, 4)),
    ("2½N", N * Rational(5, 2)),
    ("⌊H/2⌋·⌈W/2⌉", sympy.floor(H / 2) * sympy.floor(W / 2 + Rational(1, 2))),
    ("２＊Ｃ＋１", 2 * C + 1),
    ("（N＋１）×Ｄ", (N + 1) * D),
    ("n⁻¹·k²", k**2 / n),
    ("C₁", sf.dim("C_1")),
    ("√(n)", sympy.sqrt(n)),
    ("log₂(n)", log2(n)),
    ("αβ", sf.dim("alpha") * sf.dim("beta")),
    ("3万", Integer(30000)),
    ("1.2亿", Integer(120_000_000)),
    ("2.5亿次", Integer(250_000_000)),
    ("输入通道·输出通道·k²", sf.dim("输入通道") * sf.dim("输出通道") * k**2),
    ("2*C_in*k**2", 2 * C_in * k**2),
    ("2*C_in*k^2", 2 * C_in * k**2),
    ("floor((H - k)/s) + 1", sympy.floor((H - k) / s) + 1),
    ("math.floor(H/2) + np.floor(H/2)", 2 * sympy.floor(H / 2)),
    ("H//2", sympy.floor(H / 2)),
    ("ceil(H/2)", sympy.floor(H / 2 + Rational(1, 2))),
    ("Max(a, b) + min(a, b)", a + b),
    ("Rational(13,12)*h", h * Rational(13, 12)),
    ("Rational(25,10)*Rational(1,1000)", Rational(1, 400)),
    ("log(7, 2) + log2(7)", 2 * log2(Integer(7))),
    ("sqrt(n*n)", n),
    ("2**3**2", Integer(512)),
    ("-2**2", Integer(-4)),
    ("2**-1", Rational(1, 2)),
    ("hidden size * batch", hidden_size * batch),
    ("heads(2n+1)", heads * (2 * n + 1)),
    ("C[l-1]*C[l]", Member(FAMILY, sf.dim("l") - 1) * Member(FAMILY, sf.dim("l"))),
    ("Sum(C[l]*C[l - 1], (l, 1, L))", sympy.Sum(FAMILY[l] * FAMILY[l - 1], (l, 1, L))),
    ("M Σ_(l=1..L) C_l", M * sympy.Sum(FAMILY[l], (l, 1, L))),
    ("∑_{l=1}^{L} C_l", sympy.Sum(FAMILY[l], (l, 1, L))),
    ("3x3x64", Integer(576)),
    ("11 x 11 x 3", Integer(363)),
    ("C_in x C_out x k x k", C_in * C_out * k**2),
    ("0^2 + n", n),
    ("6.3e24", Integer(63 * 10**23)),
    ("1_000_000", Integer(10**6)),
    ("n^0.5 + n**0.5", 2 * sympy.sqrt(n)),
    ("lambda*d", sf.dim("lambda") * d),
    ("x1 + x2", sf.dim("x1") + sf.dim("x2")),
    ("Hout*H", sf.dim("Hout") * H),
    ("C_in_1 (softmax_width)²", sf.dim("C_in_1") * sf.dim("softmax_width") ** 2),
    ("2CinK^2", 2 * sf.dim("Cin") * K**2),
    ("2HWCoutk^2", 2 * H * W * sf.dim("Cout") * k**2),
    ("2Ld_model", 2 * L * d_model),
    ("2hk次", 2 * h * k),
    ("2 × token数 × 总FLOPs", 2 * sf.dim("token数") * sf.dim("总FLOPs")),
    ("通道数C_in×核大小k", C_in * k),
    ("n log_k(n)", n * log2(n) / log2(k)),
    ("KV cache size * 2", 2 * sf.dim("KV_cache_size")),
    ("KV 缓存 × 2", 2 * sf.dim("KV_缓存")),
    ("n x d_model", n * d_model),
    ("8xD^2xL+3xL^2", 8 * D**2 * L + 3 * L**2),
    ("2 x y + 3 x", 2 * x * y + 3 * x),
    ("12*hd^2 + 4hd", 12 * h * d**2 + 4 * h * d),
    ("e3x3*s1x1", sf.dim("e3x3") * sf.dim("s1x1")),
    ("NxCx3x3", 9 * sf.dim("N") * sf.dim("C")),
    ("lm_head + 2 q_lora_rank/pos_embedding", sf.dim("lm_head") + 2 * sf.dim("q_lora_rank") / sf.dim("pos_embedding")),
    ("2nd_model", 2 * n * d_model),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), PLAIN)
def test_plain_text_and_python(text, meant):
    assert sympy.expand(sf.parse(text) - meant) == 0


UNITS = [
    ("60M", 60 * 10**6, ""),
    ("60M*4", 240 * 10**6, ""),
    ("4866M", 4866 * 10**6, ""),
    ("16B", 16 * 10**9, ""),
    ("7\\text{B}", 7 * 10**9, ""),
    (r"4.1\text{ GFLOPs}", 41 * 10**8, "flops"),
    ("4.1 GFLOPs", 41 * 10**8, "flops"),
    (r"3.8\times10^9\text{ MACs}", 38 * 10**8, "macs"),
    ("25.6M params", 256 * 10**5, "params"),
    ("97.5 MiB", Rational(195, 2) * 2**20, "bytes"),
    (r"6.7\,GiB", Rational(67, 10) * 2**30, "bytes"),
    ("45GB", 45 * 10**9, "bytes"),
    ("10KB", 10**4, "bytes"),
    ("8Gb", 8 * 10**9, "bits"),
    ("2.5ms", Rational(1, 400), "seconds"),
    ("3µs", Rational(3, 10**6), "seconds"),
    ("28%", Rational(28, 100), ""),
    (r"28\%", Rational(28, 100), ""),
    ("3亿参数", 3 * 10**8, "params"),
    ("6*N*D FLOPs.", 6 * N * D, "flops"),
    ("6ND FLOPs", 6 * N * D, "flops"),
    ("34blsh bytes", 34 * b * sf.dim("l") * s * h, "bytes"),
    ("2hw MACs", 2 * h * w, "macs"),
    (r"6ND\text{ b}", 6 * N * D, "bits"),
    (r"6ND\text{ FLOPs per token}", 6 * N * D, "flops"),
    ("25 M params", 25 * 10**6, "params"),
    ("7 billion parameters", 7 * 10**9, "params"),
    ("312 TFLOP/s", 312 * 10**12, "flops"),
    ("14*2/4 GB", 7 * 10**9, "bytes"),
    (r"14/2\text{ GB}", 7 * 10**9, "bytes"),
    (r"150\text{ TFLOPs/s}", 150 * 10**12, "flops"),
    (r"1555\ \text{GB/s}", 1555 * 10**9, "bytes"),
    (r"3.8\text{ GFLOPs per image}", 38 * 10**8, "flops"),
    (r"\frac{600\ GB/sec}{2}", 3 * 10**11, "bytes"),
    ("2 bytes/param × 7B", 14 * 10**9, "bytes"),
    ("2*T*B + 84TB", 2 * T * B + 84 * 10**12, "bytes"),
    (r"7\text{ billion parameters}", 7 * 10**9, "params"),
    (r"1.4\text{ T tokens}", 14 * 10**11, ""),
    ("13 B parameters", 13 * 10**9, "params"),
    (r"2\cdot\textbf{14 GB}", 28 * 10**9, "bytes"),
    ("86 us", Rational(86, 10**6), "seconds"),
    ("138M个参数", 138 * 10**6, "params"),
    ("2hk 次乘法", 2 * h * k, "mults"),
    ("2hk multiplications", 2 * h * k, "mults"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "quantity"), UNITS)
def test_a_number_glued_to_a_unit_is_that_number_with_its_unit(text, value, quantity):
    reading = read(text)
    assert (reading.value, reading.quantity) == (value, quantity)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2K^2C", 2 * K**2 * C),
        ("2K+K^2", 2 * K + K**2),
        ("18BTDF+2B", 18 * B * T * D * sf.dim("F") + 2 * B),
        ("2TB+T", 2 * T * B + T),
        ("5b", 5 * b),
        ("2k", 2 * k),
        (r"2\,B", 2 * B),
        (r"100\,d\,n", 100 * d * n),
        ("4MN", 4 * M * N),
        ("B", B),
    ],
)
def test_elsewhere_the_letters_of_units_are_symbols(text, meant):
    assert sf.parse(text) == meant


def test_a_letter_that_may_be_a_unit_is_offered_as_a_symbol():
    reading = read("2K")
    assert reading.value == 2000
    assert reading.notes == ["K behind a number is read as its unit"]
    assert [other.value for other in reading.readings] == [2 * K]
    assert sf.parse("2K", symbols="K") == 2 * K


def test_a_letter_apart_from_its_number_is_a_unit_where_numbers_alone_are_related():
    reading = read("4096·4096 = 16,777,216 ≈ 17 M")
    assert reading.value.sides[2] == 17 * 10**6
    assert reading.readings[0].value.sides[2] == 17 * M
    assert sf.parse("N ≈ 17 M").sides[1] == 17 * M
    assert read("2TB+T").readings[0].value == 2 * 10**12 + T


def test_a_b_apart_from_decimals_is_bytes_and_offered_as_a_billion():
    reading = read("1.5 B")
    assert (reading.value, reading.quantity) == (Rational(3, 2), "bytes")
    assert [other.value for other in reading.readings] == [15 * 10**8]


def test_an_x_between_names_is_offered_as_a_symbol():
    reading = read("n x d")
    assert (reading.value, reading.readings[0].value) == (n * d, n * d * x)
    assert sf.parse("n x d", symbols="x") == n * d * x


def test_a_quantity_is_a_factor_where_the_chain_speaks_of_another():
    flops, macs = sf.dims("FLOPs MACs")
    for text in (r"FLOPs = 2\,MACs", r"\text{FLOPs}=2\text{ MACs}", "FLOPs = 2 MACs"):
        assert sf.parse(text).sides == (flops, 2 * macs)
    assert sf.parse("FLOPs = 153 FLOPs").sides == (flops, 153)
    assert read("Memory = 16 GB").value.sides[1] == 16 * 10**9


@pytest.mark.parametrize(
    ("text", "value", "last", "printed"),
    [
        ("60M", 60 * 10**6, 10**6, "60M"),
        ("4.1 GFLOPs", 41 * 10**8, 10**8, "4.1 GFLOPs"),
        (r"3.8\times10^{9}", 38 * 10**8, 10**8, r"3.8\times10^{9}"),
        (r"3.14\times10^{23}", 314 * 10**21, 10**21, r"3.14\times10^{23}"),
        ("2·10^9", 2 * 10**9, 10**9, "2·10^9"),
        ("6.3e24", 63 * 10**23, 10**23, "6.3e24"),
        (r"28\%", Rational(28, 100), Rational(1, 100), r"28\%"),
        ("93.3%", Rational(933, 1000), Rational(1, 1000), "93.3%"),
        (r"7\text{ billion parameters}", 7 * 10**9, 10**9, r"7\text{ billion parameters}"),
        ("1.20", Rational(6, 5), Rational(1, 100), "1.20"),
        ("1.2亿", 12 * 10**7, 10**7, "1.2亿"),
    ],
)
def test_printed_numbers_keep_the_worth_of_their_last_digit(text, value, last, printed):
    (found,) = read(text).printed
    assert (found.value, found.unit_in_the_last_place, found.text) == (value, last, printed)


def test_exact_numbers_are_not_printed_ones():
    assert read("1728*64 + 2**20 + N/2").printed == []


ERRORS = [
    ("", "expected a formula, got nothing", None),
    ("2*", "expected a number, a symbol or '(', got the end of the text", 2),
    ("2 H W * * C", "expected a number, a symbol or '(', got '*'", 8),
    ("(a+b", "expected ')' to close '(', got the end of the text", 4),
    ("a+b)", "expected an operator, a relation or the end, got ')'", 3),
    (r"\frac{a}", "expected a number, a symbol or '(', got the end of the text", 8),
    (r"\foo{a}", r"the command \foo is not read", 0),
    ("2 3", "two numbers stand side by side; write a sign between them", 2),
    ("the number of heads", "'the' is a word of a sentence; declare it if it is a symbol", 0),
    ("gates memory", "two words stand side by side; write a sign between them", 6),
    ("H mod s", "'mod' is a word of a sentence", 2),
    ("sum(C[i] for i in range(L))", "is a word of a sentence", 9),
    (r"1 + \dots + n", "dots are not read; write a sum as", 4),
    ("1 + … + n", "dots are not read; write a sum as", 4),
    (r"n \in N", r"the command \in is not read", 2),
    ("x.shape", "expected an operator, a relation or the end, got 's'", 2),
    (r"\mathrm{6ND}", "'6ND' is no name for a dimension", 0),
    ("n!", "factorials are not read", 1),
    ("12 # heads", "expected an operator, a relation or the end, got '#'", 3),
    ("a|b - c|", "an absolute value is not read", 1),
    ("a^b^c", "two exponents in a row", 3),
    (r"\sqrt[3]{n}", "only square roots are read", 0),
    (r"\lg n", r"write \log_2 or \log_{10}", 0),
    ("a/(b-b)", "division by zero", 1),
    ("a/(c(a+b)-ca-cb)", "division by zero", 1),
    ("0^0", "0 has no such power", 0),
    ("n^{65}", "an exponent is a whole number up to 64", 0),
    ("n^{1/3}", "an exponent is a whole number up to 64", 0),
    ("10**10**10", "a number of this size is not computed", 0),
    (r"\sum C_i", "a sum needs its index", 0),
    ("a, b", "expected an operator, a relation or the end, got 'b'", 3),
    ("Rational(1, 0)", "Rational needs two numbers, and the second is not 0", 0),
    ("floor(a, b)", "floor takes 1 argument, got 2", 0),
    (r"\begin{tikzpicture}\end{tikzpicture}", "the environment tikzpicture holds no formula that is read", 7),
    ("a @ b", "'@' (commercial at) has no meaning in a formula", 2),
    ("x_{a", "this '{' is not closed", 2),
    ("log(0)", "a logarithm needs positive numbers", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "position"), ERRORS)
def test_errors_show_the_place_and_what_was_expected(text, message, position):
    with pytest.raises(sf.ReadError, match=re.escape(message)) as caught:
        sf.parse(text)
    assert position in (None, caught.value.position)
    assert str(caught.value).splitlines()[-1].strip() == "^"


def test_other_values_than_text_are_refused():
    with pytest.raises(sf.ReadError, match="expected a formula as text, got int"):
        sf.parse(3)


@pytest.mark.parametrize(
    ("text", "latex"),
    [("hwC^2", True), ("2*C_in", False), ("18BTDF", True), ("C_{in}", True), ("heads n", False)],
)
def test_what_is_taken_for_latex(text, latex):
    assert is_latex(text) is latex


@pytest.mark.parametrize("text", ["exp(x)", "2*exp (L)", r"\exp(x)"])
def test_exponentials_are_refused(text):
    with pytest.raises(sf.ReadError, match="not read"):
        sf.parse(text)
