"""The command that serves a copy: it prints what to type, says what is not copied, and cleans up."""

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.cli.main import run
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.certificate import Certificate
from probe.formats import read
from probe.lab.partner import Partner
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.platform import platform
from probe.lab.shop import hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued]:
    """The observation of an endpoint whose certificate expired yesterday."""
    made = hierarchy(leaf=Traits(starts=-91, ends=-1), root=AUTHORITY)
    with Stage() as stage:
        observation = observed(open_shop(stage, made, made.root).arguments)
    path = tmp_path_factory.mktemp("saved") / "seen.json"
    path.write_text(codec.text(observation))
    return path, made.leaf


def test_it_serves_until_it_is_told_to_end(saved: tuple[Path, Issued]) -> None:
    command = [sys.executable, "-c", "from probe.cli.main import main; main()", "lab", "reproduce", str(saved[0])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        words = shlex.split(process.stdout.readline())
        assert words[:2] == ["probe", "check"]
        found = diagnose(observed(tuple(words[2:])))
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    folder = re.search(r"The trust store is in (\S+)\.", said)
    assert found.cause and found.cause.code == "chain.expired"
    assert process.returncode == 0
    assert folder and not Path(folder[1]).exists()


def test_printed_certificates_have_the_names_and_not_the_keys(saved: tuple[Path, Issued], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "reproduce", str(saved[0]), "--print", "--as-is"]) == 0
    (copy, _), _ = read(capsys.readouterr().out.encode()).certificates
    original: Certificate = saved[1].certificate
    assert copy.read.subject == original.read.subject
    assert (copy.read.not_before, copy.read.not_after) == (original.read.not_before, original.read.not_after)
    assert copy.read.key != original.read.key


def test_dates_as_they_are_are_judged_as_they_were(saved: tuple[Path, Issued]) -> None:
    from probe.facts.observation import Observation
    from probe.lab.reproduce import reproduce

    observation = codec.parse(Observation, saved[0].read_text())
    with Stage() as stage:
        arguments = reproduce(stage, observation, as_is=True).arguments
        found = diagnose(observed(arguments))
    assert arguments[arguments.index("--at") + 1] == observation.taken_at.isoformat()
    assert found.cause and found.cause.code == "chain.expired"


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"schema": 99}'])
def test_what_is_no_observation_is_refused_in_a_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "seen.json"
    path.write_text(text)
    assert run(["lab", "reproduce", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_printed_line_names_a_client_certificate_and_a_profile(tmp_path: Path) -> None:
    """What is printed is typed in by somebody else, who has neither the key nor the profile of the original."""
    with Stage() as stage:
        clients = authority("Lab Client CA")
        own = clients.issue("partner.example", traits=Traits(extended_key_usage=("client",)))
        client = ("--cert", stage.chain_file(own.der), "--key", stage.key_file(own.key))
        scene = platform(stage, Partner(known=("DE-LAB", "DE-OTH")), identifier="DE-OTH", client=client, issuers=(clients,))
        observation = observed(scene.arguments)
    expected = diagnose(observation)
    path = tmp_path / "seen.json"
    path.write_text(codec.text(observation))
    command = [sys.executable, "-c", "from probe.cli.main import main; main()"]
    with subprocess.Popen([*command, "lab", "reproduce", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        words = shlex.split(process.stdout.readline())
        done = subprocess.run([*command, *words[1:]], capture_output=True, text=True, timeout=30, check=False)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert {"--cert", "--key", "--profile", "--env", "--var", "--trust"} <= set(words)
    assert expected.cause and expected.cause.code in done.stdout, done.stderr
    assert done.returncode == 1 and "Process-ID" in done.stdout
