"""Files are there whole or not at all, and nothing else is left behind."""

from pathlib import Path

import pytest

from symflops.output.saving import save


def test_a_file_is_written_and_written_over(tmp_path):
    target = tmp_path / "a.txt"
    for text in ("one\r\n", "two"):
        save(text, target)
        assert target.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("step", ["chmod", "replace"])
def test_whatever_fails_the_old_file_stays_alone(tmp_path, monkeypatch, step):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fails(*_):
        raise PermissionError(step)

    monkeypatch.setattr(Path, step, fails)
    with pytest.raises(PermissionError, match=step):
        save("new", target)
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "old"


def test_text_that_cannot_be_encoded_leaves_nothing(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        save("\ud800", tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())
