"""Links to lessons: what is read from them, and what they are made of."""

import re
from contextlib import closing
from dataclasses import replace
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

import pytest

from demo.lab import lessons
from demo.lab.experiment import Amount, Choice, Experiment
from demo.lab.experiments import EXPERIMENTS, FIRST
from demo.settings import Access
from demo.tabs import lesson_link

PAGE = "http://192.168.1.5:7860/"


def read(query):
    """The lesson of a query as a browser sends it."""
    return lessons.read(dict(parse_qsl(query, keep_blank_values=True)))


def last(experiment):
    """Every control that a person sets, at its last value."""
    return {
        each.name: each.options[-1][1] if isinstance(each, Choice) else each.high
        for each in lessons.settable(experiment)
    }


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_a_link_is_read_back_exactly(key):
    names = [control.name for control in lessons.settable(EXPERIMENTS[key])]
    lesson = lessons.Lesson(key, last(EXPERIMENTS[key]), (names[0], names[-1]), True, "7b")
    address, _, query = lessons.link(PAGE, lesson).partition("?")
    assert (address, read(query)) == (PAGE, lesson)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.30000000000000004, 7.0, 1e-9, 123456789.0])
def test_a_number_in_a_link_is_read_back_to_the_last_bit(value):
    link = lessons.link(PAGE, lessons.Lesson(FIRST, {"seed": value}))
    assert float(dict(parse_qsl(urlsplit(link).query))["seed"]) == value


@pytest.mark.parametrize("tab", ["denoise", "train", "lab", "about"])
def test_a_link_opens_a_tab(tab):
    assert lessons.tab({"tab": tab}) == tab


@pytest.mark.parametrize("query", ["", "tab=denoise&experiment=targets", "tab=../lab", "experiment=targets"])
def test_a_link_without_the_lab_is_no_lesson(query):
    assert read(query) is None


def test_an_experiment_that_does_not_exist_is_the_first_with_a_note():
    lesson = read("tab=lab&experiment=nothing")
    assert lesson.experiment == FIRST
    assert "'nothing'" in lesson.notes[0]


@pytest.mark.parametrize("seed", ["1e999", "-1", "nan", "9" * 5000, "<b>7</b>", ""])
def test_a_value_that_is_not_allowed_is_the_first_with_a_note(seed):
    lesson = lessons.read({"tab": "lab", "seed": seed})
    assert lesson.values["seed"] == 0
    assert len(lesson.notes) == 1 and "Random seed" in lesson.notes[0]


def test_what_an_experiment_does_not_have_is_noted():
    lesson = read("tab=lab&sead=7&hide=seed,sead&projector=yes&room=7/b")
    assert (lesson.hidden, lesson.projector, lesson.room) == (("seed",), False, "")
    assert len(lesson.notes) == 4 and all("sead" in note for note in lesson.notes[:2])


def test_notes_are_few_and_short_and_in_one_line():
    names = {f"name\n\u202e{place}" * 100: "1" for place in range(500)}
    lesson = lessons.read(
        {"tab": "lab", "experiment": "\u202e\n" * 9999, "room": "/" * 9999, "hide": "," * 9999} | names
    )
    assert len(lesson.notes) <= lessons.NOTES
    assert all(len(note) <= lessons.LETTERS and note.isprintable() for note in lesson.notes)


def test_the_key_is_no_part_of_a_lesson():
    lesson = read("tab=lab&key=secret&seed=7")
    assert lesson.notes == ()
    assert "secret" not in lessons.link(PAGE, lesson)


def test_an_answer_is_not_given_by_a_link():
    asked = Experiment(
        "ask",
        "",
        "",
        "",
        "",
        (),
        (Choice("answer", "", (("", "none"), ("", "a")), "none"),),
        None,
        False,
        answers=(("A", "a"),),
    )
    assert lessons.settable(asked) == ()
    assert len(lessons.settable(replace(asked, answers=()))) == 1


@pytest.mark.parametrize("experiment", EXPERIMENTS.values())
def test_no_control_is_called_like_a_part_of_the_link(experiment):
    assert not {control.name for control in experiment.controls} & set(lessons.RESERVED)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values())
def test_a_click_can_set_what_it_is_to_set(experiment):
    controls = {control.name: control for control in experiment.controls}
    picked = [controls[name] for name in experiment.picks]
    assert all(isinstance(each, Amount) and (each.low, each.high) == (0, 100) for each in picked)
    for _, answer in experiment.answers:
        assert controls["answer"].read(answer) == answer != controls["answer"].value


def test_the_same_link_gives_the_same_noise(tmp_path):
    query, pictures = "tab=lab&seconds=10&seed=7", []
    for place in ("first", "second"):
        (tmp_path / place).mkdir()
        lesson = read(query)
        with closing(EXPERIMENTS[FIRST].work(lambda: True, tmp_path / place, lesson.values)) as screens:
            _, screen = islice(screens, 2)
        pictures.append([shown.file.read_bytes() for row in screen.rows for shown in row])
    assert pictures[0] == pictures[1] and pictures[0]


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("192.168.1.5:7860", "http://192.168.1.5:7860/"),
        ("lab.school.example", "http://lab.school.example/"),
        ("[fd00::1]:7860", "http://[fd00::1]:7860/"),
    ],
)
def test_a_page_opened_over_the_network_has_the_address_for_students(asked, address):
    assert lesson_link.address_of(asked, "http", Access()) == (address, "")


@pytest.mark.parametrize("asked", ["localhost:7860", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST", "<script>", ""])
def test_only_this_computer_opens_a_page_that_listens_here(asked):
    address, told = lesson_link.address_of(asked, "http", Access(host="127.0.0.1"))
    assert "--host 0.0.0.0" in told and "script" not in address


def test_a_page_that_listens_everywhere_has_this_machine_s_address():
    address, told = lesson_link.address_of("localhost:7860", "http", Access(host="0.0.0.0"))
    own = lesson_link.lan_address()
    assert (address, bool(told)) == (f"http://{own or 'localhost'}:7860/", own is None)


def test_the_qr_code_has_its_quiet_zone_and_its_three_corners():
    drawn = lesson_link.qr_code(PAGE)
    side = int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])
    dark = modules(drawn, side)
    corner = [(x, y) for x in range(7) for y in range(7) if max(abs(x - 3), abs(y - 3)) != 2]
    for left, top in ((4, 4), (side - 11, 4), (4, side - 11)):
        assert {(x - left, y - top) for x, y in dark if left - 1 <= x <= left + 7 and top - 1 <= y <= top + 7} == {
            *corner
        }
    assert min(map(min, dark)) == 4 and max(map(max, dark)) == side - 5
    assert f'fill="#fff" d="M0 0h{side}v{side}h-{side}z"' in drawn


def modules(drawn, side):
    """(x, y) of the dark modules of an SVG that draws them as lines: M to a place, m by a step, h to the right."""
    x, y, dark = 0, 0.0, set()
    for kind, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", drawn.split('stroke="#000" d="')[1]):
        if kind == "h":
            dark |= {(x + step, int(y)) for step in range(int(first))}
            x += int(first)
        else:
            x, y = (int(first), float(second)) if kind == "M" else (x + int(first), y + float(second))
    return dark
