"""Real clients in the same bad weather: they come to what the probe says of them, so that the weather is one that real clients stand."""

import subprocess
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.pki import authority
from probe.lab.shop import hierarchy, open_shop
from probe.lab.stage import Stage
from tests.adverse.conditions import Conditions, under
from tests.lab.client import asked, curl, outcome
from tests.peers.java import without_alert

SOURCE = Path(__file__).parents[1] / "real" / "Connect.java"
WEATHER = {
    "hostile texts": Conditions(texts=True),
    "flood": Conditions(flood=True, piece=4096),
    "late": Conditions(late=0.3, piece=200, pause=0.002),
}


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("connect")
    subprocess.run(["javac", "-d", str(folder), str(SOURCE)], check=True, capture_output=True, timeout=60)
    return folder


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.parametrize("weather", WEATHER)
def test_clients_come_to_what_is_predicted(weather: str, trusted: bool, classes: Path) -> None:
    with under(WEATHER[weather]), Stage() as stage:
        made = hierarchy()
        scene = open_shop(stage, made, made.root if trusted else authority("Other Root"))
        stacks = {one.stack: one for one in diagnose(observed(scene.arguments)).stacks}
        one = asked(scene)
        line = f"it\t{one.host}\t{one.address_port}\t{one.trust}\n"
        java = subprocess.run(["java", "-cp", str(classes), "Connect"], input=line, capture_output=True, text=True, check=True, timeout=30).stdout
        assert (curl(scene) == 0, outcome(scene) == "HTTP/1.1 200 OK") == (trusted, trusted)
    assert (stacks["openssl"].accepts, stacks["java"].accepts) == (trusted, trusted)
    assert without_alert(java.strip().partition("\t")[2]) == without_alert(stacks["java"].says or "ok")
