"""The app as a whole: built more than once in a process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TWO = """
import asyncio, dataclasses
from demo import app
from demo.work.denoise import Order
from demo.settings import Access

async def main():
    first, second = app.build(), app.build(dataclasses.replace(Access(), teacher_key="sesame"))
    for each in (first, second):
        outcome = await each.denoisings.denoise("anna", Order(sample="coins", noise="gaussian", level=25.0))
        shown = [url for url in str(each.blocks.get_config_file()).split("'") if "/shared/first/" in url]
        print(len(outcome.files), len(shown) > 1, len(each.blocks.fns), each.access.teacher_key)

asyncio.run(main())
"""


def test_two_apps_work_in_one_process(tmp_path):
    environment = os.environ | {"GRADIO_TEMP_DIR": str(tmp_path)}
    command = [sys.executable, "-c", TWO]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    first, second = (line.split() for line in done.stdout.splitlines())
    assert first == second[:3] and first[:2] == ["2", "True"] and second[3] == "sesame"
