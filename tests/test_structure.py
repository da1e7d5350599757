"""What the code base promises of itself: rows that import upwards, a cheap start, one door each."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import symflops as sf

PACKAGE = Path(sf.__file__).parent
#: A row may import from the rows above it, and within a row.
ROWS = [
    [
        "errors",
        "output",
    ],
    [
        "symbols",
        "extents",
        "exprs",
        "floors",
        "facts",
        "arithmetic",
        "typeset",
        "units",
    ],
    ["tally", "trace", "equations", "primitives", "geometry", "fields"],
    ["conventions", "metrics", "views", "readers", "receptive"],
    ["layers"],
    ["tables"],
    [
        "costs",
        "linebreaks",
        "printed",
        "renaming",
        "glossary",
        "meanings",
        "comparison",
        "selection",
        "statements",
        "outline",
        "rows",
        "columns",
        "remarks",
        "placing",
        "formulas",
        "shares",
        "conditions",
        "omissions",
        "contradictions",
        "setups",
        "recurrences",
        "portions",
        "analysis",
    ],
    ["zoo"],
    ["bibliography", "newcommands"],
    ["reading"],
    ["claims"],
    ["arrangement", "likeness"],
    ["derivations"],
    ["documents"],
    ["oracle"],
    ["plot", "pages", "cli", "__main__"],
]
ROW = {name: i for i, row in enumerate(ROWS) for name in row}


def modules():
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield path, parts[0]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("symflops"):
            head = node.module.split(".")[1:2]
            yield from head or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("symflops."))


def test_every_module_has_its_row_and_imports_upwards():
    for path, name in modules():
        if name == "__init__":
            continue
        assert name in ROW, f"{path} belongs to no row"
        for other in imported(ast.parse(path.read_text())):
            if other in ROW:
                assert ROW[other] <= ROW[name], f"{path} imports {other} from a row below"


def test_no_module_bears_the_name_of_a_public_function():
    names = {path.stem for path, _ in modules()} - {"__init__"}
    assert not names & (set(sf.__all__) - set(sf.SUBMODULES))
    assert not names & {"utils", "helpers", "common", "misc"}


def test_files_stay_small():
    for path, _ in modules():
        assert len(path.read_text().splitlines()) <= 450, path


def test_operation_counts_are_written_in_primitives_alone():
    """No other module builds a tally or names an operation's count beside a size."""
    for path, name in modules():
        if name in ("primitives", "tally"):
            continue
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        # the tracer copies a tally with canonical counts
        assert "Tally" not in calls or path.name == "tracing.py", path


def test_text_is_never_evaluated():
    banned = {"eval", "exec", "sympify", "parse_expr", "parse_latex", "loads", "simplify", "S"}
    for path, _ in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert called not in banned, f"{path}:{node.lineno} calls {called}"


def loaded_by(code):
    run = f"import sys; {code}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HEAVY = {"numpy", "matplotlib", "pandas", "torch", "onnx", "xarray", "dask", "IPython"}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import symflops", HEAVY | {"sympy"}),
        ("import symflops as sf; sf.cost(sf.zoo.vgg16()).table().to_latex()", HEAVY),
        ("import symflops.cli.entry", HEAVY | {"sympy"}),
        ("from symflops.cli.entry import parser; parser().format_help()", HEAVY | {"sympy"}),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_asked_for(code, absent):
    assert not loaded_by(code) & absent


def test_that_test_can_fail():
    assert loaded_by("import json, sympy") & {"sympy"}


def test_public_names_resolve_and_are_documented():
    for name in sf.__all__:
        value = getattr(sf, name)
        assert name == "Size" or value.__doc__, name
        shown = ">>>" in (value.__doc__ or "") or sf.homes().get(name, "").endswith("errors")
        assert shown or name in ("Size", "Verification", *sf.SUBMODULES), f"{name} shows no formula"
    with pytest.raises(AttributeError, match="no attribute 'Conv4d'") as raised:
        sf.Conv4d  # noqa: B018
    assert (raised.value.name, raised.value.obj) == ("Conv4d", sf)  # for Python's "Did you mean"


def test_type_checkers_see_the_same_names():
    """The block for type checkers lists what the table of names lists."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.name: node.module
        for block in blocks
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module != "symflops"
    }
    assert seen == sf.homes()


def test_the_repository_has_no_paths_of_a_machine():
    pattern = re.compile(r"(?<![\w.])/(?:home|root|work|tmp)/\w")
    for path, _ in modules():
        assert not pattern.search(path.read_text()), path


def test_tests_that_need_pytorch_say_so_in_their_names_or_skip():
    """Files called torch… are left out where tests are collected; others skip without PyTorch."""
    needing = {
        path.name: path.read_text()
        for path in Path(__file__).parent.glob("*.py")
        if "torch" in imported_at_once(ast.parse(path.read_text()))
    }
    assert "torch_modules.py" in needing
    for name, text in needing.items():
        assert name.startswith("torch") or 'importorskip("torch"' in text, name


def imported_at_once(tree):
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
