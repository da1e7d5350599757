"""The pictures of the README, drawn from what the package prints: ``python notebooks/pictures/make.py``.

Needs pdflatex, pdftocairo (poppler) and Pillow. Each PNG carries the LaTeX that it was set from, so that a test
can say which are out of date.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import symflops as sf

FOLDER = Path(__file__).parent
DOCUMENT = r"""\documentclass[10pt]{article}
\usepackage[paperwidth=%gpt,paperheight=30in,textwidth=%gpt,margin=8pt]{geometry}
\usepackage{float,%s}
\pagestyle{empty}\parindent0pt
\begin{document}
%s
\end{document}
"""


def table():
    """ResNet-18 in groups, its FLOPs under three conventions."""
    resnet = sf.cost(sf.zoo.resnet18()).at(H=224, W=224)
    rows = resnet.table("layer,output,params,flops", groups=1, conventions=("mac", "2mac", "exact"))
    return rows.to_latex().replace("[tbp]", "[H]")


def derivation():
    """What a transformer layer costs, step by step."""
    N, D, h = sf.dims("N D h")
    layer = sf.TransformerEncoderLayer(D, h, 4 * D)
    return sf.derive(sf.cost(layer, (N, D), "2mac"), "flops").to_latex()


PICTURES = {"resnet18": table, "derivation": derivation}


def drawn(latex, width=345):
    """Set LaTeX, and return it as a trimmed picture."""
    from PIL import Image, ImageChops

    packages = latex.partition("\n")[0].partition("needs ")[2]
    packages = packages.replace("\\usepackage{", "").replace("}", ",").replace(" ", "").strip(",")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "picture.tex")
        source.write_text(DOCUMENT % (width + 16, width, packages, latex), encoding="utf-8")
        run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
        subprocess.run(run, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["pdftocairo", "-png", "-r", "170", "-singlefile", "picture.pdf", "picture"],
            cwd=folder,
            check=True,
        )
        page = Image.open(Path(folder, "picture.png")).convert("RGB")
    left, top, right, bottom = ImageChops.invert(page).getbbox()
    edge = 24
    picture = Image.new("RGB", (page.width, bottom - top + 2 * edge), "white")
    picture.paste(page.crop((0, top, page.width, bottom)), (0, edge))
    return picture


def main(names):
    from PIL.PngImagePlugin import PngInfo

    for name in names or PICTURES:
        latex = PICTURES[name]()
        said = PngInfo()
        said.add_text("LaTeX", latex)
        drawn(latex).save(FOLDER / f"{name}.png", pnginfo=said, optimize=True)
        print(f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
