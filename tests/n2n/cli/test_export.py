"""`export` on the command line."""

import pytest

from n2n.__main__ import main


def export(weights, *arguments):
    return main(["export", str(weights), *map(str, arguments)])


@pytest.mark.parametrize("name", ["net.onnx", "net"])
def test_it_writes_what_the_name_asks_for_once(tmp_path, capsys, name):
    out = tmp_path / name
    assert export("oct", "-o", out) == 0 and out.exists() and str(out) in capsys.readouterr().out
    assert export("oct", "-o", out) == 2 and "--force" in capsys.readouterr().err
    assert export("oct", "-o", out, "--force") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "net.pt"], "allowed: a .onnx file"),
        (["-o", "net.v2/net.onnx"], "no folder 'net.v2'"),
        (["-o", "net", "--grey"], "a folder keeps the weights as they are"),
        (["-o", "net.onnx", "--range", "1e300"], "allowed: up to 1e+30"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert export("oct", *arguments) == 2
    assert words in capsys.readouterr().err and not list(tmp_path.iterdir())
