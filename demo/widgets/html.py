"""Sentences and tables as HTML: everything that comes from a person is escaped here."""

import html
from collections.abc import Iterable, Sequence

from n2n.measure import Verdict

from ..server.messages import to_sentence

LEVELS = {"red": "✕ Fix this", "amber": "! Watch out", "green": "✓ Fine"}  # in words, not by a colour alone
CELL_LETTERS = 60  # of a text in a table; the rest is cut off


def error(problem: Exception | str) -> str:
    """An error message; screen readers announce it."""
    return f'<p class="n2n-error" role="alert">{html.escape(to_sentence(problem))}</p>'


def notes(texts: Iterable[str]) -> str:
    """Sentences as paragraphs, equal ones once."""
    return "".join(f'<p class="n2n-note" role="status">{html.escape(text)}</p>' for text in dict.fromkeys(texts))


def table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table with a line for each of `lines`; empty where there are none. None is shown as a dash."""
    lines = list(lines)
    if not lines:
        return ""
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines)
    kinds = [' class="n2n-number"' if isinstance(value, float) else "" for value in lines[0]]
    heads = "".join(f'<th scope="col"{kind}>{html.escape(name)}</th>' for name, kind in zip(columns, kinds))
    whole = f'<table class="n2n-table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="n2n-scroll" tabindex="0" role="region" aria-label="Figures">{whole}</div>'


def _cell(value: object) -> str:
    if isinstance(value, float):
        text = f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
        return f'<td class="n2n-number">{text}</td>'
    return f"<td>{'–' if value is None else html.escape(str(value)[:CELL_LETTERS])}</td>"


def verdicts(findings: Iterable[Verdict]) -> str:
    """The pair doctor's verdicts, worst first."""
    order = {"red": 0, "amber": 1, "green": 2}
    lines = "".join(
        f'<li class="n2n-{verdict.level}"><strong>{html.escape(verdict.check)}</strong> '
        f"<span>{html.escape(figure(verdict))}</span><br>{html.escape(verdict.text)}</li>"
        for verdict in sorted(findings, key=lambda verdict: order[verdict.level])
    )
    return f'<ul class="n2n-verdicts">{lines}</ul>' if lines else ""


def figure(verdict: Verdict) -> str:
    """'✓ Fine, 0.02 px'"""
    number = f", {verdict.figure}" if verdict.figure else ""
    return f"{LEVELS[verdict.level]}{number}"
