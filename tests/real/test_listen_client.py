"""What a listener says of a caller's own certificate, of the name that callers use, and to whom it gives advice; real programs call."""

from pathlib import Path

import pytest

from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import Diagnosis
from probe.jobs.listen import Wishes
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from probe.report import Result
from probe.report.compose import compose
from tests.real.calling import HOST, Calls, chain_file, curl, heard, java, judged, key_file, node, openssl
from tests.real.test_listen import Partner, partner

__all__ = ["partner"]
CLIENT = Traits(extended_key_usage=("client",))


def called(wishes: Wishes, caller: Calls) -> tuple[Diagnosis, Result]:
    seen, _ = heard(wishes, caller)
    (found,) = judged(seen)
    assert not found.defects
    return found, compose((found,)).results[0]


def as_client(partner: Partner, folder: Path, *chain: Issued) -> Calls:
    folder.mkdir(exist_ok=True)
    return curl("--cacert", partner.root, "--cert", chain_file(folder, *chain), "--key", key_file(folder, chain[0]))


def test_a_caller_that_leaves_out_its_intermediate(partner: Partner, tmp_path: Path) -> None:
    root = authority("Client Root CA")
    middle = root.intermediate("Client Issuing CA")
    own = middle.issue("caller", traits=CLIENT)
    wishes = partner.wishes(request="required", trust=(chain_file(tmp_path, root, name="clients.pem"),))
    found, result = called(wishes, as_client(partner, tmp_path / "leaf", own))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.chain-incomplete", Certainty.LIKELY)
    assert "Client Issuing CA" in found.cause.summary and "client.untrusted" in dict(found.candidates)
    assert [one.action for one in result.remedies] == ["complete-client-chain"]
    whole, _ = called(wishes, as_client(partner, tmp_path / "whole", own, middle))
    assert whole.verdict is Verdict.WORKS and not [one for one in whole.findings if one.effect is not Effect.NOTE]


def test_the_intermediate_that_a_caller_leaves_out_is_known_because_we_send_it_too(partner: Partner, tmp_path: Path) -> None:
    own = partner.middle.issue("caller", traits=CLIENT)
    found, _ = called(partner.wishes(request="required", trust=(partner.root,)), as_client(partner, tmp_path / "leaf", own))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.chain-incomplete", Certainty.PROVEN)
    assert [one.der for one in found.cause.about] == [partner.middle.der]


def test_a_whole_chain_from_elsewhere_is_not_trusted(partner: Partner, tmp_path: Path) -> None:
    root = authority("Elsewhere Root CA")
    own = root.issue("stranger", traits=CLIENT)
    found, result = called(partner.wishes(request="required", trust=(partner.root,)), as_client(partner, tmp_path / "whole", own, root))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.untrusted", Certainty.PROVEN)
    assert result.cause and result.cause.title.startswith("The caller's certificate")


@pytest.mark.parametrize("trusting", [True, False])
def test_a_certificate_for_servers_is_let_in_and_named_as_a_risk(trusting: bool, partner: Partner, tmp_path: Path) -> None:
    own = partner.middle.issue("caller", traits=Traits(extended_key_usage=("server",)))
    wishes = partner.wishes(request="required", trust=(partner.root,) if trusting else ())
    found, result = called(wishes, as_client(partner, tmp_path / "server", own, partner.middle))
    assert found.verdict is Verdict.WORKS
    assert [(one.code, one.effect) for one in found.findings if one.effect is not Effect.NOTE] == [("client.eku", Effect.RISKS)]
    assert "1 risk is named below" in result.sentence and "refuse it" in found.findings[0].summary


UNNAMED: dict[str, str] = {"java": "-Djsse.enableSNIExtension=false", "java-tls12": "-Djdk.tls.client.protocols=TLSv1.2"}


@pytest.mark.parametrize("name", UNNAMED)
def test_a_caller_without_a_server_name_may_mind_the_name(name: str, partner: Partner) -> None:
    # 127.0.0.1 is no name that a ClientHello could carry, and not in the certificate.
    found, result = called(partner.wishes(), java(partner.folder, partner.root, UNNAMED[name], host="127.0.0.1"))
    assert found.verdict is Verdict.FAILS and found.case.call and found.case.call.handshake and found.case.call.handshake.sni is None
    assert "name.mismatch" in [one.code for one in result.candidates]
    assert next(one.why for one in result.candidates if one.code == "name.mismatch").startswith("The caller sent no server name")


def test_a_caller_with_a_server_name_is_not_told_of_other_names(partner: Partner) -> None:
    _, result = called(partner.wishes(), node(partner.foreign))
    assert "name.mismatch" not in [one.code for one in result.candidates]


def test_a_name_that_the_certificate_does_not_cover_is_a_risk(partner: Partner) -> None:
    found, _ = called(partner.wishes(name="www.partner.example"), curl("--cacert", partner.root))
    assert found.verdict is Verdict.WORKS
    (risk,) = (one for one in found.findings if one.effect is not Effect.NOTE)
    assert (risk.code, risk.effect) == ("name.mismatch", Effect.RISKS)
    assert "www.partner.example" in risk.summary and HOST in risk.summary
    covered, _ = called(partner.wishes(name=HOST), curl("--cacert", partner.root))
    assert not [one for one in covered.findings if one.effect is not Effect.NOTE]


OLD: dict[str, tuple[tuple[str, ...], str, str]] = {
    "version": (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), "tls.version", "update-caller"),
    "cipher": (("-tls1_2", "-cipher", "AES128-SHA"), "tls.cipher", "widen-caller-offer"),
}


@pytest.mark.parametrize("name", OLD)
def test_the_advice_speaks_to_the_caller(name: str, partner: Partner) -> None:
    options, code, action = OLD[name]
    found, result = called(partner.wishes(), openssl(*options))
    assert found.cause and found.cause.code == code
    assert [one.action for one in result.remedies] == [action]
    assert "connecting program" in result.remedies[0].owner_text
    assert not {"nginx", "Apache httpd", "HAProxy"} & {step.platform for step in result.remedies[0].steps}


def test_how_long_the_port_was_open_reads_as_one_sentence(partner: Partner) -> None:
    seen, _ = heard(partner.wishes(timeout=0.6))
    (found,) = judged(seen)
    sentence = compose((found,)).results[0].sentence
    assert " on for 1 second, and not one connection came." in sentence
    # With the name that is not covered, that is told though nobody called.
    seen, _ = heard(partner.wishes(timeout=0.2, name="www.partner.example"))
    assert [one.code for one in judged(seen)[0].findings] == ["name.mismatch"]
