"""What all tests share: the golden files, and the option that writes them anew."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--overwrite", action="store_true", help="write the golden files anew; look at each of them"
    )


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
