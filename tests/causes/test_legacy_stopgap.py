"""The client's stopgap for an outdated server: told only where it helps, held against curl and OpenSSL."""

import shlex
import subprocess
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.scenario import scenario
from probe.lab.stage import Stage
from probe.report.compose import compose

LEGACY = scenario("tls.legacy-only")
assert LEGACY
WAYS = {"broken": LEGACY.broken, **{one.name: one.open for one in LEGACY.variants}}
HELPED = {"broken", "small-dh"}


@pytest.mark.parametrize("way", WAYS)
def test_the_stopgap_is_told_where_it_helps(way: str, tmp_path: Path) -> None:
    with Stage() as stage:
        scene = WAYS[way](stage)
        (result,) = compose((diagnose(observed(scene.arguments)),)).results
        told = {one.action: one for one in result.remedies}
        # Asked for itself, whatever was told.
        port = scene.arguments[0].rpartition(":")[2].rstrip("/")
        url = f"https://shop.example:{port}/"
        command = shlex.split(f"curl -sS -m 10 -k --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 --connect-to shop.example:{port}:127.0.0.1:{port} {url}")
        helps = subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
        assert helps is (way in HELPED)
        assert ("allow-outdated" in told) is helps
        assert not [text for one in told.values() for step in one.steps for text in step.commands if "SECLEVEL=0" in text] or helps
        if helps:
            remedy = told["allow-outdated"]
            assert remedy.proof.endswith("it works.") and "connecting program" in remedy.owner_text
            for step in remedy.steps:
                for text in step.commands:
                    told_command = text.replace("curl ", "curl -sS -k ", 1)
                    done = subprocess.run(("bash", "-c", told_command), cwd=tmp_path, capture_output=True, timeout=30, check=False)
                    assert done.returncode == 0, done.stderr
