"""The lab in a real browser: lessons opened by a link, experiments run, one's own class, a projector and a phone."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_steps import LIVE, at_work, longest, shortest, stop
from serving import PATIENCE, SOON, children, gone_within
from steps import until

from demo.lab.experiments import EXPERIMENTS

TRAINING = next(key for key, experiment in EXPERIMENTS.items() if experiment.trains)
PICKED = [key for key, experiment in EXPERIMENTS.items() if experiment.picks]
ASKED = [key for key, experiment in EXPERIMENTS.items() if experiment.answers]
LATE = 2000  # ms after which a run that was left would have said its last word
SHOWN = """() => [document.querySelector("#answer").innerText,
  ...[...document.querySelectorAll("#lab-pictures img")].map((image) => image.src)]"""


def test_a_lesson_s_link_opens_what_it_says(open_lesson):
    page = open_lesson("tab=lab&experiment=targets&seconds=60&copies=5&third=one&seed=7&hide=seed,third&room=7b")
    page.wait_for_selector("#lesson-notes :text('Room 7b')")
    assert page.locator("#targets-copies input[type=number]").input_value() == "5"
    assert page.locator("#targets-seconds input:checked").get_attribute("value") == "60"
    assert page.locator("#targets-seed, #targets-third").count() == 0
    page.click("#class > button")
    page.click("#make-link")
    link = page.locator("#lesson-link textarea")
    link.wait_for()
    page.wait_for_selector("#lesson-code svg")
    parts = ("experiment=targets", "seconds=60", "copies=5", "third=one", "seed=7", "hide=third,seed", "room=7b")
    assert set(parts) <= set(re.split("[?&]", link.input_value()))


@pytest.mark.parametrize("tab", ["Train", "About"])
def test_a_link_opens_the_other_tabs(open_page, tab):
    open_page(query=f"?tab={tab.lower()}", awaited=f"button[role=tab][aria-selected=true]:has-text('{tab}')")


def test_a_hostile_link_is_answered_with_notes(open_lesson):
    picture = "%3Cimg src=x onerror=%22window.ran=1%22%3E"
    page = open_lesson(
        f"tab=lab&experiment={picture}&seed=1e999&hide={picture}&room={picture}&{picture}=1&key={picture}"
    )
    page.wait_for_selector("#lesson-notes .n2n-note")
    assert page.locator("#lesson-notes .n2n-note").count() == 4
    assert page.locator("#lesson-notes img").count() == 0
    assert page.locator("#targets-seed input[type=number]").input_value() == "0"
    assert page.evaluate("window.ran") is None


def test_the_teacher_s_key_leaves_the_address_bar(open_lesson):
    page = open_lesson("tab=lab&key=secret&room=7b")
    page.wait_for_function("() => !location.search.includes('secret')")
    assert {"tab=lab", "room=7b"} == set(page.url.split("?")[1].split("&")) and "secret" not in page.inner_html("body")


@pytest.mark.parametrize("key", ASKED)
def test_a_room_s_answers_are_counted(open_lesson, key):
    words = EXPERIMENTS[key].answers[0][0]
    for visitor in (1, 2):
        page = open_lesson(f"tab=lab&experiment={key}&room=7b")
        page.wait_for_selector("#lab-pictures figure[data-role=B] img")
        assert page.inner_text("#lab-tally") == ""
        page.get_by_role("button", name=words).click()
        page.wait_for_selector(f"#lab-tally li:has-text('{words}') b:text-is('{visitor}')")


def test_closing_the_page_ends_the_experiment(open_lesson, server):
    page = open_lesson(longest(TRAINING))
    at_work(page)
    assert children(server)
    page.close()
    assert gone_within(SOON, server)


def test_stop_ends_it_and_one_may_run_again(open_lesson, server):
    page = open_lesson(longest(TRAINING))
    at_work(page)
    assert page.is_disabled("#lab-run")
    page.click("#lab-stop")
    page.wait_for_selector("#lab-run:not([disabled])")
    assert page.is_disabled("#lab-stop") and gone_within(SOON, server)


@pytest.mark.parametrize("begin", [at_work, lambda page: page.click("#lab-run")], ids=["at work", "just begun"])
def test_another_experiment_ends_the_one_before_and_is_shown_alone(open_lesson, server, begin):
    page, other = open_lesson(longest(TRAINING)), EXPERIMENTS["exposures"]
    begin(page)
    page.locator("#experiment").get_by_text(other.title).click()
    page.wait_for_selector(f"#question :text({other.question!r})")
    assert gone_within(SOON, server)
    page.wait_for_timeout(LATE)
    assert page.is_enabled("#lab-run")
    assert page.evaluate(SHOWN) == open_lesson(f"tab=lab&experiment={other.key}").evaluate(SHOWN)


def test_who_waits_in_line_can_leave_it(open_lesson):
    first, second = open_lesson(longest(TRAINING)), open_lesson(shortest(TRAINING))
    at_work(first)
    second.click("#lab-run")
    second.wait_for_selector("#answer :text('number 1 in line')")
    second.click("#lab-stop")
    second.wait_for_selector("#lab-run:not([disabled])")
    assert "in line" not in second.inner_text("#answer")


def test_two_clicks_start_one_job(open_lesson, server):
    page = open_lesson(longest(TRAINING))
    page.dblclick("#lab-run")
    page.wait_for_selector(LIVE)
    end, most = time.monotonic() + 2, 0
    while time.monotonic() < end:
        most = max(most, len(children(server)))
    assert most == 1


@pytest.mark.parametrize("dark", [False, True])
def test_a_projector_shows_the_whole_answer_large(open_lesson, screenshot, dark):
    page = open_lesson(f"{shortest(TRAINING)}&projector=1", dark=dark)
    page.wait_for_selector("body.n2n-projector")
    at_work(page)
    page.wait_for_selector("#figure svg")
    stop(page)
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.n2n-answer')).fontSize)")
    figure = page.locator("#figure svg").bounding_box()
    screenshot(page, f"lab-projector-{'dark' if dark else 'light'}")
    assert size >= 26 and figure["y"] + figure["height"] <= 768
    page.click("#projector input")
    page.wait_for_selector("body:not(.n2n-projector) #targets-seconds")


def test_a_phone_shows_all_of_it_in_its_width(open_lesson, screenshot):
    page = open_lesson(shortest(TRAINING), width=390, height=844)
    at_work(page)
    screenshot(page, "lab-phone", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("projector", [0, 1])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_the_lab(open_lesson, dark, projector):
    page = open_lesson(f"tab=lab&projector={projector}", dark=dark)
    page.click("#class > button")
    page.click("#make-link")
    page.wait_for_selector("#lesson-code svg", timeout=PATIENCE)
    page.wait_for_timeout(500)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []


def test_everything_of_a_projector_is_seen_at_once(open_lesson):
    """The list of experiments, the votes, the buttons and the answer with its figure, and every name in it is whole."""
    page = open_lesson("tab=lab&experiment=exposures&projector=1&room=4a")
    page.wait_for_selector("#lab-tally .n2n-votes")
    page.click("#lab-replay")
    page.wait_for_selector("#answer .n2n-conclusion")
    page.wait_for_selector("#lab-run:not([disabled])")
    for where in ("#experiment", "#question", "#lab-tally", "#lab-run", "#answer", "#figure svg"):
        box = page.locator(where).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 768, where
    page.locator("#experiment label", has_text="Guess first").click()
    page.wait_for_selector("#lab-pictures figure[data-role=B] img")
    until(page, lambda: all(_seen_whole(page.locator(f"#lab-pictures figure[data-role={name}] img")) for name in "AB"))


def _seen_whole(image):
    """Is it large, and does it end above the lower edge?"""
    box = image.bounding_box()
    return box["width"] >= 250 and box["y"] + box["height"] <= 768


def test_a_phone_flips_two_pictures_by_a_tap_in_its_whole_width(open_lesson):
    page = open_lesson(f"tab=lab&experiment={ASKED[0]}", width=390, height=844)
    page.wait_for_selector("#lab-pictures .grid[data-view=flip]")
    shown = page.locator("#lab-pictures figure[data-role=B] .stage")
    assert shown.bounding_box()["width"] >= 350
    before = page.locator("#lab-pictures .grid").get_attribute("data-face")
    shown.click()
    assert page.locator("#lab-pictures .grid").get_attribute("data-face") != before


def test_the_list_of_experiments_is_one_line_on_a_desk(open_lesson):
    page = open_lesson("tab=lab", width=1440, height=900)
    assert len({label.bounding_box()["y"] for label in page.locator("#experiment label").all()}) == 1


def test_a_map_of_the_net_is_followed_and_the_slider_needs_no_button(open_lesson):
    page = open_lesson("tab=lab&experiment=follow")
    page.wait_for_selector("#lab-net canvas")
    assert not page.is_visible("#lab-run")
    page.locator("#lab-net canvas").nth(3).click()
    page.wait_for_selector("#answer :text('DEC_CONV1B')")
    source = page.locator("#lab-pictures figure[data-role=noisy] img").get_attribute("src")
    page.locator("#follow-level input[type=range]").press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('#lab-pictures figure[data-role=noisy] img').getAttribute('src') !== before",
        arg=source,
    )
