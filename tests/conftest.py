"""What all tests share: the golden files with the option that writes them anew, and rest for the collector."""

import gc
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"

#: Formulas are many small objects that stay, hardly ever in circles: to go over them each 700 takes long.
gc.set_threshold(10_000, 10, 10)


def pytest_addoption(parser):
    parser.addoption(
        "--overwrite", action="store_true", help="write the golden files anew; look at each of them"
    )


def pytest_collection_finish():
    """What was collected stays to the end: eleven thousand tests need not be gone over again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def golden(request):
    """Compare a text with a golden file, or overwrite the file with it."""

    def compare(name, text):
        path = GOLDEN / name
        if request.config.getoption("--overwrite"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{name} is not there: run pytest with --overwrite, and look at it"
        assert text == path.read_text(encoding="utf-8")

    return compare
