"""The notebooks run, say what they said when they were committed, and are fit to be read.

``python tests/test_notebooks.py`` runs them and writes their outputs anew.
"""

import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks need nbformat (extra jupyter)")
nbclient = pytest.importorskip("nbclient", reason="notebooks need nbclient (extra jupyter)")
pytest.importorskip("ipykernel", reason="notebooks need ipykernel (extra jupyter)")
# finds the fonts here: a notebook that has to find them first says so on stderr
pytest.importorskip("matplotlib.font_manager", reason="notebooks need matplotlib (extra plot)")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w./])/(?:home|root|tmp|work|Users)\b|[A-Za-z]:\\")
MOST_LINES = 12

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def outputs(cell):
    """Everything a cell shows: printed text, and each result in every form it has.

    Of a picture only that it is there: its bytes differ from one matplotlib to the next, though it shows
    the same. What it shows is held by ``test_plot.py``.
    """
    printed, shown = {}, []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            printed[output.name] = printed.get(output.name, "") + output.text
        elif output.output_type == "error":
            shown.append(output.traceback)
        else:
            forms = output.data.items()
            shown.append({f: "a picture" if f.startswith("image/") else d for f, d in forms})
    return printed, shown


def executed(path):
    """Run a notebook from its sources alone."""
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # what is printed is one text, however it arrives
    )
    client.execute()
    notebook.metadata.language_info = {"name": "python"}  # not which Python it was
    return notebook


def test_there_are_notebooks():
    assert NOTEBOOKS


@each_notebook
def test_a_notebook_runs_and_says_what_was_committed(path):
    committed, fresh = read(path), executed(path)
    for before, after in zip(committed.cells, fresh.cells, strict=True):
        assert outputs(after) == outputs(before), f"in the cell\n{before.source}"


@each_notebook
def test_outputs_are_committed_in_order_and_without_times(path):
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    assert not any("execution" in cell.metadata for cell in cells)
    assert read(path).metadata.kernelspec.name == "python3"


@each_notebook
def test_long_numbers_in_the_text_are_computed(path):
    cells = read(path).cells
    shown = " ".join(str(outputs(cell)) for cell in cells).replace(",", "")
    for cell in cells:
        if cell.cell_type == "markdown":
            for number in re.findall(r"\d{1,3}(?:,\d{3})+", cell.source):
                assert re.search(rf"\b{number.replace(',', '')}\b", shown), number


@each_notebook
def test_no_cell_holds_a_machine_path(path):
    for cell in read(path).cells:
        printed, shown = outputs(cell)
        forms = [form for result in shown if isinstance(result, dict) for form in result.values()]
        found = MACHINE_PATH.search("\n".join([cell.source, *printed.values(), *map(str, forms)]))
        assert found is None, f"{found[0]} in the cell\n{cell.source}"


@each_notebook
def test_cells_are_short(path):
    for cell in read(path).cells:
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.source


@each_notebook
def test_a_notebook_is_numbered_and_titled(path):
    number = re.match(r"(\d\d)_[a-z]", path.name)
    assert number
    assert read(path).cells[0].source.startswith(f"# {int(number[1])}. ")


def test_a_machine_path_is_recognised():
    for text in ("/home/me/x", "at /tmp", '"/home/x"', r"C:\Users", "(/home/main)"):
        assert MACHINE_PATH.search(text), text
    for text in ("1/work", "https://github.com/home/x", "H/root", r"$C:$ \times"):
        assert not MACHINE_PATH.search(text), text


if __name__ == "__main__":
    for each in NOTEBOOKS:
        each.write_text(nbformat.writes(executed(each), indent=1) + "\n", encoding="utf-8")
