"""Hubject as a double: real nginx in front of two environments with authorities of their own, the application behind it, and the shipped profiles."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from probe.causes.words import Certainty, Owner
from probe.diagnose import Diagnosis
from probe.lab.hubject import SUBJECT, Hub, hub
from probe.lab.pki import Issued, authority
from probe.lab.stage import Stage
from probe.lab.traits import Traits
from probe.profiles.learned import Seen, learned, marks_document
from probe.render.terminal import render
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, check, told
from tests.real.web import Web
from tests.servers import files

PROD, QA = "service.hubject.com", "service-qa.hubject.com"
MINE, OTHERS = "DE-LAB", "DE-OTH"
CLIENT = Traits(common_name="lab partner", organization="Example", extended_key_usage=("client",))
SUBJECT_DN = "CN=lab partner,O=Example"


SAID = {
    "018": '{"StatusCode": {"Code": "018"}}',
    "999": '{"StatusCode": {"Code": "999"}}',
    "001": '<a:Answer xmlns:a="urn:a"><a:StatusCode><a:Code>001</a:Code></a:StatusCode></a:Answer>',
}
"""Answers with other codes: one about data, one that no list has, and a fault of the application's own in an envelope."""


class System:
    """One environment: the authorities of its servers and of its clients, and the folder that the onboarding would hand out."""

    def __init__(self, folder: Path, word: str, host: str) -> None:
        self.host = host
        self.root = authority(f"Example {word} Root CA")
        self.middle = self.root.intermediate(f"Example {word} Issuing CA")
        self.clients = authority(f"Example {word} Client CA")
        self.chain = (self.middle.issue(host), self.middle)
        self.trust = folder / word.lower()
        self.trust.mkdir()
        (self.trust / "root.pem").write_text(self.root.pem)
        (self.trust / "issuing.pem").write_text(self.middle.pem)
        (self.trust.parent / f"{word}-clients.pem").write_text(self.clients.pem)
        self.accepted = self.trust.parent / f"{word}-clients.pem"

    def client(self, folder: Path, traits: Traits = CLIENT, issuer: Issued | None = None) -> tuple[str, ...]:
        """The options with which a client certificate of this environment is used."""
        folder.mkdir(exist_ok=True)
        certificate, key = files(folder, ((issuer or self.clients).issue(traits=traits),), "client")
        return ("--cert", str(certificate), "--key", str(key))


class Double:
    """What is running: the environments and the ports of their front ends."""

    def __init__(self, qa: System, prod: System, ports: dict[str, int], folder: Path) -> None:
        self.qa, self.prod, self.ports, self.folder = qa, prod, ports, folder

    def ask(self, port: str, *more: str, env: str = "qa", provider: str = MINE, client: tuple[str, ...] | None = None) -> Diagnosis:
        """The check of an EMP as it is documented, with the onboarding folder of the environment and a client certificate that is on file."""
        system = self.qa if env == "qa" else self.prod
        own = system.client(self.folder / f"client-{env}") if client is None else client
        trust = () if "--trust" in more else ("--trust", str(system.trust))
        chosen = ("--profile", "hubject-emp", "--env", env, "--var", f"provider={provider}")
        return check(*chosen, "--connect", f"127.0.0.1:{self.ports[port]}", *trust, *own, *more)


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    folder = tmp_path_factory.mktemp("hubject")
    qa, prod = System(folder, "QA", QA), System(folder, "Production", PROD)
    known = Hub(on_file=((MINE, SUBJECT_DN), (OTHERS, "CN=another partner,O=Example")))
    web = Web(folder)
    with Stage() as stage:

        def front(name: str, system: System, application: Hub, more: str = "") -> None:
            passed = f"proxy_pass http://127.0.0.1:{stage.raw(hub(application))}; proxy_set_header {SUBJECT} $ssl_client_s_dn;"
            verify = f"ssl_client_certificate {system.accepted}; ssl_verify_client on;"
            web.add(name, system.chain, f"{verify} {more} location / {{ {passed} }}")

        front("qa", qa, known)
        front("prod", prod, known)
        front("soap", qa, replace(known, soap=True))
        front("always-ok", qa, replace(known, always_ok=True))
        front("once", qa, replace(known, trouble="once"))
        front("failing", qa, replace(known, trouble="always"))
        front("tls12", qa, known, "ssl_protocols TLSv1.2;")
        forbidden = f"ssl_client_certificate {qa.accepted}; ssl_verify_client on; location / {{ deny all; }}"
        web.add("unlisted", qa.chain, forbidden)
        gone = f"ssl_client_certificate {qa.accepted}; ssl_verify_client on; location / {{ proxy_pass http://127.0.0.1:{stage.closed_port()}; }}"
        web.add("gone", qa.chain, gone)
        for number, body in SAID.items():
            said = f"location / {{ default_type application/json; return 200 '{body}'; }}"
            web.add(f"says-{number}", qa.chain, f"ssl_client_certificate {qa.accepted}; ssl_verify_client on; {said}")
        with web.running() as ports:
            yield Double(qa, prod, ports, folder)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROBE_PROFILES", str(tmp_path))
    return tmp_path


def learn(own: Path, double: Double, *, clients: bool = False) -> None:
    """Marks of the two environments from their folders, as a user would learn them."""
    pairs = ((double.prod, "prod"), (double.qa, "qa"))
    seen = [
        Seen(
            environment=name,
            source=name,
            certificates=(system.clients.certificate,) if clients else tuple(one.certificate for one in (system.root, system.middle)),
        )
        for system, name in pairs
    ]
    found = learned(seen[0], seen[1])
    if clients:
        found = tuple(replace(one, marks=replace(one.marks, issuer_regex=(), anchor_sha256=(), client_issuer_regex=one.marks.issuer_regex)) for one in found)  # type: ignore[assignment]  # still two
    (own / "hubject-emp.marks.toml").write_text(marks_document("hubject-emp", found))


def screen(found: Diagnosis) -> str:
    return render(compose((found,)), colour=False, width=120)


@pytest.mark.parametrize("port", ["qa", "tls12", "always-ok", "soap"])
def test_the_harmless_read_is_answered(port: str, double: Double) -> None:
    found = double.ask(port)
    assert_works(found)
    (outcome, *_) = compose((found,)).results[0].checks
    assert outcome.id == "pull-one" and outcome.state == "well" and ("Code", "000") in outcome.answer and "Process-ID" in dict(outcome.answer)
    questions = [one.question.name for one in found.case.observation.attempts]
    assert questions == ["ordinary", "without-identity"], "one read, and once without the certificate"


def test_production_works_too(double: Double) -> None:
    assert_works(double.ask("prod", env="prod"))


@pytest.mark.parametrize("port", ["qa", "tls12", "always-ok", "soap"])
def test_017_names_its_readings_in_order(port: str, double: Double) -> None:
    found = double.ask(port, provider=OTHERS)
    assert_fails(found, "client.not-on-file", Owner.CLIENT)
    assert found.cause
    says = found.cause.summary
    assert says.index("The identifier DE-OTH") < says.index('"lab partner" is not the certificate') < says.index("has expired; this one has not")
    assert "Process-ID" in screen(found) and "017" in screen(found)


@pytest.mark.parametrize("port", ["qa", "always-ok", "soap"])
def test_300_is_an_identifier_that_nobody_knows(port: str, double: Double) -> None:
    assert_fails(double.ask(port, provider="DE*LAB"), "app.unknown-identity", Owner.CLIENT)


def test_a_code_that_no_list_has_is_no_success(double: Double) -> None:
    """Those about data show that the certificate is linked; what nobody has described shows nothing."""
    assert_works(double.ask("says-018"))
    found = double.ask("says-999")
    assert found.verdict == "undecided", told(found)
    assert "Code 999, and the profile hubject-emp does not say what this answer means" in " ".join(screen(found).split())
    assert_works(double.ask("says-001"), risks=("app.http-status",))


def test_without_a_certificate_the_front_end_says_so(double: Double) -> None:
    found = double.ask("qa", client=())
    assert_fails(found, "client.required", Owner.CLIENT)
    assert "400 No required SSL certificate was sent" in screen(found)


def test_a_certificate_of_the_other_environment_is_refused(double: Double) -> None:
    found = double.ask("qa", client=double.prod.client(double.folder / "wrong"))
    assert found.verdict == "fails" and found.cause and found.cause.code in ("client.untrusted", "client.rejected"), told(found)
    assert "the partner does not trust the certificate of Hubject" in screen(found), "the official reading is quoted"


def test_and_is_named_before_it_is_sent_once_the_issuers_are_learned(double: Double, own: Path) -> None:
    learn(own, double, clients=True)
    found = double.ask("qa", client=double.prod.client(double.folder / "wrong"))
    assert_fails(found, "environment.client-certificate", Owner.CLIENT)
    assert not found.case.client.sent and "It was not sent." in screen(found)
    assert_works(double.ask("qa"))


def test_the_other_environments_trust_store_is_named(double: Double, own: Path) -> None:
    learn(own, double)
    found = double.ask("qa", "--trust", str(double.prod.trust))
    assert_fails(found, "environment.trust-store", Owner.CLIENT)
    assert_works(double.ask("qa"))


def test_the_other_environments_server_is_named(double: Double, own: Path) -> None:
    assert_fails(double.ask("qa", env="prod", client=()), "environment.server", Owner.USER, others=("client.required",))
    learn(own, double)
    assert_fails(double.ask("qa", env="prod", client=()), "environment.server", Owner.USER, others=("client.required",))


def test_an_expired_certificate_is_stopped_by_the_front_end(double: Double) -> None:
    ended = double.qa.client(double.folder / "ended", replace(CLIENT, starts=-900, ends=-1))
    found = double.ask("qa", "--send-anyway", client=ended)
    assert found.verdict == "fails" and found.cause and found.cause.code == "client.expired", told(found)


def plug_and_charge(folder: Path) -> tuple[str, ...]:
    """A certificate as ISO 15118 has them: the domain component of its issuer tells."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Contract Sub2 CA"), x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "MO")])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DELABC00000001")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(own).issuer_name(name).public_key(key.public_key()).serial_number(5)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90))
    folder.mkdir()
    (folder / "contract.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "contract.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ("--cert", str(folder / "contract.pem"), "--key", str(folder / "contract.key"))


def test_a_plug_and_charge_certificate_is_named(double: Double, tmp_path: Path) -> None:
    found = double.ask("qa", client=plug_and_charge(tmp_path / "contract"))
    assert_fails(found, "environment.client-certificate", Owner.CLIENT, Certainty.LIKELY)
    assert "Plug&Charge (ISO 15118)" in screen(found) and "was not verified" in screen(found)


def test_an_address_that_is_not_listed(double: Double) -> None:
    found = double.ask("unlisted")
    assert_fails(found, "app.address-not-allowed", Owner.CLIENT, Certainty.LIKELY)


def test_what_is_sporadic_goes_away(double: Double) -> None:
    assert_works(double.ask("once"), risks=("app.http-status",))


def test_what_stays_is_a_fault(double: Double) -> None:
    for port in ("failing", "gone"):
        found = double.ask(port)
        assert_fails(found, "app.http-status", Owner.SERVER)
        names = [one.question.name for one in found.case.observation.attempts]
        assert names.count("checked-again") == 1


def test_a_cpo_stops_after_the_verdict_of_the_front_end(double: Double, tmp_path: Path) -> None:
    options = ("--profile", "hubject-cpo", "--env", "qa", "--connect", f"127.0.0.1:{double.ports['qa']}", "--trust", str(double.qa.trust))
    found = check(*options, *double.qa.client(double.folder / "client-qa"))
    assert_works(found)
    assert [one.state for one in compose((found,)).results[0].checks] == ["well", "not done", "not done", "not done"]
    assert "the check stops here" in compose((found,)).results[0].checks[0].says
    assert_fails(check(*options), "client.required", Owner.CLIENT)


def test_nothing_but_the_harmless_read_goes_out(double: Double) -> None:
    found = double.ask("qa")
    agreement = found.case.observation.agreement
    assert agreement
    asked = {one.question.check for one in found.case.observation.attempts}
    assert asked == {"pull-one"} and agreement.checks[0].request.path.endswith("?page=0&size=1")


def test_marks_that_the_facts_contradict_are_only_a_risk(double: Double, own: Path) -> None:
    """The authority of QA's clients has been learned as production's: QA accepts the certificate all the same."""
    seen = [Seen(environment=name, source=name, certificates=(one.clients.certificate,)) for name, one in (("prod", double.qa), ("qa", double.prod))]
    found = [replace(one, marks=replace(one.marks, issuer_regex=(), anchor_sha256=(), client_issuer_regex=one.marks.issuer_regex)) for one in learned(*seen)]
    (own / "hubject-emp.marks.toml").write_text(marks_document("hubject-emp", tuple(found)))
    assert_works(double.ask("qa", "--send-anyway"), risks=("environment.client-certificate",))
