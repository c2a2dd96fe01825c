"""At least three hundred healthy endpoints: each works, nothing breaks, and no risk is named that is none. The JVM and OpenSSL agree that they are healthy."""

from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.stage import Stage
from probe.lab.tls_server import Credentials, Serving
from tests.lab.healthy_extensions import everything
from tests.lab.healthy_variants import Variant
from tests.peers import java, openssl
from tests.peers.situations import Situation
from tests.silence import assert_nothing_missed

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
EVERY = everything()


def situation(one: Variant) -> Situation:
    return Situation(name=one.name, presented=one.chain, anchors=one.anchors, host=one.host)


def check(one: Variant) -> tuple[str, list[str], list[str], list[str]]:
    """Verdict, and the codes of what breaks, of risks and of notes."""
    with Stage() as stage:
        shown = Credentials(chain=tuple(made.certificate.der for made in one.chain), key=one.chain[0].key, staple=one.staple)
        port = stage.tls(Serving(credentials=(shown,), **(one.serving or {})))
        if one.store:
            trust = one.store(stage, one.anchors)
        else:
            trust = ("--trust", str(openssl.written(Path(stage.folder, "anchors.pem"), one.anchors)))
        host = f"[{one.host}]" if ":" in one.host else one.host
        seen = observed((f"{one.scheme}://{host}:{port}", "--connect", f"127.0.0.1:{port}", *trust, *one.options))
    found = diagnose(seen)
    assert_nothing_missed(seen)
    assert not found.defects
    assert (len(seen.attempts), seen.fetches) == (1, ())
    codes = {effect: [finding.code for finding in found.findings if finding.effect == effect] for effect in ("breaks", "risks", "note")}
    return str(found.verdict.value), codes["breaks"], codes["risks"], codes["note"]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_it_works_and_carries_no_wrong_risk(one: Variant) -> None:
    verdict, breaks, risks, _ = check(one)
    assert (verdict, breaks, risks) == ("works", [], sorted(one.risks))


def test_there_are_enough() -> None:
    assert len(EVERY) >= 300


def test_the_jvm_finds_them_healthy(tmp_path: Path) -> None:
    asked = [one for one in EVERY if not one.java]
    answers = java.ask(java.compiled(tmp_path), [situation(one) for one in asked])
    assert {one.name: answers[one.name].line for one in asked if not answers[one.name].accepts} == {}
    assert len(asked) >= 300


def test_openssl_finds_them_healthy_in_a_handshake(tmp_path: Path) -> None:
    asked = [one for one in EVERY if not one.openssl]
    shaken = {one.name: openssl.shake(tmp_path, situation(one)) for one in asked}
    assert {label: said for label, said in shaken.items() if said.number or said.reason or said.alert} == {}
    assert len(asked) >= 300
