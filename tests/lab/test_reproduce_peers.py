"""Real clients say the same of a scenario and of its copy: the JVM the same line, OpenSSL the same errors."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from probe.cli.arguments import observed
from probe.lab.reproduce import reproduce
from probe.lab.stage import Stage
from tests.ahead import Ahead, ahead
from tests.lab.test_reproduce import EVERY, Opens

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
SOURCE = Path(__file__).parent.parent / "real" / "Connect.java"
CHAINS = [
    (name, opens)
    for name, opens in EVERY
    if name.startswith(("chain.", "name.", "trust.only", "trust.anchor", "endpoint.expires", "tls.version", "tls.alpn", "tls.legacy-only", "tls.not-tls"))
    and not name.endswith("-mended")
]
HEALTHY = [(name, opens) for name, opens in EVERY if name in ("healthy-cross-signed", "healthy-rsa-pss", "healthy-ed25519", "healthy-other-string-type")]


class Java:
    """One JVM for all questions."""

    def __init__(self, folder: Path) -> None:
        subprocess.run(["javac", "-d", str(folder), str(SOURCE)], check=True, capture_output=True, timeout=60)
        command = ["java", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", "-cp", str(folder), "Connect"]
        self.turn = threading.Lock()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def says(self, host: str, port: int, trust: str) -> str:
        assert self.process.stdin and self.process.stdout
        with self.turn:
            self.process.stdin.write(f"x\t{host}\t{port}\t{trust}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().partition("\t")[2].strip()


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Java]:
    one = Java(tmp_path_factory.mktemp("java"))
    with one.process:
        yield one
        assert one.process.stdin
        one.process.stdin.close()


def openssl(host: str, port: int, trust: str) -> list[str]:
    """The errors of verification in their order, and the alert or the reason for which OpenSSL gave up."""
    address = host.replace(".", "").isdigit()
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", trust, "-no-CApath", "-no-CAstore", "-servername", host]
    command += ["-verify_ip" if address else "-verify_hostname", host, "-verify", "9"]
    said = subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)
    return re.findall(r"verify error:num=\d+:.*|:error:[^:]*:[^:]*:[^:]*:[^:]*:|Verification: .*", said.stdout + said.stderr)


def place(arguments: tuple[str, ...]) -> tuple[str, int, str]:
    """Host, port and trust file, as another client is told them."""
    host = urlsplit(arguments[0] if "://" in arguments[0] else f"//{arguments[0]}").hostname or ""
    options = dict(zip(arguments[1:], arguments[2:], strict=False))
    return host.encode("idna").decode(), int(options["--connect"].rpartition(":")[2]), options["--trust"]


Said = tuple[str, list[str]]
"""What Java and OpenSSL say of one endpoint."""


@pytest.fixture(scope="module")
def said(java: Java) -> Iterator[Ahead[Opens, tuple[Said, Said]]]:
    """What they say of the original and of its copy."""

    def work(opens: Opens) -> tuple[Said, Said]:
        with Stage() as stage, Stage() as second:
            scene = opens(stage).arguments
            copy = reproduce(second, observed(scene)).arguments
            original, again = ((java.says(*place(one)), openssl(*place(one))) for one in (scene, copy))
            return original, again

    with ahead(work, [opens for _, opens in [*CHAINS, *HEALTHY]]) as results:
        yield results


@pytest.mark.parametrize(("name", "opens"), [*CHAINS, *HEALTHY], ids=[name for name, _ in [*CHAINS, *HEALTHY]])
def test_java_and_openssl_say_the_same_of_both(name: str, opens: Opens, said: Ahead[Opens, tuple[Said, Said]]) -> None:
    original, copy = said(opens)
    assert original[0] == copy[0] != ""
    assert original[1] == copy[1] != []


def test_enough_chains_were_compared() -> None:
    assert sum(name.startswith("chain.") for name, _ in CHAINS) >= 25
