"""Draws the pictures of the README: ``python notebooks/pictures/make.py`` (needs pdflatex and pdftoppm)."""

import subprocess
import tempfile
from pathlib import Path

import symflops as sf

HERE = Path(__file__).parent
PAGE = r"""\documentclass{article}
\usepackage[paperwidth=365pt,paperheight=%dpt,margin=10pt]{geometry}
\usepackage{booktabs,float}
\pagestyle{empty}
\begin{document}
\null\vfill
\input{table}
\vfill
\end{document}
"""


def picture(name: str, table: str, height: int) -> None:
    """Set a table with pdfLaTeX and write it as ``name``.png."""
    with tempfile.TemporaryDirectory() as folder:
        here = table.replace("[tbp]", "[H]")  # where it stands, not on a page of floats
        (Path(folder) / "table.tex").write_text(here, encoding="utf-8")
        (Path(folder) / "page.tex").write_text(PAGE % height, encoding="utf-8")
        for command in (
            ["pdflatex", "-interaction=batchmode", "page.tex"],
            ["pdftoppm", "-r", "160", "-png", "-singlefile", "page.pdf", str(HERE / name)],
        ):
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    alexnet = sf.cost(sf.zoo.alexnet(), convention="2mac").at(H=224, W=224)
    picture("alexnet", alexnet.table().to_latex(), 400)
