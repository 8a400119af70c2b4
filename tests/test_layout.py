"""The house: which folder may use which, what it may use of it, and what stands at the top."""

import ast
import itertools
import subprocess
from functools import cache
from pathlib import Path

import pytest

import n2n

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SPACE_COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
TOP = {"demo", "n2n", "weights", "tests", "requirements.txt", "README.md"}
# From the ground up: a folder, or a module beside the folders, uses what is named before it. Those of one line know
# nothing of each other.
FLOORS = {
    "n2n": [
        "machine noise settings",
        "files",
        "data",
        "reading remedies",
        "nets",
        "measure",
        "training referee",
        "model bench",
        "analysis figures export",
        "cluster",
        "cli",
        "__main__",
    ],
    "demo": [
        "settings content",
        "environment work",
        "jobs lab",
        "server",
        "service widgets",
        "tabs api record",
        "app",
        "serve",
        "__main__",
    ],
}
WITHOUT_GRADIO = ("demo/work/", "demo/lab/", "demo/jobs/")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_LOOP = 250, 50, 80
FILES = sorted(
    str(path.relative_to(ROOT))
    for package in FLOORS
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(file):
    return ast.parse((ROOT / file).read_text())


def room(file):
    """'n2n/data/image.py' → 'data'; 'n2n/model.py' → 'model'."""
    return Path(file).with_suffix("").parts[1]


def imported(file):
    """Everything a file imports, as whole names: 'n2n.data.Picture'."""
    package = list(Path(file).parts[:-1])
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)


def exported(folder):
    """What a folder of n2n lets others use: the names in its `__init__.pyi`."""
    nodes = ast.parse((ROOT / "n2n" / folder / "__init__.pyi").read_text()).body
    return {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}


@pytest.mark.parametrize("file", FILES)
def test_a_folder_uses_only_floors_below_it(file):
    package = file.split("/")[0]
    floors = [floor.split() for floor in FLOORS[package]]
    below = itertools.chain(*itertools.takewhile(lambda floor: room(file) not in floor, floors))
    used = {name.split(".")[1] for name in imported(file) if name.startswith(f"{package}.")}
    assert used - {room(file)} <= set(below)


@pytest.mark.parametrize("file", FILES)
def test_only_what_a_folder_of_the_package_exports_is_used_elsewhere(file):
    for name in imported(file):
        package, *path = name.split(".")
        folder = ROOT / "n2n" / path[0] if package == "n2n" and path else ROOT / "a module beside the folders"
        if folder.is_dir() and not file.startswith(f"n2n/{path[0]}/"):
            assert len(path) == 1 or path[1:] in [[known] for known in exported(path[0])], name


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in (ROOT / "n2n").glob("*/__init__.pyi")))
def test_what_a_folder_exports_is_used_elsewhere(folder):
    others = [file for file in FILES if not file.startswith(f"n2n/{folder}/")]
    used = {name.split(".")[2] for file in others for name in imported(file) if name.startswith(f"n2n.{folder}.")}
    public = (ROOT / "n2n" / "__init__.pyi").read_text()
    assert [name for name in exported(folder) if name not in used and f"import {name} as" not in public] == []


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in (ROOT / "n2n").glob("*/__init__.pyi")))
def test_nothing_that_a_folder_exports_is_named_as_one_of_its_modules(folder):
    nodes = ast.parse((ROOT / "n2n" / folder / "__init__.pyi").read_text()).body
    names = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) and node.module for alias in node.names}
    assert not names & {
        path.stem for path in (ROOT / "n2n" / folder).glob("*.py")
    }  # whichever is loaded last would win


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("n2n/")])
def test_the_package_knows_no_screen(file):
    assert not [name for name in imported(file) if name.split(".")[0] in ("demo", "gradio")]


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith(WITHOUT_GRADIO)])
def test_what_runs_in_a_job_knows_no_gradio(file):
    assert not [name for name in imported(file) if name.split(".")[0] == "gradio"]


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_imported_inside_a_function(file):
    inside = [
        node for function in ast.walk(tree(file)) if isinstance(function, FUNCTION) for node in ast.walk(function)
    ]
    assert not [node for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("file", FILES)
def test_every_function_is_typed_and_every_public_one_documented(file):
    for node in ast.walk(tree(file)):
        if isinstance(node, FUNCTION):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            assert all(argument.annotation for argument in arguments if argument.arg not in ("self", "cls")), node.name
    public = [node for node in tree(file).body if isinstance(node, FUNCTION | ast.ClassDef)]
    assert all(ast.get_docstring(node) for node in public if not node.name.startswith("_"))


@pytest.mark.parametrize("file", FILES)
def test_files_and_functions_are_short(file):
    assert len((ROOT / file).read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree(file)):
        if isinstance(node, FUNCTION):
            longest = LONGEST_LOOP if file == "n2n/training/loop.py" else LONGEST_FUNCTION
            assert node.end_lineno - node.lineno < longest, node.name


@pytest.mark.parametrize("file", [file for file in FILES if file != "demo/environment.py"])
def test_nothing_changes_the_environment(file):
    assert not [
        node
        for node in ast.walk(tree(file))
        if (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and _is_environ(node.value))
        or (
            isinstance(node, ast.Attribute) and node.attr in ("setdefault", "update", "pop") and _is_environ(node.value)
        )
    ]


def _is_environ(node):
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def test_the_tests_mirror_the_folders():
    for package in FLOORS:
        folders = {
            path.name for path in (ROOT / "tests" / package).iterdir() if path.is_dir() and path.name != "__pycache__"
        }
        assert folders <= {room(file) for file in FILES if file.startswith(f"{package}/") and file.count("/") == 2}


def test_the_top_level_is_as_agreed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    top = {line.split("/")[0] for line in listed.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_the_public_names_are_these():
    classes = {name for name in n2n.__all__ if name[0].isupper()}
    assert classes == {"Diverged", "HubNoise2Noise", "Noise2Noise", "Pairs", "Progress", "Recipe", "UNet", "UNetConfig"}
    assert all(getattr(n2n, name) for name in n2n.__all__)


def test_every_requirement_is_pinned_exactly():
    for file in ("requirements.txt", "tests/requirements.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("-r")]
        assert all(line.partition(";")[0].count("==") == 1 for line in lines)


def test_the_readme_maps_every_folder():
    folders = {"/".join(file.split("/")[:2]) for file in FILES if file.count("/") == 2}
    assert [folder for folder in sorted(folders) if f"`{folder}/`" not in README] == []


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 160


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
