"""What must never be seen while somebody uses the demo: on the page, on the console, in the server's log."""

import re
from pathlib import Path

# Errors that Gradio itself shows: a toast, or the word where a result should stand.
TOASTS = """() => {
  const look = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const toasts = [node, ...node.querySelectorAll("*")].filter((each) =>
      each.matches(".toast-body.error, .toast-body.warning, span.error") && each.innerText.trim());
    for (const toast of toasts) window.n2nComplaint(`shown: ${toast.innerText.trim()}`);
  };
  const observer = new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(look)));
  observer.observe(document, { childList: true, subtree: true });
  addEventListener("beforeunload", () => observer.disconnect());
}"""
# Every picture in sight has come, or will never come.
ARRIVED = "() => [...document.images].every((image) => image.complete || !image.checkVisibility())"
FAULTS = Path(__file__).with_name("faults.js").read_text()
# What Gradio writes on the console of a page that is left while an answer still comes; a lost server shows a toast too.
LEFT = (
    "AbortError: signal is aborted",
    "AbortError: BodyStreamBuffer was aborted",
    "Unexpected error Connection errored out",
)
WRONG = re.compile(r"Traceback|Warning|Error|Exception|CRITICAL")


def listen(page, address, complaints):
    """Writes into `complaints` what a page says that it should not."""
    page.on("console", lambda message: complaints.append(message.text) if _is_wrong(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if _is_foreign(request, address) else None)
    page.expose_function("n2nComplaint", lambda told: complaints.append(told))
    page.add_init_script(f"({TOASTS})()")


def _is_wrong(message):
    return message.type == "error" and not message.text.startswith(LEFT)


def _is_foreign(request, address):
    return not request.url.startswith((address, "data:", "blob:"))


def faults(page):
    """How a page looks wrong once its pictures have come, in sentences; and every alert that stands on it."""
    page.wait_for_function(ARRIVED)
    looks = page.evaluate(FAULTS)
    return looks + [f"alert: {alert.inner_text()}" for alert in page.locator("[role=alert]:visible").all()]


def wrong_lines(log, begun):
    """Lines of a server's log after so many characters that tell of something wrong."""
    return [line for line in log.read_text()[begun:].splitlines() if WRONG.search(line)]
