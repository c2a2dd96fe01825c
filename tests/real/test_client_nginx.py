"""nginx that wants client certificates: the handshake always succeeds, and one page stands for every reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner, Verdict
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.pki import Pki
from tests.real.web import Web, free_ports, stream
from tests.servers import files

PAGE = 'location / { return 200 "hello\\n"; }'
VERSIONS = {"12": "TLSv1.2", "13": "TLSv1.3"}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    web = Web(tmp_path_factory.mktemp("nginx"))
    one, two = f"ssl_client_certificate {known.ca};", f"ssl_client_certificate {known.both};"
    for number, version in VERSIONS.items():
        web.add(f"on{number}", pki.chain, f"ssl_protocols {version}; {one} ssl_verify_client on; {PAGE}")
        web.add(f"optional{number}", pki.chain, f"ssl_protocols {version}; {one} ssl_verify_client optional; {PAGE}")
    web.add("both", pki.chain, f"{two} ssl_verify_client on; {PAGE}")
    web.add("depth", pki.chain, f"{one} ssl_verify_client on; ssl_verify_depth 3; {PAGE}")
    web.add("unnamed", pki.chain, f"{one} ssl_trusted_certificate {known.both}; ssl_verify_client on; {PAGE}")
    web.add("nothing", pki.chain, PAGE)
    web.add("unchecked", pki.chain, f"{one} ssl_verify_client optional_no_ca; {PAGE}")
    web.add("elsewhere", pki.chain, f"{one} ssl_verify_client on; error_page 495 496 =302 https://shop.example/login; {PAGE}")
    web.add("forbidding", pki.chain, f'{one} ssl_verify_client on; location / {{ return 403 "not you\\n"; }}')
    with web.running() as found:
        yield found


def asked(port: int, pki: Pki, known: Clients, who: str, *more: str) -> tuple[str, ...]:
    return at(port, *pki.trusting, *known.options(who), *more)


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", ["good", "direct"])
def test_what_is_accepted_works(who: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"on{number}"], pki, known, who))
    assert_works(found, notes=())
    assert found.case.client.required is True and found.case.client.accepted is True
    lines = dict(compose((found,)).results[0].client)
    assert lines["In short"] == "asked for and required; the one that was sent was accepted"
    assert lines["Required"] == "yes (without one: HTTP 400, nginx: No required SSL certificate was sent)"
    assert "as far as can be known it would be accepted" in lines["Before sending"]
    assert lines["Clients that choose by the list"] == "Java 17, Go, GnuTLS, NSS would send it"


def test_a_server_that_looks_at_none_has_not_accepted_it(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["unchecked"], pki, known, "foreign"))
    assert found.verdict is Verdict.WORKS, told(found)
    assert "whether it trusts it is not known" in dict(compose((found,)).results[0].client)["In short"]


def test_how_many_intermediates_servers_allow_is_said_before(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    for who, says in (("good", "1 intermediate stands between them: nginx allows one, Apache httpd none"), ("deep", "2 intermediates stand between them")):
        lines = dict(compose((check(*asked(ports["depth"], pki, known, who)),)).results[0].client)
        assert says in lines["Before sending"], lines


@pytest.mark.parametrize(("selection", "verdict"), [("", Verdict.FAILS), ("by-ca-list", Verdict.FAILS), ("always", Verdict.WORKS)])
def test_a_profile_says_how_its_client_chooses(selection: str, verdict: Verdict, ports: dict[str, int], pki: Pki, known: Clients, tmp_path: Path) -> None:
    """Java chooses by the issuers that are named; a program built on it that does not is what the profile says."""
    file = tmp_path / "mine.toml"
    file.write_text(
        'schema = 1\nid = "mine"\ntitle = "Mine"\n[endpoints.mine]\nhost = "shop.example"\nport = 443\n'
        f'[trust]\nstack = "java"\n[client_certificate]\npolicy = "required"\nselection = "{selection}"\n'
    )
    found = check("--profile", str(file), "--connect", f"127.0.0.1:{ports['unnamed']}", *pki.trusting, *known.options("foreign"))
    assert found.verdict is verdict, told(found)
    if verdict is Verdict.FAILS:
        assert found.cause and found.cause.code == "client.not-sent", told(found)


REFUSED = {
    "foreign": ("client.untrusted", ()),
    "itself": ("client.untrusted", ()),
    "alone": ("client.untrusted", ()),
    "rekeyed": ("client.rejected", ()),
    "expired": ("client.expired", ("--send-anyway",)),
    "future": ("client.not-yet-valid", ("--send-anyway",)),
    "server": ("client.eku", ()),
}


@pytest.mark.parametrize("kind", ["on", "optional"])
@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", REFUSED)
def test_one_page_stands_for_every_reason(who: str, number: str, kind: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    code, more = REFUSED[who]
    found = check(*asked(ports[f"{kind}{number}"], pki, known, who, *more))
    assert found.cause is not None and found.cause.code == code, told(found)
    assert found.verdict is Verdict.FAILS and found.cause.certainty is Certainty.LIKELY, told(found)
    assert found.case.client.required is (kind == "on")
    assert "The SSL certificate error" in found.cause.summary
    tried = [(one.remedy.action, one.proof.verdict) for one in found.prescribed if one.proof]
    assert (("send-no-certificate", Verdict.WORKS) in tried) == (kind == "optional" and code in ("client.untrusted", "client.rejected"))


def test_without_its_intermediate_both_readings_are_named(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["on13"], pki, known, "alone"))
    assert "client.chain-incomplete" in dict(found.candidates), told(found)


def test_with_the_intermediate_in_the_trust_store_it_is_known_what_is_missing(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    """Whatever the probe can read counts: here the store that was named has the intermediate of the client."""
    (known.folder / "issuing.pem").write_text(known.issuing.pem)
    found = check(*asked(ports["on13"], pki, known, "alone", "--trust", str(known.folder / "issuing.pem")))
    assert_fails(found, "client.chain-incomplete", Owner.CLIENT)
    assert [one.proof.verdict for one in found.prescribed if one.proof] == [Verdict.WORKS], told(found)


def test_more_levels_than_allowed_are_not_seen_from_outside(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["on13"], pki, known, "deep"))
    assert_fails(found, "client.rejected", Owner.SERVER, Certainty.LIKELY)
    assert any("ssl_verify_depth" in why for _, why in found.candidates), told(found)
    assert_works(check(*asked(ports["depth"], pki, known, "deep")), notes=())


def test_several_authorities_are_named(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["both"], pki, known, "foreign"))
    assert_works(found, notes=())
    lines = compose((found,)).results[0].client
    assert [value for label, value in lines if label == "Accepted issuer"] == ["CN=Real Client CA", "CN=Other Client CA"]


def test_an_authority_that_is_not_named_stops_java_only(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["unnamed"], pki, known, "foreign"))
    assert_fails(found, "client.not-sent", Owner.SERVER, verdict=Verdict.DEPENDS)
    assert found.cause and found.cause.stacks == ("java",)
    assert_works(check(*asked(ports["unnamed"], pki, known, "foreign", "--as", "openssl")), notes=())


@pytest.mark.parametrize("who", ["expired", "future"])
def test_what_is_not_valid_today_is_not_sent(who: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    code = REFUSED[who][0]
    found = check(*asked(ports["on13"], pki, known, who))
    assert_fails(found, code, Owner.CLIENT, Certainty.LIKELY)
    assert not found.case.client.sent and len(found.case.attempts) == 1
    # The user's program does send it, and this server refuses it although it only asks; the probe did not try.
    assert_fails(check(*asked(ports["optional13"], pki, known, who)), code, Owner.CLIENT, Certainty.LIKELY)
    assert_works(check(*asked(ports["nothing"], pki, known, who)), notes=(code,))


def test_where_none_is_asked_for_none_is_sent_and_nothing_more_is_asked(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["nothing"], pki, known, "foreign"))
    assert_works(found, notes=())
    assert len(found.case.attempts) == 1 and not found.case.client.sent
    assert dict(compose((found,)).results[0].client)["In short"] == "not asked for, so that none was sent"


def test_a_no_of_the_application_is_not_one_of_the_certificate(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports["forbidding"], pki, known, "good"))
    assert_works(found, risks=("client.rejected",), notes=())
    assert found.case.client.required is True


@pytest.mark.parametrize("who", ["good", "foreign", ""])
def test_a_page_for_everybody_is_no_acceptance(who: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    """The operator's page in place of nginx's own: whoever is not accepted is sent to it, as is whoever comes without."""
    found = check(*(asked(ports["elsewhere"], pki, known, who) if who else at(ports["elsewhere"], *pki.trusting)))
    assert_works(found, notes=())
    assert found.case.client.accepted is (True if who == "good" else None)
    assert found.case.client.required is (None if who else False)


def test_without_a_question_nothing_is_known_of_acceptance(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    for who in ("good", "foreign"):
        for found in (check(*asked(ports["on13"], pki, known, who, "--no-app")), check(*at(ports["on13"], *pki.trusting, *known.options(who), scheme="tls"))):
            assert_works(found, notes=())
            assert found.case.client.accepted is None and found.case.client.required is None
            assert dict(compose((found,)).results[0].client)["Required"] == "not known: nothing was asked after the handshake"


def test_a_day_on_which_it_is_valid_could_not_be_tried(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    then = (datetime.now(UTC) + timedelta(days=5)).strftime("%Y-%m-%d")
    found = check(*asked(ports["on13"], pki, known, "future", "--at", then))
    assert_fails(found, "client.not-yet-valid", Owner.CLIENT, Certainty.POSSIBLE, verdict=Verdict.UNDECIDED, exit=3)


def test_a_caller_that_cannot_present_one(ports: dict[str, int], pki: Pki) -> None:
    assert_fails(check(*at(ports["on13"], *pki.trusting, "--client-auth", "forbidden")), "client.unexpected", Owner.SERVER)
    assert_works(check(*at(ports["optional13"], *pki.trusting, "--client-auth", "forbidden")), notes=("client.unexpected",))
    assert_works(check(*at(ports["nothing"], *pki.trusting, "--client-auth", "forbidden")), notes=())


def test_what_is_on_file_is_compared(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    def said(who: str, other: str) -> str:
        found = check(*asked(ports["on13"], pki, known, who, "--on-file", str(known.folder / f"{other}.pem")))
        return dict(compose((found,)).results[0].client)["On file"]

    assert said("good", "good") == "The certificate on file is the one that is used here."
    assert "has the same subject, but another key" in said("good", "direct")


@pytest.mark.parametrize("version", VERSIONS.values())
@pytest.mark.parametrize(("verify", "who", "code"), [("on", "", "client.required"), ("on", "foreign", "client.untrusted"), ("on", "good", "")])
def test_a_stream_ends_without_a_word(
    version: str, verify: str, who: str, code: str, tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients
) -> None:
    folder = tmp_path_factory.mktemp("stream")
    certificates, key = files(folder, pki.chain, "stream")
    block = (
        f"server {{ listen 127.0.0.1:PORT ssl; ssl_protocols {version}; ssl_certificate {certificates}; ssl_certificate_key {key}; "
        f"ssl_client_certificate {known.ca}; ssl_verify_client {verify}; ssl_verify_depth 2; return 'hello'; }}"
    )
    with stream(folder, block) as port:
        found = check(*at(port, *pki.trusting, *(known.options(who) if who else ()), scheme="tls"))
    if not code:
        assert_works(found, notes=())
        assert found.case.client.accepted is True
        return
    assert found.cause is not None and (found.cause.code, found.cause.certainty) == (code, Certainty.LIKELY), told(found)


def test_a_stream_whose_service_is_gone_may_have_accepted_it(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> None:
    """Then nginx closes in the same way as on a certificate that it refuses: the report says so and does not blame the certificate alone."""
    folder = tmp_path_factory.mktemp("gone")
    certificates, key = files(folder, pki.chain, "gone")
    block = (
        f"server {{ listen 127.0.0.1:PORT ssl; ssl_certificate {certificates}; ssl_certificate_key {key}; "
        f"ssl_client_certificate {known.ca}; ssl_verify_client on; ssl_verify_depth 2; proxy_pass 127.0.0.1:{free_ports(1)[0]}; }}"
    )
    with stream(folder, block) as port:
        found = check(*at(port, *pki.trusting, *known.options("good")))
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "client.rejected", told(found)
    assert found.cause.certainty is Certainty.LIKELY
    code, why = found.cause.alternatives[0]
    assert code == "app.protocol" and "the service behind it does not answer" in why
