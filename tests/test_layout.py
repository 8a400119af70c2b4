"""The house: who may import whom, and what stands at the top."""

import ast
import subprocess
from pathlib import Path

import pytest

import n2n

ROOT = Path(__file__).parent.parent
TOP = {"demo", "n2n", "weights", "tests", "requirements.txt", "README.md"}

# Every module of n2n with the modules of n2n that it may import; each line only names lines above it.
LADDER = {
    "unet": set(),
    "noise": set(),
    "host": set(),
    "tiff": set(),
    "image": {"tiff"},
    "metrics": set(),
    "archive": set(),
    "scenes": set(),
    "infer": {"image"},
    "weights": {"image"},
    "arrays": {"archive", "scenes", "weights"},
    "folders": {"archive", "image", "scenes"},
    "pairs": {"arrays", "folders", "image", "noise", "scenes"},
    "doctor": {"metrics", "pairs", "scenes"},
    "make": {"image", "noise", "pairs", "scenes"},
    "recipe": {"pairs", "unet"},
    "crops": {"image", "infer", "noise", "pairs", "recipe"},
    "evaluate": {"metrics", "pairs"},
    "baselines": {"evaluate", "pairs"},
    "compare": {"baselines", "evaluate", "image", "metrics", "noise"},
    "trust": {"metrics", "pairs"},
    "report": {"evaluate", "image", "metrics", "pairs"},
    "checkpoint": {"evaluate", "pairs", "recipe", "unet", "weights"},
    "train": {"checkpoint", "crops", "evaluate", "infer", "metrics", "pairs", "recipe", "unet"},
    "history": {"evaluate", "train"},
    "curves": {"evaluate", "history", "metrics"},
    "watch": {"evaluate", "infer", "pairs", "train", "unet"},
    "model": {"checkpoint", "host", "image", "infer", "metrics", "pairs", "recipe", "scenes", "train", "unet"}
    | {"weights"},
    "bench": {"host", "infer", "noise", "pairs", "recipe", "scenes", "train", "unet"},
    "options": {"noise", "recipe", "unet"},
}
MODULES = sorted(path.stem for path in (ROOT / "n2n").glob("*.py") if not path.stem.startswith("__"))


def tree(module):
    return ast.parse((ROOT / "n2n" / f"{module}.py").read_text())


def imported(module):
    """Modules of n2n that a module imports."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.level:
            found |= {node.module} if node.module else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("module", LADDER)
def test_a_module_imports_only_what_the_ladder_allows(module):
    assert imported(module) <= LADDER[module]


def test_the_ladder_goes_one_way():
    above = set()
    for module, allowed in LADDER.items():
        assert allowed <= above
        above.add(module)


def test_every_module_stands_on_the_ladder():
    assert set(MODULES) - {"commands"} == set(LADDER)


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_imported_inside_a_function(module):
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef)]
    inside = [node for function in functions for node in ast.walk(function)]
    assert not [node for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("module", MODULES)
def test_every_function_is_typed_and_every_public_one_documented(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            assert all(argument.annotation for argument in arguments if argument.arg not in ("self", "cls")), node.name
    public = [node for node in tree(module).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert all(ast.get_docstring(node) for node in public if not node.name.startswith("_"))


def test_the_top_level_is_as_agreed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    top = {line.split("/")[0] for line in listed if line}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_the_public_names_are_these():
    classes = {name for name in n2n.__all__ if name[0].isupper()}
    assert classes == {"Diverged", "Noise2Noise", "Pairs", "Progress", "Recipe", "UNet", "UNetConfig"}
    assert all(getattr(n2n, name) for name in n2n.__all__)


def test_every_requirement_is_pinned_exactly():
    for file in ("requirements.txt", "tests/requirements.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("-r")]
        assert all(line.count("==") == 1 for line in lines)


def test_the_readme_maps_every_file():
    text = (ROOT / "README.md").read_text()
    assert [module for module in MODULES if f"`{module}.py`" not in text] == []
