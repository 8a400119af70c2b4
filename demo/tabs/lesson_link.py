"""For the class: a link to a lesson, its QR code, and the address under which students reach this server."""

import html
import ipaddress
import re
import socket
from typing import NamedTuple

import gradio as gr
import segno

from ..lab import lessons
from ..lab.lessons import Lesson
from ..settings import Access
from ..widgets.html import notes
from ..widgets.live_region import make_live_region

EVERYWHERE = ("0.0.0.0", "::")  # a server that listens there can be reached from the network
HOST = re.compile(r"(?P<name>[\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:(?P<port>\d{1,5}))?", re.ASCII)
PRIVATE = "10.255.255.255"  # any address of a private network: nothing is sent there
ALONE = "Only this computer can open it. Start with python -m demo --host 0.0.0.0 to let a school's network in."
NO_NETWORK = "This computer is in no network now: only it can open the link."


class LinkPanel(NamedTuple):
    """The components that make a link to the experiment as it is set."""

    hide: gr.CheckboxGroup
    room: gr.Textbox
    clear: gr.Button
    make: gr.Button
    link: gr.Textbox
    code: gr.HTML


def build(hideable: list[tuple[str, str]]) -> LinkPanel:
    """Lays out the panel; `hideable` are (words, name) of the controls that can be hidden."""
    with gr.Accordion("For the class", open=False, elem_id="class"):
        hide = gr.CheckboxGroup(hideable, label="Hide from students", elem_id="hide")
        room = gr.Textbox(
            "",
            label="Room",
            info="answers are counted for each room: any name, such as 7b",
            elem_id="room",
        )
        clear = gr.Button("Clear this room's votes", size="sm", elem_id="clear-votes")
        make = gr.Button("Make a lesson link", elem_id="make-link")
        link = gr.Textbox(
            label="Opens the experiment as it was set",
            interactive=False,
            lines=3,
            buttons=["copy"],
            visible=False,
            elem_id="lesson-link",
        )
        code = make_live_region(elem_id="lesson-code")
    return LinkPanel(hide=hide, room=room, clear=clear, make=make, link=link, code=code)


def make_link(request: gr.Request, lesson: Lesson, access: Access) -> tuple[gr.Textbox, str]:
    """The link and its QR code, for the components `link` and `code`."""
    address, warning = asked_at(request, access)
    link = lessons.link(address, lesson)
    sentences = [warning] if warning else []
    return gr.Textbox(link, visible=True), qr_code(link) + notes([f"For students: {address}", *sentences])


def asked_at(request: gr.Request, access: Access) -> tuple[str, str]:
    """The address at which others open the page that sent a request, and a warning where only this computer can."""
    return address_of(request.headers.get("host", ""), _scheme(request), access)


def _scheme(request: gr.Request) -> str:
    """The scheme of the page's address, also where a proxy stands before this server."""
    outside = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return outside if outside in ("http", "https") else "http"


def address_of(host: str, scheme: str, access: Access) -> tuple[str, str]:
    """The address at which students open the page, and a warning where only this computer can.

    host: the Host header of the teacher's own browser. Where that is this machine itself, its address in the local
    network takes its place, if the server listens there.
    """
    match = HOST.fullmatch(host)
    name, port = (match["name"], match["port"]) if match else ("localhost", str(access.port))
    if not _is_this_machine(name):
        return _address(scheme, name, port), ""
    if access.host not in EVERYWHERE:
        return _address(scheme, name, port), ALONE
    outside = lan_address()
    return _address(scheme, outside or name, port), "" if outside else NO_NETWORK


def _address(scheme: str, name: str, port: str | None) -> str:
    return f"{scheme}://{name}{f':{port}' if port else ''}/"


def _is_this_machine(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name.lower().rstrip(".") == "localhost"
    return address.is_loopback or address.is_unspecified


def lan_address() -> str | None:
    """This machine's own address in the local network; None where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((PRIVATE, 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if _is_this_machine(address) else address


def qr_code(link: str) -> str:
    """The QR code of a link as SVG: black on white with its quiet zone, on dark pages as well."""
    svg: str = segno.make_qr(link, error="l").svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return f'<div class="n2n-code" role="img" aria-label="QR code of {html.escape(link)}">{svg}</div>'
