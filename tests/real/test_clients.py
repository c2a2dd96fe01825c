"""Real clients at real endpoints: what curl, OpenSSL and the JVM say is what the probe says that they will say, at the same endpoint."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from probe.case.path import StackVerdict
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis
from probe.facts.noun import noun
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed
from probe.lab.stage import Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits
from tests.peers.java import without_alert
from tests.real.asking import at, check

HOST = "shop.example"
VERIFY = re.compile(r"^verify error:num=\d+:.*$", re.MULTILINE)
REFUSED_CERTIFICATE = 60
"""curl's exit code for a certificate that it does not accept."""


@noun
class Situation:
    """``chain`` is what the server sends, ``anchors`` what the client trusts, ``verdict`` what the probe must come to."""

    chain: tuple[Issued, ...]
    anchors: tuple[Issued, ...]
    verdict: Verdict
    host: str = HOST
    curl: bool | None = None
    """Whether curl accepts, where it does not do as ``openssl s_client`` does: it takes any certificate of the store as an anchor."""


def situations() -> dict[str, Situation]:
    root, foreign, old = authority("Client Root"), authority("Foreign Root"), authority("Old Root", replace(AUTHORITY, starts=-900, ends=-3))
    middle, below_old = root.intermediate("Client Issuing CA"), old.intermediate("Issuing CA below the Old Root")
    leaf, own = middle.issue(HOST), self_signed(HOST)
    own_ca = self_signed(HOST, traits=Traits(ca=True, key_usage=("digital_signature", "key_cert_sign")))
    works, fails, depends = Verdict.WORKS, Verdict.FAILS, Verdict.DEPENDS

    def end(*names: str, **traits: object) -> tuple[Issued, ...]:
        return (middle.issue(*names, traits=replace(Traits(), **traits)), middle)  # type: ignore[arg-type]  # the knobs of Traits

    return {
        "good": Situation(chain=(leaf, middle), anchors=(root,), verdict=works),
        "root-sent": Situation(chain=(leaf, middle, root), anchors=(root,), verdict=works),
        "root-first-of-the-others": Situation(chain=(leaf, root, middle), anchors=(root,), verdict=works),
        "intermediate-missing": Situation(chain=(leaf,), anchors=(root,), verdict=fails),
        "intermediate-missing-and-trusted": Situation(chain=(leaf,), anchors=(root, middle), verdict=works),
        "root-untrusted": Situation(chain=(leaf, middle), anchors=(foreign,), verdict=fails),
        "root-sent-and-untrusted": Situation(chain=(leaf, middle, root), anchors=(foreign,), verdict=fails),
        "expired-leaf": Situation(chain=end(HOST, starts=-90, ends=-3), anchors=(root,), verdict=fails),
        "not-yet-valid-leaf": Situation(chain=end(HOST, starts=3, ends=90), anchors=(root,), verdict=fails),
        "expired-root": Situation(chain=(below_old.issue(HOST), below_old), anchors=(old,), verdict=depends),
        "only-intermediate-trusted": Situation(chain=(leaf, middle), anchors=(middle,), verdict=depends, curl=True),
        "leaf-trusted": Situation(chain=(leaf, middle), anchors=(leaf,), verdict=depends, curl=True),
        "self-signed": Situation(chain=(own,), anchors=(root,), verdict=fails),
        "self-signed-trusted": Situation(chain=(own,), anchors=(own,), verdict=works),
        "self-signed-ca-trusted": Situation(chain=(own_ca,), anchors=(own_ca,), verdict=works),
        "wrong-name": Situation(chain=(leaf, middle), anchors=(root,), host="other.example", verdict=fails),
        "cn-only": Situation(chain=end(HOST, san=False), anchors=(root,), verdict=works),
        "wildcard": Situation(chain=end("*.shop.example"), anchors=(root,), host="www.shop.example", verdict=works),
        "wildcard-too-deep": Situation(chain=end("*.shop.example"), anchors=(root,), host="a.www.shop.example", verdict=fails),
        "wildcard-parent": Situation(chain=end("*.shop.example"), anchors=(root,), verdict=fails),
        "sha1-leaf": Situation(chain=end(HOST, hash="sha1"), anchors=(root,), verdict=depends),
        "rsa1024-leaf": Situation(chain=end(HOST, key="rsa-1024", slot="clients"), anchors=(root,), verdict=depends),
        "client-purpose-only": Situation(chain=end(HOST, extended_key_usage=("client",)), anchors=(root,), verdict=fails),
        "rsa-leaf": Situation(chain=end(HOST, key="rsa-2048", slot="clients"), anchors=(root,), verdict=works),
    }


SITUATIONS = situations()


@noun
class Said:
    """What each party says of one endpoint; the words are "" for a client that accepts."""

    found: Diagnosis
    curl: int
    openssl: str
    java: str

    def verdict(self, stack: str) -> StackVerdict:
        """What the probe says that a client stack will say."""
        return next(one for one in self.found.stacks if one.stack == stack)


def ask_curl(host: str, port: int, trust: str) -> int:
    command = ["curl", "-sS", "-o", "/dev/null", "--max-time", "20", "--cacert", trust, "--resolve", f"{host}:{port}:127.0.0.1", f"https://{host}:{port}/"]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode


def ask_openssl(host: str, port: int, trust: str) -> str:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", host, "-verify_hostname", host, "-verify_return_error"]
    command += ["-CAfile", trust, "-no-CApath", "-no-CAstore"]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
    found = VERIFY.search(said.stderr)
    assert (found is None) is (said.returncode == 0), said.stderr
    return found[0] if found else ""


def ask_java(folder: Path, asked: dict[str, tuple[str, int, str]]) -> dict[str, str]:
    subprocess.run(["javac", "-d", str(folder), str(Path(__file__).with_name("Connect.java"))], check=True, capture_output=True, timeout=60)
    lines = "".join(f"{name}\t{host}\t{port}\t{trust}\n" for name, (host, port, trust) in asked.items())
    command = ["java", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", "-cp", str(folder), "Connect"]
    said = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60)
    return {name: "" if words == "ok" else without_alert(words) for name, words in (line.split("\t") for line in said.stdout.splitlines())}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Said]]:
    with Stage() as stage, ThreadPoolExecutor(3) as pool:
        asked = {}
        for name, one in SITUATIONS.items():
            credentials = Credentials(chain=tuple(each.der for each in one.chain), key=one.chain[0].key)
            asked[name] = (one.host, stage.tls(Serving(credentials=(credentials,))), stage.trust_file(*one.anchors, name=f"{name}.pem"))
        jvm = pool.submit(ask_java, tmp_path_factory.mktemp("java"), asked)
        curl = {name: pool.submit(ask_curl, *where) for name, where in asked.items()}
        openssl = {name: pool.submit(ask_openssl, *where) for name, where in asked.items()}
        found = {name: check(*at(port, "--trust", trust, "--no-fetch", host=host)) for name, (host, port, trust) in asked.items()}
        yield {name: Said(found=found[name], curl=curl[name].result(), openssl=openssl[name].result(), java=jvm.result()[name]) for name in asked}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_clients_do_what_the_probe_says(name: str, answers: dict[str, Said]) -> None:
    said, situation = answers[name], SITUATIONS[name]
    assert said.verdict("openssl").says == said.openssl
    assert said.verdict("openssl").accepts is (said.openssl == "")
    assert without_alert(said.verdict("java").says) == said.java
    assert said.verdict("java").accepts is (said.java == "")
    expected = said.verdict("openssl").accepts if situation.curl is None else situation.curl
    assert said.curl == (0 if expected else REFUSED_CERTIFICATE)
    assert said.found.verdict is situation.verdict


def test_both_answers_and_both_kinds_of_disagreement_are_among_them(answers: dict[str, Said]) -> None:
    votes = [(said.openssl == "", said.java == "") for said in answers.values()]
    assert votes.count((True, True)) >= 5 and votes.count((False, False)) >= 8
    assert votes.count((False, True)) >= 3
