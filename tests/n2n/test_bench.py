"""The bench: its figures are taken by hand; here is tested that they are told rightly."""

from n2n import bench


def test_ours_is_told_with_its_ratio_to_the_plain_way():
    text = bench.table({"training, plain, pictures/s": 200.0, "training, ours, pictures/s": 500.0, "threads": 2})
    assert "(2.50× plain)" in text.splitlines()[1] and text.count("plain)") == 1


def test_a_figure_without_a_plain_twin_has_no_ratio():
    assert "×" not in bench.table({"denoising 400, ours, pictures/s": 0.5})
