"""A profile that forbids a client certificate, and one that is named all the same: the user's word counts, and the summary says what the profile says."""

from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.client_shop import files, partners
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

PROFILE = """schema = 1
id = "plain"
title = "Wants no client certificate"
[client_certificate]
policy = "{policy}"
[endpoints.one]
host = "shop.example"
port = {port}
"""


@pytest.mark.parametrize(("policy", "said"), [("forbidden", True), ("must-not-be-demanded", True), ("optional", False)])
def test_it_is_said(policy: str, said: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, client = hierarchy(), partners()
    file = tmp_path / "plain.toml"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        file.write_text(PROFILE.format(policy=policy, port=port))
        named = files(stage, client.direct())
        line = ["check", "--profile", str(file), "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(made.root), *named]
        assert run(line) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith("WORKS")
    assert (f"Remark The profile says that no client certificate is to be sent ({policy})." in text) is said
