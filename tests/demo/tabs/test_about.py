"""The About tab: what it says about the net, the weights and the host, against other sources."""

import asyncio
import re
from xml.etree import ElementTree

import gradio as gr
import psutil
import pytest
import torch

from demo.tabs import about as about_tab
from n2n import UNet, UNetConfig
from n2n.nets import weights
from n2n.nets.header import Header


def lines(table):
    """The rows of an HTML table as lists of text."""
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(table).iter("tr")]


def facts(table):
    return {line[0]: line[1] for line in lines(table)}


@pytest.fixture(scope="module")
def blocks():
    """The tab alone; within a running event loop, since Gradio leaves open the one that it makes without."""

    async def build():
        with gr.Blocks(analytics_enabled=False) as page, gr.Tab("About"):
            about_tab.build(lambda: None)
        return page

    return asyncio.run(build())


@pytest.mark.parametrize("config", [UNetConfig(), UNetConfig(1, 6)])
def test_the_nets_table_gives_each_convolution_its_parameters(config):
    net = UNet(config)
    shown = {line[0].lower(): line[4] for line in lines(about_tab.net_table(net)) if line[2].startswith("convolution")}
    wanted = {name: sum(p.numel() for p in convolution.parameters()) for name, convolution in net.named_children()}
    assert shown == {name: f"{count:,}" for name, count in wanted.items()}


def test_the_nets_table_ends_in_the_reports_total():
    assert lines(about_tab.net_table(UNet()))[-1] == ["total", "", "", "", "249,075"]


def test_the_nets_table_tells_the_channels_and_sizes_of_a_real_picture():
    net, seen = UNet(), {}
    for name, convolution in net.named_children():
        convolution.register_forward_hook(lambda _, __, x, name=name: seen.update({name: tuple(x.shape[1:])}))
    net(torch.rand(1, 3, 32, 32))
    table = {line[0].lower(): line for line in lines(about_tab.net_table(net))}
    assert {name: (table[name][1], table[name][3]) for name in seen} == {
        name: (f"{channels}", f"{height}×{width}") for name, (channels, height, width) in seen.items()
    }


@pytest.mark.parametrize("name", weights.shipped())
def test_shipped_weights_have_a_card_and_what_their_file_says(name, blocks):
    values = [str(block.value) for block in blocks.blocks.values() if hasattr(block, "value")]
    header = weights.load(weights.find(name))[1]
    assert about_tab.cards()[name] in values
    assert facts(about_tab.header_table(name))["steps"].startswith(f"{header.steps:,} in ")


def test_every_sentence_of_the_cards_is_on_the_page(blocks):
    shown = "".join(str(block.value) for block in blocks.blocks.values() if isinstance(block, gr.Markdown))
    cards = (weights.FOLDER / "README.md").read_text(encoding="utf-8").partition("\n# Results")[0]
    paragraphs = [part.strip() for part in cards.split("\n\n") if part.strip() and not part.startswith("#")]
    assert [part for part in paragraphs if part not in shown] == []


def test_what_a_weights_file_says_is_escaped(tmp_path):
    path = tmp_path / "odd.safetensors"
    weights.save(path, {"a": torch.zeros(1)}, Header(data="<script>alert(1)</script>"))
    assert facts(about_tab.header_table(path))["learnt from"] == "<script>alert(1)</script>"
    assert "<script>" not in about_tab.header_table(path)


def test_the_paper_is_cited_in_full():
    fields = dict(re.findall(r"(\w+) += \{(.+?)\},?$", about_tab.PAPER, flags=re.MULTILINE | re.DOTALL))
    assert (fields["year"], fields["volume"], fields["pages"]) == ("2018", "80", "2965--2974")
    assert [name.split(",")[0] for name in re.split(r"\s+and\s+", fields["author"])] == [
        *("Lehtinen", "Munkberg", "Hasselgren", "Laine", "Karras", "Aittala", "Aila"),
    ]


def test_the_software_is_cited_with_its_version():
    assert f"version = {{{weights.VERSION}}}" in about_tab.SOFTWARE


def test_the_host_is_told_with_the_cores_this_process_may_use():
    allowed = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count()
    assert facts(about_tab.host_table(None))["cores for this process"] == str(allowed)


def test_the_memory_is_at_most_that_of_the_machine():
    gibibytes = float(facts(about_tab.host_table(None))["memory"].removesuffix(" GiB"))
    assert 0 < gibibytes <= psutil.virtual_memory().total / 2**30 + 0.1


@pytest.mark.parametrize(("speed", "text"), [(None, "not measured yet"), (1234.4, "1,234 pictures of 32×32 a second")])
def test_the_speed_is_told_once_it_is_measured(speed, text):
    assert facts(about_tab.host_table(speed))["learns from"] == text


def test_opening_the_tab_makes_the_hosts_table_anew_and_nothing_else(blocks):
    (event,) = blocks.config["dependencies"]
    (target,) = (blocks.blocks[place] for place, name in event["targets"] if name == "select")
    assert isinstance(target, gr.Tab)
    assert [blocks.blocks[place].elem_id for place in event["outputs"]] == ["about-host"]
    assert (event["queue"], event["api_visibility"]) == (True, "private")  # it may take seconds


def test_the_page_loads_nothing_from_elsewhere(blocks):
    shown = "".join(str(block.value) for block in blocks.blocks.values() if isinstance(block, gr.HTML))
    assert re.findall(r"""(?:src|href)="(.{5})""", shown) == ["https"]
    assert 'href="https://arxiv.org/abs/1803.04189" target="_blank" rel="noopener"' in shown
