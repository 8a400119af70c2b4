"""Words and tables as HTML, read back by the parser of the standard library."""

from html.parser import HTMLParser

import pytest

from demo import settings
from demo.widgets import html as markup
from n2n.measure.doctor import Verdict

HOSTILE = "<img src=x onerror='a(\"b\")'>&amp;"


class Reader(HTMLParser):
    """Tags with their attributes, and the texts between them."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def names(source):
    return [tag for tag, _ in Reader(source).tags]


@pytest.mark.parametrize(
    "source",
    [
        markup.error(ValueError(HOSTILE)),
        markup.notes([HOSTILE]),
        markup.table([HOSTILE], [("a",)]),
        markup.table(["a"], [(HOSTILE,)]),
        markup.verdicts([Verdict(HOSTILE, "red", 1.0, HOSTILE, HOSTILE)]),
    ],
    ids=["error", "notes", "head", "cell", "verdict"],
)
def test_what_a_person_wrote_stays_text(source):
    assert "img" not in names(source) and HOSTILE in "".join(Reader(source).texts)


def test_an_error_is_announced_as_one_line():
    read = Reader(markup.error("one\n  two"))
    assert read.tags == [("p", {"class": "n2n-error", "role": "alert"})] and read.texts == ["one two"]


def test_too_little_memory_is_told_in_words():
    assert "memory" in Reader(markup.error(MemoryError())).texts[0]


@pytest.mark.parametrize(
    "path, text",
    [
        ("visit-0a1b/denoised-1-2/my cat.v2.png", "no 'my cat.v2.png' here"),
        ("0a1b/photo.tif", "no 'photo.tif' here"),
        ("visit-0a1b", "no what you brought here"),
    ],
)
def test_an_error_names_the_file_and_not_its_folder(path, text):
    assert Reader(markup.error(OSError(f"no '{settings.folder()}/{path}' here"))).texts == [text]


def test_equal_notes_are_told_once_in_their_order():
    assert Reader(markup.notes(["b", "a", "b", "b"])).texts == ["b", "a"]


def test_nothing_to_tell_is_nothing():
    assert markup.notes([]) == markup.table(["a"], []) == markup.verdicts([]) == ""


def test_a_table_has_a_head_and_a_line_for_each():
    read = Reader(markup.table(["a", "b"], [(1, 2), (3, 4)]))
    assert read.texts == ["a", "b", "1", "2", "3", "4"]
    assert names(markup.table(["a", "b"], [(1, 2), (3, 4)])).count("tr") == 3


@pytest.mark.parametrize(
    "value, text", [(None, "–"), (25.2345, "25.23"), (0.87654, "0.877"), (-0.5, "-0.500"), (7, "7")]
)
def test_a_cell_is_a_dash_without_a_value_and_rounded_with_one(value, text):
    assert Reader(markup.table(["a"], [(value,)])).texts == ["a", text]


def test_a_long_name_does_not_widen_a_table():
    assert len(Reader(markup.table(["a"], [("x" * 500,)])).texts[1]) == markup.CELL_LETTERS


def test_verdicts_come_worst_first():
    found = [Verdict(level, level, None, "", "") for level in ("green", "red", "amber", "red")]
    levels = [attributes["class"] for tag, attributes in Reader(markup.verdicts(found)).tags if tag == "li"]
    assert levels == ["n2n-red", "n2n-red", "n2n-amber", "n2n-green"]


@pytest.mark.parametrize("level, word", [("red", "Fix this"), ("amber", "Watch out"), ("green", "Fine")])
def test_a_verdict_is_told_by_a_word_besides_its_colour(level, word):
    texts = Reader(markup.verdicts([Verdict("alignment", level, 1.2345, "pixels", "what to do")])).texts
    assert word in " ".join(texts) and "1.23 pixels" in " ".join(texts) and texts[-1] == "what to do"
