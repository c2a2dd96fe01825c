"""Real programs call a listener: what each does of itself, with and without the CA, is what the probe says of it."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from probe.case.called import of_caller
from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.jobs.listen import Wishes
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed
from probe.lab.traits import Traits
from probe.render.json import render
from probe.report import Result
from probe.report.compose import compose, exit_code
from tests.real.calling import HOST, Calls, chain_file, curl, gnutls, heard, java, judged, key_file, node, openssl

OLD_JAVA = "-Djdk.tls.client.protocols=TLSv1.2"
Asks = Callable[["Partner"], Calls]


@noun
class Partner:
    """What the tests call with: files in ``folder``; ``root`` is trusted by callers that are set up well, ``foreign`` by those that are not."""

    folder: Path
    root: str
    foreign: str
    top: Issued
    middle: Issued
    leaf: Issued
    key: str

    def wishes(self, *chain: Issued, **more: object) -> Wishes:
        """Listen with this chain, whose first certificate has the partner's key, else with the whole one."""
        given = {
            "cert": chain_file(self.folder, *(chain or (self.leaf, self.middle))),
            "key": key_file(self.folder, (chain or (self.leaf,))[0]),
            "timeout": 20.0,
        }
        return Wishes(**{**given, **more})  # type: ignore[arg-type]  # the fields have several types


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Partner:
    folder = tmp_path_factory.mktemp("calls")
    subprocess.run(["javac", "-d", str(folder), str(Path(__file__).with_name("Call.java"))], check=True, capture_output=True, timeout=60)
    (folder / "hosts").write_text(f"127.0.0.1 {HOST}\n127.0.0.1 other.example\n")
    top = authority("Partner Root CA")
    middle = top.intermediate("Partner Issuing CA", replace(AUTHORITY, path_length=0))
    leaf = middle.issue(HOST)
    return Partner(
        folder=folder,
        root=chain_file(folder, top, name="root.pem"),
        foreign=chain_file(folder, authority("Foreign Root CA"), name="foreign.pem"),
        top=top,
        middle=middle,
        leaf=leaf,
        key=key_file(folder, leaf),
    )


def one(wishes: Wishes, *callers: Calls) -> tuple[Diagnosis, Result, str]:
    """What is found, what a reader sees of it, and what the caller printed; a saved observation gives the same."""
    seen, said = heard(wishes, *callers)
    assert_replayable(seen)
    (found,) = judged(seen)
    assert not found.defects
    return found, compose((found,)).results[0], said[0]


def assert_replayable(seen: Observation) -> None:
    again = codec.parse(Observation, codec.text(seen))
    assert again == seen
    first = render(compose(judged(seen)))
    assert render(compose(judged(again))) == first
    for observation in (seen,):
        document = codec.dump(observation)
        for finding in (finding for found in judged(observation) for finding in found.findings):
            assert finding.evidence, finding.code
            for evidence in finding.evidence:
                place = document
                for part in evidence.at.split("/")[1:]:
                    place = place[int(part)] if isinstance(place, list) else place[part]
                assert place is not None


WELL: dict[str, Asks] = {
    "curl": lambda its: curl("--cacert", its.root),
    "curl-tls12": lambda its: curl("--cacert", its.root, "--tls-max", "1.2"),
    "java": lambda its: java(its.folder, its.root),
    "java-tls12": lambda its: java(its.folder, its.root, OLD_JAVA),
    "node": lambda its: node(its.root),
}
WITHOUT_CA: dict[str, tuple[Asks, int | None]] = {
    "curl": (lambda its: curl("--cacert", its.foreign), 48),
    "curl-tls12": (lambda its: curl("--cacert", its.foreign, "--tls-max", "1.2"), 48),
    "openssl": (lambda its: openssl("-CAfile", its.foreign, "-no-CApath"), 48),
    "openssl-tls12": (lambda its: openssl("-CAfile", its.foreign, "-no-CApath", "-tls1_2"), 48),
    "java": (lambda its: java(its.folder, its.foreign), 46),
    "java-tls12": (lambda its: java(its.folder, its.foreign, OLD_JAVA), 46),
    "gnutls": (lambda its: gnutls(its.foreign), 42),
    "node": (lambda its: node(its.foreign), None),
}
"""Callers that lack the CA, and the alert with which each says so; Node says nothing."""


@pytest.mark.parametrize("name", WELL)
def test_a_caller_that_has_the_ca_works(name: str, partner: Partner) -> None:
    found, result, said = one(partner.wishes(), WELL[name](partner))
    assert found.verdict is Verdict.WORKS and found.cause is None, result.sentence
    assert not [finding for finding in found.findings if finding.effect is not Effect.NOTE]
    assert "answered with HTTP 200" in result.sentence and ("/java" in result.sentence or "/node" in result.sentence or "/api/oicp" in result.sentence)
    assert said.strip() in ("", "200")


@pytest.mark.parametrize("name", WITHOUT_CA)
def test_a_caller_that_lacks_the_ca_is_told_so(name: str, partner: Partner) -> None:
    asks, alert = WITHOUT_CA[name]
    found, result, _ = one(partner.wishes(), asks(partner))
    assert found.verdict is Verdict.FAILS and found.cause
    assert (found.cause.code, found.cause.certainty) == ("chain.root-untrusted", Certainty.LIKELY), result.sentence
    assert found.case.call and found.case.call.handshake
    seen = [one.description for one in found.case.call.handshake.alerts if not one.sent and one.description]
    assert seen == ([alert] if alert else [])
    assert result.cause and result.cause.title == "The caller does not trust the root"
    assert not result.stacks and "Partner Root CA" in result.cause.summary
    assert any(f"alert {alert}" in evidence.says if alert else "without an alert" in evidence.says for evidence in found.cause.evidence)


@pytest.mark.parametrize("name", WITHOUT_CA)
def test_with_the_root_in_the_file_the_caller_lacks_exactly_that(name: str, partner: Partner) -> None:
    asks, alert = WITHOUT_CA[name]
    found, _, _ = one(partner.wishes(partner.leaf, partner.middle, partner.top), asks(partner))
    assert found.cause and found.cause.code == "chain.root-untrusted"
    assert found.cause.certainty is (Certainty.PROVEN if alert == 48 else Certainty.LIKELY)
    assert [one.der for one in found.cause.about] == [partner.top.der]


@pytest.mark.parametrize("name", ["curl", "java", "java-tls12", "node"])
def test_a_chain_of_one_certificate_lacks_the_intermediate(name: str, partner: Partner) -> None:
    found, _, _ = one(partner.wishes(partner.leaf), WELL[name](partner))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("chain.intermediate-missing", Certainty.LIKELY)
    assert "chain.root-untrusted" in dict(found.candidates)


NAMES: dict[str, Asks] = {
    "curl": lambda its: curl("--cacert", its.root, host="other.example"),
    "java": lambda its: java(its.folder, its.root, host="other.example"),
    "java-tls12": lambda its: java(its.folder, its.root, OLD_JAVA, host="other.example"),
    "node": lambda its: node(its.root, host="other.example"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_caller_that_knows_us_by_another_name(name: str, partner: Partner) -> None:
    found, _, _ = one(partner.wishes(), NAMES[name](partner))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("name.mismatch", Certainty.LIKELY)
    assert "other.example" in found.cause.summary and HOST in found.cause.summary


@pytest.mark.parametrize("name", ["curl", "java", "java-tls12", "node"])
def test_an_expired_certificate(name: str, partner: Partner) -> None:
    old = partner.middle.issue(HOST, traits=Traits(starts=-90, ends=-3))
    found, _, _ = one(partner.wishes(old, partner.middle), WELL[name](partner))
    assert found.cause and found.cause.code == "chain.expired"
    # Who says 45 says it of an expired certificate; Java says 46 in TLS 1.3, as it does of any other fault, and Node says nothing.
    assert found.cause.certainty is (Certainty.PROVEN if name in ("curl", "java-tls12") else Certainty.LIKELY)


def test_a_caller_that_does_not_mind_an_expired_certificate(partner: Partner) -> None:
    old = partner.middle.issue(HOST, traits=Traits(starts=-90, ends=-3))
    found, _, _ = one(partner.wishes(old, partner.middle), curl("-k"))
    assert found.verdict is Verdict.WORKS
    assert [(finding.code, finding.effect) for finding in found.findings] == [("chain.expired", Effect.RISKS)]


def test_a_self_signed_certificate_of_the_user(partner: Partner) -> None:
    found, _, _ = one(partner.wishes(self_signed(HOST)), curl("--cacert", partner.root))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("chain.self-signed", Certainty.PROVEN)


@pytest.mark.parametrize("name", ["curl", "java", "node"])
def test_the_temporary_certificate_shows_that_somebody_calls(name: str, partner: Partner) -> None:
    found, result, _ = one(Wishes(name=HOST, timeout=20), WELL[name](partner))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "chain.self-signed"
    assert "refused the temporary certificate, as it must" in result.sentence
    assert [remedy.action for remedy in result.remedies] == ["show-real-certificate"]
    assert exit_code(compose((found,))) == 3
    told = dict(result.circumstances)
    assert told["Asks for (SNI)"] == HOST and "TLSv1.3" in told["Offers"]


def test_a_caller_that_checks_nothing_takes_the_temporary_certificate(partner: Partner) -> None:
    found, _, _ = one(Wishes(name="another.example", timeout=20), curl("-k"))
    assert found.verdict is Verdict.WORKS
    assert [(finding.code, finding.effect) for finding in found.findings] == [("chain.self-signed", Effect.RISKS)]


def test_a_caller_that_only_completes_the_handshake_decides_nothing(partner: Partner) -> None:
    found, result, _ = one(partner.wishes(), openssl("-CAfile", partner.root, "-no-CApath"))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "tls.closed"
    assert "accepts our chain" in result.sentence


def test_an_old_caller_has_no_version_in_common(partner: Partner) -> None:
    found, result, _ = one(partner.wishes(), openssl("-tls1", "-cipher", "ALL:@SECLEVEL=0"))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("tls.version", Certainty.PROVEN)
    assert "nothing above TLSv1;" in found.cause.summary and found.cause.owner == "client"
    assert any(label == "Possible" and "old" in value for label, value in result.handshake)


def test_a_caller_without_a_suite_for_our_key(partner: Partner) -> None:
    found, _, _ = one(partner.wishes(), openssl("-tls1_2", "-cipher", "AES128-SHA"))
    assert found.cause and found.cause.code == "tls.cipher"
    assert "AES128-SHA" in found.cause.evidence[0].says


HINTS: dict[str, tuple[Asks, str]] = {
    "java": (lambda its: java(its.folder, its.root), "Java"),
    "curl": (lambda its: curl("--cacert", its.root), "OpenSSL"),
    "node": (lambda its: node(its.root), "OpenSSL"),
    "gnutls": (lambda its: gnutls(its.root), "GnuTLS"),
}


@pytest.mark.parametrize("name", HINTS)
def test_the_client_hello_hints_at_the_caller(name: str, partner: Partner) -> None:
    asks, library = HINTS[name]
    _, result, _ = one(partner.wishes(), asks(partner))
    hints = [value for label, value in result.handshake if label == "Possible"]
    assert any(f"those of {library}" in value for value in hints), hints


def test_plain_http_to_the_port(partner: Partner) -> None:
    found, result, _ = one(partner.wishes(), lambda port: ["curl", "-sS", "-m", "5", f"http://127.0.0.1:{port}/path?token=never"])
    assert found.cause and (found.cause.code, found.cause.certainty) == ("tls.not-tls", Certainty.PROVEN)
    assert result.cause and result.cause.title == "The caller speaks plain text, not TLS"
    assert "GET /path HTTP/1" in found.cause.evidence[0].says
    assert [remedy.action for remedy in result.remedies] == ["call-with-tls"]


@pytest.mark.parametrize("highest", ["1.2", "1.3"])
def test_the_callers_own_certificate(highest: str, partner: Partner, tmp_path: Path) -> None:
    another = authority("Another Root CA")
    theirs, other = partner.top.issue("caller", traits=Traits(extended_key_usage=("client",))), another.issue("stranger")
    wishes = partner.wishes(request="optional", trust=(partner.root,))
    asks = ("--cacert", partner.root, "--tls-max", highest)

    def call(identity: Issued | None) -> Diagnosis:
        folder = tmp_path / (identity.pem[30:34] if identity else "none").replace("/", "_").replace("\n", "_")
        folder.mkdir()
        sent = (identity, another) if identity is other else (identity,) if identity else ()
        own = ("--cert", chain_file(folder, *sent), "--key", key_file(folder, identity)) if identity else ()
        return one(wishes, curl(*asks, *own))[0]

    good, none, bad = call(theirs), call(None), call(other)
    assert good.verdict is none.verdict is Verdict.WORKS
    assert good.case.call and of_caller(good.case.call)[0].der == theirs.der
    assert bad.cause and (bad.cause.code, bad.verdict) == ("client.untrusted", Verdict.FAILS)
    assert "stranger" in bad.cause.summary


@pytest.mark.parametrize("highest", ["1.2", "1.3"])
def test_a_caller_that_is_to_have_a_certificate_and_sends_none(highest: str, partner: Partner) -> None:
    found, result, _ = one(partner.wishes(request="required", trust=(partner.root,)), curl("--cacert", partner.root, "--tls-max", highest))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.required", Certainty.PROVEN)
    assert "client.not-sent" in [candidate.code for candidate in result.candidates]


def test_the_caller_has_an_older_certificate_of_ours_on_file(partner: Partner, tmp_path: Path) -> None:
    before = partner.middle.issue(HOST, traits=Traits(starts=-60))
    uploaded = chain_file(tmp_path, before, name="uploaded.pem")
    found, result, _ = one(partner.wishes(uploaded=uploaded), curl("--cacert", partner.foreign))
    assert found.cause and found.cause.code == "chain.pin-mismatch"
    assert "was renewed" in found.cause.summary and "chain.root-untrusted" in dict(found.candidates)
    assert result.cause and result.cause.title == "It is not the certificate that the caller has on file"
    well, _, _ = one(partner.wishes(uploaded=uploaded), curl("--cacert", partner.root))
    assert well.verdict is Verdict.WORKS and [(one.code, one.effect) for one in well.findings] == [("chain.pin-mismatch", Effect.RISKS)]


def test_several_calls_are_judged_one_by_one(partner: Partner) -> None:
    seen, _ = heard(partner.wishes(calls=2), curl("--cacert", partner.root), curl("--cacert", partner.foreign))
    assert_replayable(seen)
    assert {found.verdict for found in judged(seen)} == {Verdict.WORKS, Verdict.FAILS}
    assert exit_code(compose(judged(seen))) == 1


def test_a_replay_asks_nobody(partner: Partner) -> None:
    seen, _ = heard(partner.wishes(), curl("--cacert", partner.foreign))
    later = replace(seen, target=replace(seen.target, at=partner.leaf.x509.not_valid_after_utc.replace(year=2040)))
    assert [finding.code for finding in diagnose(later).findings][:1] == ["chain.root-untrusted"]
    assert "chain.expired" in [finding.code for finding in diagnose(later).findings]
