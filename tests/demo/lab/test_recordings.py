"""Recorded runs: what is read is what was recorded, small, and carries an answer that people could vote for."""

import io

import pytest
from PIL import Image

from demo.lab import record, recordings
from demo.lab.experiment import Screen
from demo.lab.experiments import EXPERIMENTS

RECORDED = [key for key in EXPERIMENTS if recordings.read(key)]


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_people_choose_among_a_few_answers(key):
    assert 2 <= len({value for _, value in EXPERIMENTS[key].poll}) == len(EXPERIMENTS[key].poll) <= 4


@pytest.mark.parametrize("key", RECORDED)
def test_a_recorded_run_ends_with_an_answer_that_was_offered_and_all_its_pictures_are_there(key):
    recorded = recordings.read(key)
    last = recorded.screens[-1]
    if not EXPERIMENTS[key].answers:
        assert last.answer.option in [value for _, value in EXPERIMENTS[key].poll] and last.answer.sentence
    assert EXPERIMENTS[key].read(recorded.values) == (dict(recorded.values), [])
    for picture in (picture for screen in recorded.screens for row in screen.rows for picture in row):
        with Image.open(io.BytesIO(recordings.picture(key, picture.file.name))) as seen:
            assert seen.size == (picture.width, picture.height)


def test_all_of_them_are_small():
    assert sum(recordings.file_of(key).stat().st_size for key in RECORDED) <= 600_000


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    recordings.read.cache_clear()
    recordings.picture.cache_clear()
    recorded, pictures = record.record(EXPERIMENTS["look"], tmp_path)
    recordings.write("look", recorded, pictures)
    try:
        assert recordings.read("look") == recorded
        assert {name: recordings.picture("look", name) for name in pictures} == pictures
    finally:
        recordings.read.cache_clear()
        recordings.picture.cache_clear()


@pytest.mark.parametrize("count", [1, 2, 7, 8, 40])
def test_the_screens_that_are_kept_are_few_and_the_last_is_among_them(count):
    screens = [Screen(str(place), figure="<svg/>") for place in range(count)]
    kept = record._some(screens)
    assert len(kept) <= record.MOST and kept[-1] is screens[-1] and (count > record.MOST or kept == screens)
