"""The lab in front of a class: plain visitors, the teacher's link, a room's answers, and who listens to the page."""

import pytest
from steps import until

from demo.lab.experiments import EXPERIMENTS
from demo.tabs.lab_layout import TICK

ASKED = next(key for key, experiment in EXPERIMENTS.items() if experiment.answers)
WORDS = EXPERIMENTS[ASKED].answers[0][0]


def lab(page):
    """Opens the lab by clicks."""
    page.get_by_role("tab", name="Lab").click()
    page.wait_for_selector("#question")
    return page


def test_a_large_screen_makes_a_link_that_opens_as_usual(open_page):
    page = lab(open_page())
    page.click("#projector input")
    page.wait_for_selector("body.n2n-projector")
    page.click("#class > button")
    page.click("#make-link")
    page.wait_for_selector("#lesson-code svg")
    link = page.locator("#lesson-link textarea").input_value()
    assert "experiment=" in link and "projector" not in link
    assert page.locator("body.n2n-projector").count() == 1


@pytest.mark.parametrize(("width", "height", "large"), [(390, 844, False), (844, 390, False), (1024, 768, True)])
def test_an_old_link_for_a_projector_opens_as_usual_on_a_phone(open_lesson, width, height, large):
    page = open_lesson("tab=lab&projector=1&seed=7", width=width, height=height)
    page.wait_for_function(
        "() => document.querySelector('#targets-seed input[type=number]')?.value === '7'"
        if not large
        else "() => document.querySelector('body.n2n-projector')"
    )
    page.wait_for_timeout(1000)
    assert page.locator("body.n2n-projector").count() == large
    assert page.is_checked("#projector input") == large


def asks_nothing(page, asked):
    """Whether a page is silent for longer than a large screen, which asks again and again."""
    asked.clear()
    page.wait_for_timeout(1000 * TICK + 1000)
    return asked == []


def test_a_large_screen_follows_a_room_s_answers_and_no_other_asks_for_them(open_lesson):
    query = f"tab=lab&experiment={ASKED}&room=9c"
    teacher, asked = open_lesson(f"{query}&projector=1"), []
    teacher.wait_for_selector("body.n2n-projector")
    for visitor in (1, 2):
        student = open_lesson(query, width=390, height=844)
        student.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        student.wait_for_selector("#lab-pictures figure[data-role=B] img")
        student.wait_for_selector("#lesson-notes :text('Room 9c')")
        until(student, lambda student=student: asks_nothing(student, asked))
        assert student.inner_text("#lab-tally") == ""
        student.get_by_role("button", name=WORDS).click()
        teacher.wait_for_selector(f"#lab-tally li:has-text('{WORDS}') b:text-is('{visitor}')")
    teacher.click("#projector input")
    teacher.wait_for_selector("body:not(.n2n-projector)")
    teacher.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    until(teacher, lambda: asks_nothing(teacher, asked))


def test_results_and_errors_are_announced(page):
    lab(page).locator("#experiment").get_by_text(EXPERIMENTS[ASKED].title).click()
    page.wait_for_selector(f"#question :text({EXPERIMENTS[ASKED].question!r})")
    region = page.locator("#answer[role=status], #answer [role=status]").first
    node = region.element_handle()
    page.get_by_role("button", name=WORDS).click()
    page.wait_for_selector("#answer :text('You chose')")
    assert node.evaluate("(node) => node.isConnected && node.getAttribute('aria-busy') === 'false'")
    assert "You chose" in node.inner_text()
    page.click("#class > button")
    page.fill("#room :is(input, textarea)", "7/b")
    page.get_by_role("button", name=WORDS).click()
    page.wait_for_selector("#answer [role=alert]:has-text('allowed: up to')")
    assert node.evaluate("(node) => node.isConnected")


def voted(page, words):
    """Votes, and waits for the bars."""
    page.locator("#lab-poll label", has_text=words).click()
    page.wait_for_selector(f"#lab-tally li:has-text({words!r}) b:text-is('1')")
    return [int(count.inner_text()) for count in page.locator("#lab-tally li b").all()]


def test_a_vote_can_be_changed_counts_once_and_is_wiped_by_the_teacher(open_lesson):
    """The page that is loaded again is the same visitor; whoever is at the server's own computer is the teacher."""
    query, (first, second) = "tab=lab&experiment=look&room=8d", [words for words, _ in EXPERIMENTS["look"].poll[:2]]
    page = open_lesson(query, width=390, height=844)
    page.wait_for_selector("#lesson-notes :text('Room 8d')")
    assert page.inner_text("#lab-tally") == ""
    assert voted(page, first) == [1, 0, 0] and voted(page, second) == [0, 1, 0]
    page.reload()
    page.wait_for_selector("#lesson-notes :text('Room 8d')")
    assert voted(page, first) == [1, 0, 0]
    page.click("#class > button")
    page.click("#clear-votes")
    page.wait_for_selector("#lab-tally :text('Room 8d: 0 votes')")


def test_an_experiment_opens_with_a_recorded_example_and_replays_it_to_its_answer(open_lesson):
    page = open_lesson("tab=lab&experiment=look")
    page.wait_for_selector("#answer .n2n-recorded:has-text('Recorded')")
    page.wait_for_selector("#lab-pictures figure img")
    assert page.locator("#answer .n2n-conclusion").count() == 0
    page.click("#lab-replay")
    page.wait_for_selector("#answer .n2n-conclusion strong:has-text('half of the votes')")
    assert page.locator("#answer .n2n-recorded").count() == 1
