"""How the demo looks: one theme, light and dark, with the fonts that a machine has, and the layout of the page."""

import gradio as gr
from gradio.themes.utils.colors import Color, slate

from .sheets import read_sheets

SHEETS = ("page.css", "controls.css", "results.css", "train.css", "lab.css", "projector.css")

# As text on white from 500 on, on slate 900 up to 400: a contrast of 4.5 and more.
ACCENT = Color(
    c50="#eff8fa",
    c100="#d6edf2",
    c200="#afdbe5",
    c300="#7cc0d1",
    c400="#459fb6",
    c500="#22809a",
    c600="#166a83",
    c700="#13566b",
    c800="#134757",
    c900="#133b49",
    c950="#0a2631",
    name="petrol",
)
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONOSPACE = ("ui-monospace", "SFMono-Regular", "Consolas", "Liberation Mono", "monospace")


def make_theme() -> gr.themes.Base:
    """Slate and one accent; no font or style sheet from elsewhere."""
    base = gr.themes.Base(
        primary_hue=ACCENT,
        secondary_hue=ACCENT,
        neutral_hue=slate,
        spacing_size="md",
        radius_size="md",
        text_size="md",
        font=FONTS,
        font_mono=MONOSPACE,
    )
    return base.set(**_both(_GROUND | _TEXT | _CONTROLS | _BUTTONS), **_SHAPE)


def page_css() -> str:
    """The layout of the whole page, beside what the theme sets. Raises OSError."""
    return read_sheets(*SHEETS)


def _both(colours: dict[str, tuple[str, str]]) -> dict[str, str]:
    """(light, dark) of each name as the two settings that Gradio has for it."""
    light = {name: pair[0] for name, pair in colours.items()}
    return light | {f"{name}_dark": pair[1] for name, pair in colours.items()}


_GROUND = {
    "body_background_fill": ("*neutral_50", "*neutral_950"),
    "background_fill_primary": ("white", "*neutral_900"),
    "background_fill_secondary": ("*neutral_100", "*neutral_950"),
    "block_background_fill": ("white", "*neutral_900"),
    "block_border_color": ("*neutral_200", "*neutral_700"),
    "border_color_primary": ("*neutral_200", "*neutral_700"),
    "border_color_accent": ("*primary_400", "*primary_400"),
    "color_accent_soft": ("*primary_50", "*primary_900"),
    "panel_background_fill": ("white", "*neutral_900"),
    "code_background_fill": ("*neutral_100", "*neutral_800"),
    "table_even_background_fill": ("white", "*neutral_900"),
    "table_odd_background_fill": ("*neutral_50", "*neutral_900"),
}
_TEXT = {
    "body_text_color": ("*neutral_800", "*neutral_100"),
    "body_text_color_subdued": ("*neutral_600", "*neutral_400"),
    "block_info_text_color": ("*neutral_600", "*neutral_400"),
    "block_label_text_color": ("*neutral_700", "*neutral_200"),
    "block_title_text_color": ("*neutral_700", "*neutral_200"),
    "link_text_color": ("*primary_600", "*primary_300"),
    "link_text_color_hover": ("*primary_700", "*primary_200"),
    "link_text_color_active": ("*primary_700", "*primary_200"),
    "link_text_color_visited": ("*primary_600", "*primary_300"),
    "input_placeholder_color": ("*neutral_500", "*neutral_400"),
}
_CONTROLS = {
    "block_label_background_fill": ("white", "*neutral_900"),
    "input_background_fill": ("white", "*neutral_800"),
    "input_border_color": ("*neutral_300", "*neutral_600"),
    "input_border_color_focus": ("*primary_500", "*primary_400"),
    "checkbox_background_color": ("white", "*neutral_800"),
    "checkbox_background_color_selected": ("*primary_600", "*primary_500"),
    "checkbox_border_color": ("*neutral_400", "*neutral_500"),
    "checkbox_border_color_selected": ("*primary_600", "*primary_500"),
    "checkbox_label_background_fill": ("white", "*neutral_900"),
    "checkbox_label_background_fill_hover": ("*neutral_100", "*neutral_800"),
    "checkbox_label_background_fill_selected": ("*primary_50", "*primary_950"),
    "checkbox_label_border_color": ("*neutral_300", "*neutral_600"),
    "checkbox_label_border_color_selected": ("*primary_600", "*primary_400"),
    "slider_color": ("*primary_600", "*primary_400"),
    "loader_color": ("*primary_600", "*primary_400"),
}
_BUTTONS = {
    "button_primary_background_fill": ("*primary_600", "*primary_600"),
    "button_primary_background_fill_hover": ("*primary_700", "*primary_700"),
    "button_primary_border_color": ("*primary_600", "*primary_600"),
    "button_primary_text_color": ("white", "white"),
    "button_secondary_background_fill": ("white", "*neutral_800"),
    "button_secondary_background_fill_hover": ("*neutral_100", "*neutral_700"),
    "button_secondary_border_color": ("*neutral_300", "*neutral_600"),
    "button_secondary_text_color": ("*neutral_800", "*neutral_100"),
    "button_cancel_background_fill": ("white", "*neutral_800"),
    "button_cancel_background_fill_hover": ("#fef2f2", "#450a0a"),
    "button_cancel_border_color": ("#b91c1c", "#f87171"),
    "button_cancel_text_color": ("#b91c1c", "#fca5a5"),
}
_SHAPE = {
    "color_accent": "*primary_600",
    "block_border_width": "1px",
    "block_label_text_size": "*text_sm",
    "block_title_text_size": "*text_md",
    "block_title_text_weight": "500",
    "block_padding": "*spacing_lg *spacing_xl",
    "block_shadow": "none",
    "layout_gap": "12px",
    "input_border_width": "1px",
    "input_padding": "8px 10px",
    "button_border_width": "1px",
    "button_large_padding": "9px 16px",
    "button_large_text_size": "15px",
    "button_large_text_weight": "600",
    "button_small_padding": "5px 12px",
    "button_small_text_weight": "500",
    "button_transition": "background-color 0.12s, border-color 0.12s",
    "checkbox_label_padding": "6px 10px",
    "checkbox_label_gap": "6px",
}
