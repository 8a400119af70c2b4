"""What went wrong, in a line that tells nothing of the server."""

import pytest

from demo import settings
from demo.server.messages import LONGEST, NO_MEMORY, to_sentence


@pytest.mark.parametrize(
    "problem, text",
    [
        ("No such file or directory: '/etc/my secrets/a b.png'", "No such file or directory: 'a b.png'"),
        ("cannot open /home/anna/b.png now", "cannot open b.png now"),
        (r"C:\Users\Anna\x.png is no picture", "x.png is no picture"),
        (f"no '{settings.folder()}/visit-0a1b/denoised-1/cat.v2.png' here", "no 'cat.v2.png' here"),
        (f"no '{settings.folder()}/visit-0a1b' here", "no what you brought here"),
        ("allowed: noisy/clean, 3/4, (N, C)/x, 20 pairs/s", "allowed: noisy/clean, 3/4, (N, C)/x, 20 pairs/s"),
        ("open http://127.0.0.1:7860/a/b", "open http://127.0.0.1:7860/a/b"),
        ("one\n  two", "one two"),
    ],
)
def test_names_stay_and_folders_go(problem, text):
    assert to_sentence(problem) == text


def test_it_is_cut_to_some_lines():
    assert len(to_sentence("x" * 5_000_000)) == LONGEST and to_sentence("x" * 999).endswith("…")


def test_too_little_memory_is_told_in_words():
    assert to_sentence(MemoryError()) == NO_MEMORY
