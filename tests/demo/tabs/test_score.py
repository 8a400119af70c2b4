"""What the Score tab makes of a visitor's controls, and what it says of a score."""

import re

import numpy as np
import pytest
import scipy

import n2n
from demo.service.uploads import Upload
from demo.tabs import score_view
from demo.tabs.score import ScoreControls, make_contest
from demo.work.score import Scored
from n2n.referee import Mending

EMPTY = ScoreControls(None, None, None, [], [], "")


@pytest.fixture
def shots(rng):
    clean = scipy.ndimage.gaussian_filter(rng.normal(0, 3, (80, 96)), 4) + 0.5
    return [clean + rng.normal(0, 0.08, clean.shape) for _ in range(2)]


def told(score):
    """The text that stands above the pictures."""
    return re.sub("<[^>]+>", " ", score_view.with_score(Scored(score, [], None), "").told)


def test_shots_and_results_make_a_contest_under_the_visitor_s_own_names():
    values = EMPTY._replace(first="a.png", second="b.png", results=[Upload("x1.png", "My photo.final.png")])
    found = make_contest(values._replace(beside=["ours", "filters"], mend=["align"]))
    assert (found.first, found.second, found.results, found.names) == (
        "a.png",
        "b.png",
        ("x1.png",),
        ("My photo.final",),
    )
    assert (found.weights, found.baselines, found.mending) == ("automatic", True, Mending(align=True))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (EMPTY, "Which program denoises your pictures best"),
        (EMPTY._replace(first="a.png", sample="brain"), "Bring the second shot"),
        (EMPTY._replace(results=[Upload("x.png")]), "Bring the first and the second shot"),
        (EMPTY._replace(sample="../../etc"), "Which program"),
        (EMPTY._replace(sample="cat"), "Which program"),  # it has no second shot
    ],
)
def test_what_is_missing_is_told(values, missing):
    assert make_contest(values).startswith(missing)


def test_sample_shots_count_where_no_others_are_brought():
    assert make_contest(EMPTY._replace(sample="brain")).first.endswith("brain_1.png")


def test_a_result_that_lies_apart_is_told_by_the_control_that_mends_it(shots):
    smooth = scipy.ndimage.gaussian_filter(shots[0], 1)
    score = n2n.score(*shots, {"good": smooth, "moved": np.roll(smooth, 3, 1)}, data_range=1.0)
    assert "“good” gains +" in told(score)
    assert re.search(f"“moved” has no score: .*Tick “{score_view.ALIGN}”", told(score))


def test_names_of_files_are_escaped(shots):
    name = "<img src=x onerror=alert(1)>"
    smooth = scipy.ndimage.gaussian_filter(shots[0], 1)
    score = n2n.score(*shots, {name: smooth, f"{name}2": np.full_like(smooth, np.nan)}, data_range=1.0)
    shown = score_view.with_score(Scored(score, [], None), "")
    assert name not in shown.told + shown.table and "&lt;img" in shown.told and "&lt;img" in shown.table


def test_the_doctor_says_on_the_page_what_the_score_is_worth(shots):
    second = np.roll(shots[1], 2, 0)
    score = n2n.score(shots[0], second, {"good": scipy.ndimage.gaussian_filter(shots[0], 1)}, data_range=1.0)
    shown = score_view.with_score(Scored(score, [], None), "")
    assert "To be taken with care" in shown.told and "shift (" in shown.told
    assert "Edges lie elsewhere in the second shot" in shown.findings and f"Tick “{score_view.ALIGN}”" in shown.findings
