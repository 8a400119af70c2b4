"""A visitor of the lab: every experiment from the tab, voted on, replayed, run; the class's panel; a lesson's link."""

from lab_steps import at_work, stop
from steps import until

from demo.lab import recordings
from demo.lab.experiments import EXPERIMENTS

NUMBER = "() => /[0-9]/.test(document.querySelector('#answer .n2n-answer')?.innerText)"


def choose(visitor, key):
    """One experiment of the list, to train as little as it can."""
    page, experiment = visitor.page, EXPERIMENTS[key]
    page.locator("#experiment label", has_text=experiment.title).click()
    page.wait_for_selector(f"#question :text({experiment.question!r})")
    if any(control.name == "seconds" for control in experiment.controls):
        page.locator(f"#{key}-seconds label").first.click()


def to_its_answer(visitor, key):
    """The experiment answers with a number, and what can be clicked is clicked; one that trains is stopped early."""
    page, experiment = visitor.page, EXPERIMENTS[key]
    if experiment.answers:
        page.wait_for_selector("#lab-pictures figure[data-role=B] img")
        page.get_by_role("button", name=experiment.answers[0][0]).click()
        page.wait_for_selector("#answer :text('You chose')")
        page.wait_for_function(NUMBER)
    elif experiment.live:
        page.wait_for_selector("#lab-net canvas")
        page.locator("#lab-net canvas").nth(3).click()
        until(page, lambda: page.locator(f"#{key}-stage input").input_value() == "DEC_CONV1B")
        page.wait_for_selector("#answer :text('DEC_CONV1B')")
        page.wait_for_function(NUMBER)
    else:
        _voted_and_run(visitor, key)
    page.click("#class > button")
    page.wait_for_selector("#room :is(input, textarea)")
    visitor.looks_in_both_sizes(f"lab-{key}")
    page.click("#class > button")


def _voted_and_run(visitor, key):
    """A vote, the recorded run to its sentence, where there is one, and a run of one's own."""
    page, experiment = visitor.page, EXPERIMENTS[key]
    page.locator("#lab-poll").get_by_text(experiment.poll[0][0], exact=True).click()
    if recordings.read(key):
        page.wait_for_selector("#answer .n2n-recorded")
        page.click("#lab-replay")
        page.wait_for_selector("#answer .n2n-conclusion:has-text('You thought')")
        page.wait_for_selector("#lab-run:not([disabled])")
        visitor.looks(f"lab-{key}-replayed")
    at_work(page)
    if experiment.picks:
        _picked(page, key)
    page.wait_for_function(NUMBER)
    stop(page)


def _picked(page, key):
    """A click on a picture sets the place, and the experiment runs again."""
    picture = page.locator("#lab-pictures figure img").first
    box = picture.bounding_box()
    picture.click(position={"x": 0.25 * box["width"], "y": 0.75 * box["height"]})
    places = [page.locator(f"#{key}-{name} input[type=number]") for name in EXPERIMENTS[key].picks]
    until(page, lambda: _is(places, 25, 75))


def _is(places, *percent):
    return all(abs(float(place.input_value()) - wanted) <= 2 for place, wanted in zip(places, percent))


def lesson_link(visitor, key):
    """A link made with a room and a control hidden opens the experiment as it was set."""
    page = visitor.page
    choose(visitor, key)
    page.locator(f"#{key}-seed input[type=number]").fill("7")
    page.locator(f"#{key}-seed input[type=number]").press("Tab")
    page.click("#class > button")
    page.locator("#hide input[type=checkbox]").first.check()
    page.fill("#room :is(input, textarea)", "7b")
    page.click("#make-link")
    page.wait_for_selector("#lesson-code svg")
    visitor.looks_in_both_sizes("lesson-link")
    page.goto(page.locator("#lesson-link textarea").input_value())
    page.wait_for_selector("#lesson-notes :text('Room 7b')")
    page.wait_for_selector(f"#question :text({EXPERIMENTS[key].question!r})")
    assert page.locator(f"#{key}-seed input[type=number]").input_value() == "7"
    visitor.looks("lesson-opened")
