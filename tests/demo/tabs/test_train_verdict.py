"""The verdict in one line: ready, can be fixed, or will not work."""

from dataclasses import replace

import numpy as np

from demo.service.inspections import Findings
from demo.tabs.train_verdict import COSTLY, FATAL, judge, title, verdict_html
from demo.work.inspect import Description, Speed
from n2n.measure import doctor
from n2n.measure.verdicts import Verdict
from n2n.reading import reader
from n2n.remedies import UNTREATED, Remedies

DESCRIPTION = Description("1 scene × 2 shots", ("read as TYX",), 1, 1, False, 2)
SHIFT = Verdict("shift", "red", 3.4, "px", "Target and source lie 3.40 px apart.", "--align")
DRIFT = Verdict("brightness drift", "amber", 4.0, "% of white", "Darker.", "--match-exposure")
SAME = Verdict("duplicate shots", "red", 100.0, "% of pairs", "Both are the same.")
LITTLE = Verdict("amount", "red", 0.05, "megapixels", "0.05 megapixels of noisy pairs.")
QUICK = Speed(100.0, 10)
FINE = Verdict("same scene", "green", 0.0, "% of pairs do not", "All do.")


def found(*verdicts, remedies=UNTREATED, speed=QUICK):
    return Findings(description=DESCRIPTION, verdicts=verdicts, remedies=remedies, speed=speed)


def test_without_a_fault_the_pairs_are_ready():
    assert judge(found(FINE)).level == "green" and "1 scene × 2 shots" in judge(found(FINE)).words


def test_what_only_costs_something_is_ready_and_told():
    judged = judge(found(FINE, LITTLE))
    assert judged.level == "green" and "little to learn from (0.05 megapixels)" in judged.words


def test_everything_that_can_be_mended_is_mended_at_once():
    judged = judge(found(FINE, DRIFT, SHIFT))
    assert judged.level == "amber" and judged.words == "the shots lie apart (3.4 px)."
    assert judged.remedies == Remedies(align=True, match_exposure=True)


def test_what_a_few_of_many_pairs_have_is_not_to_be_mended():
    few = replace(DRIFT, value=0.004)
    assert judge(found(FINE, few)).level == "green" and judge(found(few, SHIFT)).remedies == Remedies(align=True)


def test_a_second_remedy_keeps_the_first():
    aligned = Remedies(align=True)
    assert judge(found(DRIFT, remedies=aligned)).remedies == Remedies(align=True, match_exposure=True)


def test_what_is_still_wrong_once_it_is_mended_will_not_work():
    judged = judge(found(SHIFT, remedies=Remedies(align=True)))
    assert judged.level == "red" and judged.remedies == Remedies(align=True)


def test_what_nothing_mends_will_not_work_though_nothing_was_tried():
    judged = judge(found(FINE, SAME, speed=None))
    assert judged.level == "red" and 'role="alert"' in verdict_html(judged)
    assert "because</strong> both shots are the same picture" in verdict_html(judged)


def test_a_name_of_a_file_is_no_html():
    odd = Description("<b>", (), 1, 1, False, 2)
    assert "<b>" not in verdict_html(judge(Findings(description=odd, verdicts=(FINE,), speed=Speed(1.0, 1))))


def test_the_fold_tells_how_many_checks_found_something():
    assert title(found(FINE)) == "1 checks: all fine" and title(found(FINE, DRIFT, SHIFT)) == "3 checks: 2 to know of"


def test_all_checks_are_the_doctor_s(tmp_path, rng):
    arrays = {name: rng.integers(0, 255, (2, 3, 64, 64), dtype=np.uint8) for name in ("source", "target")}
    np.savez(tmp_path / "pairs.npz", **arrays)
    known = {verdict.check for verdict in doctor.examine(reader.read(tmp_path / "pairs.npz"))} | {"two shots"}
    assert (FATAL | COSTLY).keys() <= known
