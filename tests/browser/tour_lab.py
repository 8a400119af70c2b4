"""A visitor of the lab: every experiment from the tab, the panel for the class closed and open; a lesson's link."""

from lab_steps import STARTED, at_work, run
from steps import until

from demo.lab.experiments import EXPERIMENTS


def choose(visitor, key):
    """One experiment of the list, to train as little as it can."""
    page, experiment = visitor.page, EXPERIMENTS[key]
    page.locator("#experiment label", has_text=experiment.title).click()
    page.wait_for_selector(f"#question :text({experiment.question!r})")
    if any(control.name == "seconds" for control in experiment.controls):
        page.locator(f"#{key}-seconds label").first.click()


def to_its_end(visitor, key):
    """The experiment answers with a number, and what can be clicked is clicked."""
    page, experiment = visitor.page, EXPERIMENTS[key]
    run(page)
    if experiment.answers:
        page.get_by_role("button", name=experiment.answers[0][0]).click()
        page.wait_for_selector("#answer :text('You chose')")
    if experiment.picks:
        _picked(page, key)
    page.wait_for_function("() => /[0-9]/.test(document.querySelector('#answer').innerText)")
    visitor.looks_in_both_sizes(f"lab-{key}")


def _picked(page, key):
    """A click on a picture sets the place, and the experiment runs again."""
    picture = page.locator("#lab-pictures figure img").first
    box = picture.bounding_box()
    picture.click(position={"x": 0.25 * box["width"], "y": 0.75 * box["height"]})
    places = [page.locator(f"#{key}-{name} input[type=number]") for name in EXPERIMENTS[key].picks]
    until(page, lambda: _is(places, 25, 75))
    page.wait_for_selector("#lab-run:not([disabled])", timeout=STARTED)


def _is(places, *percent):
    return all(abs(float(place.input_value()) - wanted) <= 2 for place, wanted in zip(places, percent))


def again_with_the_class_panel(visitor):
    """The same with the panel open, stopped as soon as there is an answer; the panel is closed again."""
    page = visitor.page
    page.click("#class > button")
    page.wait_for_selector("#room :is(input, textarea)")
    at_work(page)
    assert page.locator("#answer [role=alert]").count() == 0
    page.locator("#lab-stop").evaluate("(button) => button.click()")  # or the end has come already
    page.wait_for_selector("#lab-run:not([disabled])", timeout=STARTED)
    page.click("#class > button")


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
