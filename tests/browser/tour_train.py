"""A visitor of the second tab: pairs brought, a training begun, left, found again, stopped, gone on with, and used."""

from steps import SOURCES, settled, until

CURVES = "#curves svg[role=img] path"
STEP = "() => Number((document.querySelector('#status').innerText.match(/Step ([0-9,]+)/) || [])[1]?.replace(',', ''))"


def sample_pairs(visitor):
    """The pairs that come along, looked at."""
    visitor.tab("Train")
    visitor.page.click("#sample")
    _looked_at(visitor, "sample-pairs")


def loose_files(visitor, *files):
    """Pairs of one's own, looked at."""
    visitor.tab("Train")
    visitor.upload("pairs", *files)
    visitor.page.wait_for_selector("#looked :text('1 scene × 2 shots')")
    _looked_at(visitor, "loose-files")


def _looked_at(visitor, what):
    page = visitor.page
    page.wait_for_selector("#looked .n2n-verdict")
    page.wait_for_selector("#train:not([disabled])")
    assert page.locator("#strip-of-pairs figure").count() >= 2
    visitor.looks_in_both_sizes(what)


def begin(visitor):
    """A training that lasts longer than one looks at it, until there is something to see; its address."""
    page = visitor.page
    page.locator("#budget").get_by_text("180 s").click()
    page.click("#train")
    page.wait_for_selector(CURVES)
    page.wait_for_selector("#live figure[data-role=denoised]")
    until(page, lambda: "run=" in page.url)
    return page.url


def found_again(visitor, open_page, address):
    """The page, loaded anew, goes on with the training; so does another device by its address, but no stranger."""
    page = visitor.page
    page.reload()
    page.wait_for_selector(CURVES)
    page.wait_for_selector("button[role=tab][aria-selected=true]:has-text('Train')")
    assert page.is_visible("#stop") and page.url == address
    friend, stranger = open_page(), open_page()
    friend.goto(address)
    friend.wait_for_selector(CURVES)
    stranger.get_by_role("tab", name="Train").click()
    assert stranger.is_hidden("#stop") and stranger.locator(CURVES).count() == 0 and "run=" not in stranger.url
    for other in (friend, stranger):
        other.context.close()


def stop(visitor, what):
    """Ends the training; what is there then."""
    page = visitor.page
    step = page.evaluate(STEP)
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")
    assert page.is_hidden("#stop") and page.evaluate(STEP) >= step > 0
    page.wait_for_selector("#train:enabled")
    page.wait_for_selector("#continue:enabled")
    visitor.unfold()
    page.wait_for_selector("#take a[download]")
    visitor.looks_in_both_sizes(what)


def go_on(visitor):
    """Continues where it was stopped."""
    page, before = visitor.page, visitor.page.evaluate(STEP)
    page.click("#continue")
    page.wait_for_selector("#stop")
    until(page, lambda: page.evaluate(STEP) > before)
    visitor.looks("training")


def time_machine(visitor):
    """The pictures of the beginning again, with the weights of then."""
    page = visitor.page
    number = page.locator("#machine input[type=number]")
    last, words = page.evaluate(f"({SOURCES})('#live')"), page.inner_text("#snapshot")
    number.fill("0")
    number.press("Enter")
    until(page, lambda: page.evaluate(f"({SOURCES})('#live')") != last and page.inner_text("#snapshot") != words)
    visitor.looks("time-machine", picture=False)


def denoise_with_it(visitor, what):
    """The new model in the first tab."""
    page = visitor.page
    settled(page, lambda: page.click("#use"))
    page.wait_for_selector("button[role=tab][aria-selected=true]:has-text('Denoise')")
    assert page.locator("#panels figure[data-role=denoised]").count() >= 1
    visitor.looks_in_both_sizes(what)
