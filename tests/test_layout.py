"""The house: who may import whom, and what stands at the top."""

import ast
import subprocess
from pathlib import Path

import pytest

import n2n

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SPACE_COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
TOP = {"demo", "n2n", "weights", "tests", "requirements.txt", "README.md"}

# Every module of n2n with the modules of n2n that it may import; each line only names lines above it.
LADDER = {
    "unet": set(),
    "timing": set(),
    "fast": {"timing", "unet"},
    "muon": {"unet"},
    "lettering": set(),
    "noise": {"lettering"},
    "centres": set(),
    "gaze": set(),
    "host": set(),
    "files": set(),
    "formats": set(),
    "padding": set(),
    "png": set(),
    "metadata": set(),
    "tensors": set(),
    "tiff": {"metadata"},
    "image": {"files", "formats", "metadata", "png", "tiff"},
    "clipping": set(),
    "metrics": set(),
    "estimate": {"clipping", "metrics"},
    "archive": set(),
    "scenes": {"formats", "image"},
    "infer": {"image", "padding"},
    "weights": {"files", "formats", "tensors", "unet"},
    "arrays": {"archive", "formats", "scenes", "tensors"},
    "folders": {"archive", "formats", "image", "scenes"},
    "pairs": {"padding", "scenes"},
    "photographs": {"noise", "pairs", "scenes"},
    "reader": {"arrays", "folders", "formats", "noise", "pairs", "photographs"},
    "breaking": {"pairs", "scenes"},
    "doctor": {"metrics", "pairs", "scenes"},
    "make": {"files", "formats", "image", "noise", "photographs", "scenes"},
    "recipe": {"fast", "metrics", "pairs", "unet"},
    "crops": {"image", "pairs", "recipe"},
    "evaluate": {"estimate", "metrics", "pairs"},
    "baselines": {"estimate", "evaluate", "pairs"},
    "compare": {"estimate", "evaluate", "image", "metrics", "noise"},
    "advice": {"estimate", "metrics", "noise"},
    "trust": {"metrics", "pairs"},
    "report": {"estimate", "evaluate", "files", "metrics", "pairs", "unet"},
    "checkpoint": {"evaluate", "pairs", "recipe", "scenes", "unet", "weights"},
    "train": {"checkpoint", "crops", "evaluate", "fast", "host", "infer", "metrics", "muon", "pairs", "recipe", "unet"}
    | {"weights"},
    "threads": {"train"},
    "history": {"evaluate", "train"},
    "plots": set(),
    "curves": {"evaluate", "history", "metrics", "plots"},
    "watch": {"evaluate", "infer", "pairs", "train", "unet"},
    "model": {"checkpoint", "fast", "host", "image", "infer", "metrics", "pairs", "recipe", "scenes", "train", "unet"}
    | {"weights"},
    "lanes": {"model", "pairs", "recipe", "train"},
    "bench": {"crops", "fast", "host", "infer", "noise", "pairs", "recipe", "scenes", "timing", "train", "unet"},
    "checks": {"checkpoint", "folders", "formats", "image", "noise", "weights"},
    "options": {"checks", "formats", "fast", "noise", "recipe"},
    "repeat": {"noise", "recipe", "unet"},
}
MODULES = sorted(path.stem for path in (ROOT / "n2n").glob("*.py") if not path.stem.startswith("__"))
SCREENS = sorted(path.stem for path in (ROOT / "demo").glob("*.py") if not path.stem.startswith("__"))
LAB = sorted(path.stem for path in (ROOT / "demo" / "lab").glob("*.py") if not path.stem.startswith("__"))
FILES = [*(("n2n", module) for module in MODULES), *(("demo", module) for module in SCREENS)]
FILES += [("demo/lab", module) for module in LAB]
IN_JOBS = ("child", "denoising", "disk", "gathering", "intake", "jobs", "learning", "line", "looking", "noises")
IN_JOBS += ("preloaded", "processes", "rows", "runs", "samples", "sentences", "settings", "shown", "trusting", "turns")
IN_JOBS += ("beside", "figures", "opening", "visits", "workers")


def tree(module, package="n2n"):
    return ast.parse((ROOT / package / f"{module}.py").read_text())


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


@pytest.mark.parametrize("package, module", FILES)
def test_nothing_is_imported_inside_a_function(package, module):
    functions = [node for node in ast.walk(tree(module, package)) if isinstance(node, ast.FunctionDef)]
    inside = [node for function in functions for node in ast.walk(function)]
    assert not [node for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]


def whole_imports(module, package):
    """Names of all modules that a module imports, from the root."""
    found = set()
    for node in ast.walk(tree(module, package)):
        if isinstance(node, ast.ImportFrom):
            found.add(f"{package}.{node.module or ''}" if node.level else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("module", MODULES)
def test_the_package_knows_no_screen(module):
    assert not [name for name in whole_imports(module, "n2n") if name.split(".")[0] in ("demo", "gradio")]


@pytest.mark.parametrize(
    "package, module", [*(("demo", module) for module in IN_JOBS), *(("demo/lab", each) for each in LAB)]
)
def test_what_runs_in_a_job_knows_no_gradio(package, module):
    assert not [name for name in whole_imports(module, package) if name.split(".")[0] == "gradio"]


@pytest.mark.parametrize("package, module", FILES)
def test_every_function_is_typed_and_every_public_one_documented(package, module):
    for node in ast.walk(tree(module, package)):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            assert all(argument.annotation for argument in arguments if argument.arg not in ("self", "cls")), node.name
    public = [node for node in tree(module, package).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
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
        assert all(line.partition(";")[0].count("==") == 1 for line in lines)


def test_the_readme_maps_every_file():
    text = README
    assert [module for _, module in FILES if f"`{module}.py`" not in text] == []


def test_the_readme_makes_the_repository_a_space():
    front = dict(line.split(": ", 1) for line in README.split("---")[1].splitlines() if ": " in line)
    assert front["sdk"] == "gradio"
    assert f"gradio=={front['sdk_version']}" in (ROOT / "requirements.txt").read_text().splitlines()
    assert front["app_file"] == "demo/app.py" and (ROOT / front["app_file"]).is_file()
    assert front["python_version"] == '"3.12"'  # what shared-GPU Spaces have
    assert {front["colorFrom"], front["colorTo"]} <= SPACE_COLOURS
    assert front["title"] and front["emoji"] and len(front["short_description"]) <= 60
    assert README.split("---")[1].count("  - ") >= 3  # tags


def test_a_space_with_python_3_12_gets_a_torch_that_shared_gpus_have():
    markers = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch==")]
    chosen = [line for line in markers if 'python_version == "3.12"' in line]
    assert [line.partition(";")[0] for line in chosen] == ["torch==2.11.0"]
