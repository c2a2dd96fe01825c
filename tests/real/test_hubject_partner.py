"""A partner's own endpoint as Hubject sees it, behind real nginx: the uploaded file, whose client certificates it asks for, and that file as a client's."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Effect, Finding, Owner
from probe.diagnose import Diagnosis
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, check, told
from tests.real.web import Web
from tests.servers import files

HOST = "oicp.partner.example"
PAGE = 'location / { return 200 "hello\\n"; }'
CALLING = Traits(common_name="hubject calls", extended_key_usage=("client",))


class Partner:
    """Hubject's authorities as the onboarding folder has them, the partner's own, what is served, and what was uploaded before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = authority("Example Hubject Root CA")
        self.issuing = self.root.intermediate("Example Hubject Issuing CA")
        self.onboarding = folder / "onboarding"
        self.onboarding.mkdir()
        (self.onboarding / "root.pem").write_text(self.root.pem)
        (self.onboarding / "issuing.pem").write_text(self.issuing.pem)
        self.own = authority("Partner Root CA")
        middle = self.own.intermediate("Partner Issuing CA")
        self.served = (middle.issue(HOST, traits=Traits(extended_key_usage=("server",))), middle)
        self.before = middle.issue(HOST, traits=Traits(starts=-80, ends=10))
        self.of_hubject = (self.issuing.issue(HOST), self.issuing)
        self.other = authority("Somebody Else's CA")

    def file(self, name: str, *certificates: Issued) -> str:
        path = self.folder / f"{name}.pem"
        path.write_text("".join(one.pem for one in certificates))
        return str(path)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Partner:
    return Partner(tmp_path_factory.mktemp("partner"))


@pytest.fixture(scope="module")
def ports(partner: Partner) -> Iterator[dict[str, int]]:
    web = Web(partner.folder)
    ours, theirs = partner.file("others", partner.other), partner.file("hubjects", partner.root, partner.issuing)
    web.add("own", partner.served, PAGE)
    web.add("alone", partner.served[:1], PAGE)
    web.add("hubject", partner.of_hubject, PAGE)
    web.add("hubject-alone", partner.of_hubject[:1], PAGE)
    for name, accepted, how in (("foreign", ours, "optional"), ("theirs", theirs, "optional"), ("demanding", ours, "on"), ("demanding-theirs", theirs, "on")):
        web.add(name, partner.of_hubject, f"ssl_client_certificate {accepted}; ssl_verify_client {how}; {PAGE}")
    web.add("nobody", partner.of_hubject, f"ssl_verify_client optional_no_ca; {PAGE}")
    with web.running() as found:
        yield found


def seen(partner: Partner, port: int, *more: str) -> Diagnosis:
    """The check of the partner's endpoint as it is documented."""
    given = ("--profile", "hubject-partner-endpoint", "--var", f"host={HOST}", "--connect", f"127.0.0.1:{port}")
    trust = () if "--trust" in more else ("--var", f"ca_folder={partner.onboarding}")
    return check(*given, *trust, *more)


def finding(found: Diagnosis, code: str) -> Finding:
    return next(one for one in (*found.findings, *found.explained) if one.code == code)


@pytest.mark.parametrize("port", ["own", "alone"])
def test_the_uploaded_file_is_what_is_served(port: str, ports: dict[str, int], partner: Partner) -> None:
    """Its authority is nobody's; that it is on file is enough."""
    found = seen(partner, ports[port], "--uploaded", partner.file("same", partner.served[0]))
    assert_works(found)
    assert "(on file at the other side): it is the one that was sent" in dict(compose((found,)).results[0].circumstances)["Certificate expected"]


def test_without_an_upload_an_authority_of_ones_own_is_not_known(ports: dict[str, int], partner: Partner) -> None:
    """It may be on file all the same: no verdict, and the question is for the portal, not for whoever runs the caller's trust store."""
    found = seen(partner, ports["own"])
    assert found.verdict == "undecided" and found.cause and found.cause.code in ("chain.root-untrusted", "chain.intermediate-missing"), told(found)
    assert found.cause.certainty is Certainty.POSSIBLE and found.cause.owner is Owner.SERVER
    assert [one.remedy.action for one in found.prescribed if one.finding == found.cause] == ["find-filed"]
    said = compose((found,)).results[0]
    assert "was not said (--uploaded FILE)" in said.sentence
    assert finding(seen(partner, ports["own"], "--trust", partner.file("theirs", partner.root)), "chain.root-untrusted").certainty is Certainty.POSSIBLE


def test_renewed_since_the_upload(ports: dict[str, int], partner: Partner) -> None:
    uploaded = ("--uploaded", partner.file("before", partner.before))
    found = seen(partner, ports["own"], *uploaded)
    assert_fails(found, "chain.pin-mismatch", Owner.CLIENT, Certainty.LIKELY, others=("chain.root-untrusted",))
    one = finding(found, "chain.pin-mismatch")
    assert one.certainty is Certainty.LIKELY and one.owner is Owner.SERVER
    assert "was renewed since the other side got" in one.summary and "another key by the same issuer, CN=Partner Issuing CA" in one.summary
    assert [one.remedy.action for one in found.prescribed if one.finding.code == "chain.pin-mismatch"] == ["hand-over-again"]
    assert "--uploaded" in compose((found,)).results[0].repeat
    # Trusted by name, and nobody says that the other side knows it.
    found = seen(partner, ports["own"], *uploaded, "--trust", partner.file("own-root", partner.own))
    assert_works(found, risks=("chain.pin-mismatch",))
    assert "Unless the other side knows its authority" in finding(found, "chain.pin-mismatch").summary


def test_a_renewal_by_hubjects_authority_needs_no_upload(ports: dict[str, int], partner: Partner) -> None:
    old = partner.issuing.issue(HOST, traits=Traits(starts=-80, ends=10))
    found = seen(partner, ports["hubject"], "--uploaded", partner.file("old", old))
    assert_works(found, notes=("chain.pin-mismatch",))
    assert "nothing need be handed over" in finding(found, "chain.pin-mismatch").summary
    assert_works(seen(partner, ports["hubject"]))


def test_the_chain_of_hubjects_authority_has_to_be_whole(ports: dict[str, int], partner: Partner) -> None:
    found = seen(partner, ports["hubject-alone"], "--trust", partner.file("root-only", partner.root), "--no-fetch")
    assert found.verdict == "fails" and found.cause and found.cause.code == "chain.intermediate-missing", told(found)


def test_an_optional_request_of_another_authority_is_a_risk(ports: dict[str, int], partner: Partner) -> None:
    found = seen(partner, ports["foreign"])
    assert_works(found, risks=("client.unexpected",))
    one = finding(found, "client.unexpected")
    assert one.certainty is Certainty.LIKELY and "Somebody Else" in one.summary and "Example Hubject Root CA" in one.summary
    assert "refused all the same" in one.summary


def test_and_it_really_refuses_a_certificate_of_hubjects(ports: dict[str, int], partner: Partner) -> None:
    """What the risk speaks of, tried: without a certificate nginx goes on, with one of Hubject's authority it does not."""
    certificates, key = files(partner.folder, (partner.issuing.issue(traits=CALLING), partner.issuing), "calling")
    options = ("--trust", str(partner.onboarding), "--cert", str(certificates), "--key", str(key))
    found = check(f"https://{HOST}", "--connect", f"127.0.0.1:{ports['foreign']}", *options)
    assert found.verdict == "fails" and found.cause and found.cause.code == "client.untrusted", told(found)
    assert found.case.client.required is False
    assert_works(check(f"https://{HOST}", "--connect", f"127.0.0.1:{ports['theirs']}", *options))


def test_an_optional_request_of_hubjects_authority_is_worth_a_note(ports: dict[str, int], partner: Partner) -> None:
    found = seen(partner, ports["theirs"])
    assert_works(found, notes=("client.unexpected",))
    assert "The caller's authority is among those that it names" in finding(found, "client.unexpected").summary


def test_a_list_without_names_proves_nothing(ports: dict[str, int], partner: Partner) -> None:
    found = seen(partner, ports["nobody"])
    assert_works(found, notes=("client.unexpected",))
    assert "That is allowed and proves nothing" in finding(found, "client.unexpected").summary


@pytest.mark.parametrize(("port", "certainty"), [("demanding", Certainty.PROVEN), ("demanding-theirs", Certainty.LIKELY)])
def test_a_demand_is_a_fault_whoever_is_accepted(port: str, certainty: Certainty, ports: dict[str, int], partner: Partner) -> None:
    found = seen(partner, ports[port])
    one = finding(found, "client.unexpected")
    assert found.verdict == "fails" and found.cause is one and one.certainty is certainty, told(found)
    assert ("Its authority is among those that are accepted" in one.summary) is (certainty is Certainty.LIKELY)


def test_the_uploaded_file_cannot_serve_as_client_certificate(ports: dict[str, int], partner: Partner) -> None:
    """Named before it is sent; sent all the same, nginx refuses it with the page that it has for every reason."""
    certificates, key = files(partner.folder, partner.served, "as-client")
    given = ("--profile", "hubject-emp", "--env", "qa", "--var", "provider=DE-LAB", "--name", HOST, "--trust", str(partner.onboarding))
    own = ("--cert", str(certificates), "--key", str(key), "--connect", f"127.0.0.1:{ports['demanding']}")
    found = check(*given, *own)
    assert found.verdict == "fails" and found.cause and found.cause.code == "client.eku", told(found)
    assert not found.case.client.sent and "cannot serve as client certificate" in found.cause.summary
    assert {one.remedy.action for one in found.prescribed if one.finding.code == "client.eku"} == {"use-calling-certificate"}
    again = check(*given, *own, "--send-anyway")
    assert again.case.client.sent and again.cause and again.cause.code == "client.eku" and again.cause.effect is Effect.BREAKS, told(again)
    assert "The SSL certificate error" in again.cause.summary


def test_the_very_file_is_named_whatever_it_is_made_for(ports: dict[str, int], partner: Partner) -> None:
    both = replace(CALLING, common_name=HOST, extended_key_usage=("server", "client"))
    one = partner.issuing.issue(HOST, traits=both)
    certificates, key = files(partner.folder, (one, partner.issuing), "both")
    given = ("--profile", "hubject-cpo", "--env", "qa", "--name", HOST, "--trust", str(partner.onboarding), "--uploaded", partner.file("both-uploaded", one))
    found = check(*given, "--cert", str(certificates), "--key", str(key), "--connect", f"127.0.0.1:{ports['demanding-theirs']}")
    assert found.cause and found.cause.code == "client.eku" and not found.case.client.sent, told(found)
    assert "has on file as that of your server" in found.cause.summary
