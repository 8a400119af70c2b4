"""What a visitor does in the lab."""

from demo.lab.experiments import EXPERIMENTS

LIVE = "#answer:not(:has(.n2n-recorded)) .n2n-answer"  # of a run, not of the recorded example
AT_REST = "() => !document.querySelector('#lab-run')?.disabled && document.querySelector('#answer .n2n-answer')"


def shortest(key):
    """A link's query for an experiment that trains as little as it can."""
    return _query(key, min)


def longest(key):
    """A link's query for an experiment that does not end by itself while a test looks on."""
    return _query(key, max)


def _query(key, choose):
    seconds = [control for control in EXPERIMENTS[key].controls if control.name == "seconds"]
    chosen = [f"&seconds={choose((value for _, value in each.options), key=float)}" for each in seconds]
    return f"tab=lab&experiment={key}{''.join(chosen)}"


def run(page):
    """Runs the experiment to its end, or waits for one that runs by itself."""
    if page.locator("#lab-run").is_visible():
        page.click("#lab-run")
        page.wait_for_selector("#lab-run[disabled]")
    page.wait_for_function(AT_REST)


def at_work(page):
    """Runs the experiment, and leaves it at its first screen."""
    page.click("#lab-run")
    page.wait_for_selector(LIVE)


def stop(page):
    """Ends what runs, unless it has ended already."""
    page.locator("#lab-stop").evaluate("(button) => button.click()")
    page.wait_for_selector("#lab-run:not([disabled])")
