"""A laboratory that is told to end leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from probe.lab.stage import Stage
from probe.lab.scenario import scenario
from probe.lab.waiting import wait
with Stage() as stage:
    found = scenario("chain.self-signed")
    assert found is not None
    found.broken(stage)
    wait(lambda: print(stage.folder, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait_and_the_stage_is_cleared(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.is_dir()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert not folder.exists()
