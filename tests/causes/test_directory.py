"""Directories: the bind and its answers, names, a controller without certificate, issuers that lie in the directory."""

from functools import partial

import pytest

from probe.case.bound import BIND, DATA
from probe.case.directory import BESIDE, domain_of, plain_port
from probe.causes import in_directory
from probe.causes.words import Certainty, Effect, Owner, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.lab import raw_server
from probe.lab.answers import Answer, Directory, controller
from probe.lab.listener import Talk
from probe.lab.manners import Manners
from probe.lab.pki import authority
from probe.lab.shop import HOST, ROOT, Hierarchy, credentials, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.report.compose import compose, exit_code

PASSWORD = "bind-6Yh2kQx9Zt4w-Vb7Rn"
VARIABLE = "PROBE_TEST_BIND"
BINDING = ("--bind", "CN=probe,DC=shop,DC=example", "--bind-password-env", VARIABLE)
AD = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {}, v1db1"


@pytest.fixture(autouse=True)
def variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)


def looked(directory: Directory, *options: str, made: Hierarchy | None = None, scheme: str = "ldaps", trusted: bool = True) -> Diagnosis:
    made = made or hierarchy()
    with Stage() as stage:
        plain = Manners(protocol="ldap", directory=directory) if scheme == "ldap" else None
        port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=directory), plain=plain))
        trust = stage.trust_file(made.root if trusted else authority("Another CA"))
        seen = observed(reach(port, trust, *options, scheme=scheme))
    assert PASSWORD not in codec.text(seen)
    return diagnose(codec.parse(Observation, codec.text(seen)))


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_bind_that_succeeds_is_told_in_the_answer(scheme: str) -> None:
    found = looked(controller(), *BINDING, scheme=scheme)
    assert found.verdict is Verdict.WORKS and not found.findings
    assert [one.question.name for one in found.case.attempts] == ["ordinary", BIND]
    assert "the bind as CN=probe,DC=shop,DC=example succeeded" in compose((found,)).results[0].sentence


@pytest.mark.parametrize(("code", "says"), [(code, f"data {code}") for code in DATA])
def test_the_reasons_of_active_directory(code: str, says: str) -> None:
    found = looked(controller(bind=49, says=AD.format(code)), *BINDING)
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "app.ldap" and found.cause.certainty is Certainty.PROVEN
    assert DATA[code][0] in found.cause.summary and says in found.cause.summary and "49 (invalidCredentials)" in found.cause.summary
    assert len(found.prescribed) == 1
    assert exit_code(compose((found,))) == 1
    assert not [one for one in found.findings if one.code.startswith(("tls.", "chain.", "client."))]


@pytest.mark.parametrize(
    ("code", "words", "action"),
    [
        (49, "name or password is wrong", "correct-bind"),
        (8, "stronger kind of authentication", "allow-simple-bind"),
        (13, "not encrypted", "read-server-log"),
        (53, "refuses the bind", "read-server-log"),
    ],
)
def test_results_without_a_reason(code: int, words: str, action: str) -> None:
    found = looked(Directory(bind=code), *BINDING)
    assert found.cause and found.cause.code == "app.ldap" and words in found.cause.summary and found.cause.actions == (action,)


@pytest.mark.parametrize(("scheme", "options"), [("ldaps", "-H ldaps://"), ("ldap", "-ZZ -H ldap://")])
def test_the_other_program_goes_the_same_way(scheme: str, options: str) -> None:
    result = compose((looked(Directory(bind=49), *BINDING, scheme=scheme),)).results[0]
    (command,) = [one for remedy in result.remedies for step in remedy.steps for one in step.commands if "ldapwhoami" in one]
    assert command.startswith(f"ldapwhoami -x -W -D NAME {options}{HOST}:")


def test_a_number_in_other_words_is_no_reason() -> None:
    found = looked(Directory(bind=49, says="data 52e is not what this is about"), *BINDING)
    assert found.cause and "name or password is wrong" in found.cause.summary


def test_the_password_is_only_told_to_a_server_that_was_judged_good() -> None:
    for found in (
        looked(controller(), *BINDING, trusted=False),
        looked(controller(), *BINDING, made=hierarchy("other.example")),
        looked(controller(), *BINDING, made=hierarchy(leaf=Traits(starts=-9, ends=-2))),
    ):
        assert found.verdict is not Verdict.WORKS and found.case.asked(BIND) is None
        assert any(one.code == "app.ldap" and "password is told only" in one.why for one in found.not_observed)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ldaps://dc.example", "--bind-password-env", VARIABLE), "belongs to a name"),
        (("https://dc.example", *BINDING), "belongs to ldaps"),
        (("ldaps://dc.example", *BINDING, "--no-app"), "--no-app forbids"),
        (("ldaps://dc.example", "--bind", "", "--bind-password-env", VARIABLE), "cannot be sent"),
        (("ldaps://dc.example", "--bind", "CN=x", "--bind-password-env", PASSWORD), "does not exist"),
        (("ldaps://dc.example", "--ldap-port", "70000"), "cannot be connected to"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(Unusable) as refused:
        observed((*arguments, "--trust", "none"))
    assert says in refused.value.says and PASSWORD not in str(refused.value)


def test_an_empty_password_would_bind_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(Unusable, match="is empty"):
        observed(("ldaps://dc.example", *BINDING, "--trust", "none"))


def beside(talk: Talk, plain: Talk, *options: str) -> Diagnosis:
    with Stage() as stage:
        given = ("--ldap-port", str(stage.raw(plain)), *options)
        return diagnose(observed(reach(stage.raw(talk), stage.trust_file(authority(ROOT)), *given, scheme="ldaps")))


def test_only_a_domain_controller_in_plain_text_makes_the_missing_certificate_likely() -> None:
    closed = raw_server.close_after_hello
    found = beside(closed, partial(raw_server.plain_ldap, directory=controller("dc1.shop.example")))
    assert found.cause and found.cause.code == "tls.no-certificate" and found.cause.certainty is Certainty.LIKELY
    assert [one.code for one in found.explained] == ["tls.closed"] and found.cause.alternatives[0][0] == "tls.closed"
    for other in (raw_server.plain_ldap, raw_server.plain_http, raw_server.close_at_once, raw_server.garbage):
        found = beside(closed, other)
        assert found.cause and found.cause.code == "tls.closed" and not found.defects, other


def test_the_port_beside_is_asked_only_where_that_decides() -> None:
    found = looked(controller(), "--ldap-port", "1")
    assert found.verdict is Verdict.WORKS and found.case.asked(BESIDE) is None
    alert = beside(raw_server.alert(40), partial(raw_server.plain_ldap, directory=controller()))
    assert alert.case.asked(BESIDE) is None and alert.cause and alert.cause.code != "tls.no-certificate"
    target = Target(spelled="x", protocol="ldaps", host="x", port=636, name="x", sni="x")
    assert plain_port(target) == 389
    ports = [Target(spelled="x", protocol="ldaps", host="x", port=port, name="x", sni="x", connect_port=moved, plain_port=own) for port, moved, own in PORTS]
    assert [plain_port(one) for one in ports] == [3268, 0, 0, 1389]


PORTS = ((3269, None, 0), (10636, None, 0), (636, 10636, 0), (10636, 10636, 1389))


def test_the_name_that_the_directory_gives_itself() -> None:
    made = hierarchy("dc1.shop.example")
    found = looked(controller("dc1.shop.example"), made=made)
    assert found.cause and found.cause.code == "name.mismatch" and dict(found.cause.values)["good"] == "dc1.shop.example"
    assert any("calls itself dc1.shop.example, and the certificate is for that name" in one.says for one in found.cause.evidence)
    lost = looked(controller("dc9.shop.example"), made=made)
    assert lost.cause and lost.cause.code == "name.mismatch" and not any("calls itself" in one.says for one in lost.cause.evidence)
    alias = looked(controller("dc1.shop.example"))
    assert alias.verdict is Verdict.WORKS and [(one.code, one.effect) for one in alias.findings] == [("name.directory-host", Effect.RISKS)]
    assert not looked(controller(HOST)).findings
    # Other directories call themselves as they like, and nobody finds them by that name.
    assert not looked(Directory(attributes=(("dnsHostName", "inside.local"),))).findings


@pytest.mark.parametrize("name", ["", ".", "a b.example", "x" * 300, "<script>", "dc1..example", "\x1b[31mdc1", "dc1.example;rm -rf"])
def test_a_hostile_name_of_its_own_is_no_name(name: str) -> None:
    found = looked(Directory(attributes=(("dnsHostName", name), ("supportedCapabilities", "1.2.840.113556.1.4.800"))))
    assert found.verdict is Verdict.WORKS and not found.findings and not found.defects


def test_a_request_for_a_certificate_is_normal_for_a_domain_controller() -> None:
    made = hierarchy()
    with Stage() as stage:
        serving = Serving(credentials=(made.whole,), client="requested", client_issuers=(made.root,), answer=Answer(protocol="ldap", directory=controller()))
        found = diagnose(observed(reach(stage.tls(serving), stage.trust_file(made.root), scheme="ldaps")))
    assert found.verdict is Verdict.WORKS and not found.findings
    assert found.case.hello and found.case.hello.certificate_requested and not found.case.client.sent
    lines = dict(compose((found,)).results[0].handshake)
    assert lines["Client certificate"].endswith("none was sent; a domain controller asks everybody and needs none")
    assert lines["supportedCapabilities"] == "1.2.840.113556.1.4.800 (Active Directory)"
    with Stage() as stage:
        options = ("--client-auth", "forbidden")
        found = diagnose(observed(reach(stage.tls(serving), stage.trust_file(made.root), *options, scheme="ldaps")))
    assert found.verdict is Verdict.WORKS and not found.findings


LDAP_URL = (
    "ldap:///CN=Lab%20Issuing%20CA,CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=example"
    "?cACertificate?base?objectClass=certificationAuthority"
)


def test_an_issuer_that_lies_in_the_directory_is_asked_for_as_a_file() -> None:
    made = hierarchy(leaf=Traits(ca_issuers=(LDAP_URL,)))
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf),), answer=Answer(protocol="ldap", directory=controller())))
        found = diagnose(observed(reach(port, stage.trust_file(made.root), scheme="ldaps")))
    assert found.cause and found.cause.code == "chain.intermediate-missing" and found.cause.actions == ("send-full-chain", "hand-over-issuer")
    (says,) = [one.says for one in found.cause.evidence if "needs the file" in one.says]
    assert "the directory of corp.example" in says and "names no server" in says
    assert not any(hop.address for one in found.case.observation.fetches for hop in one.hops)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        (LDAP_URL, "corp.example"),
        ("ldap://dc1.corp.example/CN=CA,DC=corp,DC=example?x", "corp.example"),
        ("ldap:///CN=x", ""),
        ("ldap:///", ""),
        ("ldap:///CN=%1b%5b31m,DC=%00,DC=a", "a"),
    ],
)
def test_the_domain_of_a_url(url: str, domain: str) -> None:
    assert in_directory.domain_of(url) == domain


def test_an_endless_url_is_read_to_a_limit() -> None:
    assert len(in_directory.domain_of("ldap:///" + "DC=x," * 50_000)) < in_directory.LIMIT


def test_the_domain_of_a_naming_context() -> None:
    assert domain_of("DC=corp,DC=example") == "corp.example" and domain_of("dc=Corp, dc=Example") == "corp.example"
    assert domain_of("OU=x,DC=corp") == domain_of("") == domain_of("DC=") == domain_of("DC=\x1b[31m") == ""


def test_refusals_before_tls_name_their_result() -> None:
    for code, name, words in ((1, "operationsError", "TLS is on already"), (52, "unavailable", "cannot load"), (53, "unwillingToPerform", "not allow")):
        with Stage() as stage:
            made = hierarchy()
            port = stage.tls(Serving(credentials=(made.whole,), plain=Manners(protocol="ldap", refuses=True, code=code, says=b"no")))
            found = diagnose(observed(reach(port, stage.trust_file(made.root), scheme="ldap")))
        assert found.cause and found.cause.code == "starttls.refused" and f"{code} ({name})" in found.cause.summary
        assert any(words in one.says for one in found.cause.evidence) and found.cause.actions == ("mend-starttls",)
    says = b"00000000: LdapErr: DSID-0C09102C, comment: Error initializing SSL/TLS, data 0, v2580"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), plain=Manners(protocol="ldap", refuses=True, says=says)))
        found = diagnose(observed(reach(port, stage.trust_file(made.root), scheme="ldap")))
    assert found.cause and found.cause.actions == ("give-controller-certificate", "mend-starttls")
    assert any("not verified" in one.says for one in found.cause.evidence)
    assert found.prescribed[0].remedy.owner in ("", Owner.SERVER.value)
