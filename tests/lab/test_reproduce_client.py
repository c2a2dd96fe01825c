"""Copies of endpoints that want client certificates: fresh keys, the same refusals, whatever they are."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from probe.capture.identity import load
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.certificate import Certificate, Key
from probe.facts.observation import Alert, Attempt, Exchange, Handshake, Observation
from probe.formats import read
from probe.lab.answers import Answer
from probe.lab.client_shop import CLIENT, client_shop, files, partners, wanting
from probe.lab.pki import Issued, authority
from probe.lab.reaction import UNKNOWN_CA, Reaction, reaction_to
from probe.lab.reproduce import Reproduction, reproduce
from probe.lab.reproduce_answer import Replayed, answer_to
from probe.lab.reproduce_client import LOSS
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from tests.ahead import Ahead, ahead
from tests.lab.test_reproduce import essence

EVERY_ALERT = (10, 20, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 70, 80, 86, 90, 112, 116, 120)
SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")


def seen(*options: str, wants: Serving | None = None, own: tuple[Issued, ...] = ()) -> Observation:
    """The observation of a shop that accepts the authority of partners; the client has ``own``, or a certificate of that authority."""
    made = partners()
    with Stage() as stage:
        scene = client_shop(stage, wants or wanting(made.root), (*files(stage, *(own or (made.below(), made.issuing))), *options))
        return observed(scene.arguments)


def copied(stage: Stage, observation: Observation) -> Reproduction:
    return reproduce(stage, codec.parse(Observation, codec.text(observation)))


def option(made: Reproduction, name: str) -> Path:
    return Path(made.arguments[made.arguments.index(name) + 1])


def test_the_copied_certificates_have_fresh_keys_and_one_that_fits() -> None:
    made = partners()
    own = (made.below(), made.issuing)
    observation = seen(own=own)
    assert observation.identity and observation.identity.certificates == tuple(one.certificate for one in own)
    with Stage() as stage:
        copy = copied(stage, observation)
        again, credential = load(str(option(copy, "--cert")), str(option(copy, "--key")))
        key = load_pem_private_key(option(copy, "--key").read_bytes(), None)
        assert option(copy, "--key").stat().st_mode & 0o077 == 0
    assert credential is not None and again.fits
    for before, after in zip(observation.identity.certificates, again.certificates, strict=True):
        assert (after.read.subject, after.read.issuer, after.read.serial) == (before.read.subject, before.read.issuer, before.read.serial)
        assert after.read.extensions == before.read.extensions
        assert after.read.key and before.read.key and after.read.key.spki != before.read.key.spki
    assert again.own and again.own.read.key
    assert key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == again.own.read.key.spki
    assert copy.losses == ()


def test_what_is_on_file_stays_the_same_or_another_certificate() -> None:
    made = partners()
    own, other = made.direct(), made.direct()
    with Stage() as stage:
        for filed, same in ((own, True), (other, False)):
            observation = seen("--on-file", str(stage.write("filed.pem", filed.pem)), own=(own,))
            copy = copied(stage, observation)
            held, sent = (read(option(copy, name).read_bytes()).certificates[0][0] for name in ("--on-file", "--cert"))
            assert (held == sent) is same


def test_with_its_old_dates_a_certificate_that_was_presented_is_presented_again() -> None:
    observation = seen()
    held_back = replace(observation, attempts=tuple(replace(one, question=replace(one.question, with_identity=False)) for one in observation.attempts))
    with Stage() as stage:
        assert "--send-anyway" in reproduce(stage, observation, as_is=True).arguments
        assert "--send-anyway" not in copied(stage, observation).arguments
        assert "--send-anyway" not in reproduce(stage, held_back, as_is=True).arguments


def test_der_stays_der_and_other_forms_are_named() -> None:
    made = partners()
    own = made.direct()
    with Stage() as stage:
        cert = ("--cert", str(stage.write("client.der", own.der)), "--key", stage.key_file(own.key))
        observation = observed(client_shop(stage, wanting(made.root), cert).arguments)
        copy = copied(stage, observation)
        again, _ = load(str(option(copy, "--cert")), str(option(copy, "--key")))
        assert again.kind == "der" and not copy.losses
        assert observation.identity
        stored = replace(observation, identity=replace(observation.identity, kind="pkcs12", encrypted=True))
        assert [one for one in copied(stage, stored).losses if "pkcs12" in one]


def test_without_a_key_of_that_kind_the_copy_is_what_a_client_without_one_meets() -> None:
    observation = seen()
    assert observation.identity and observation.identity.own
    odd = Certificate(der=_with_key_of_nobody(observation.identity.own))
    with Stage() as stage:
        copy = copied(stage, replace(observation, identity=replace(observation.identity, certificates=(odd,))))
        assert LOSS in copy.losses and "--cert" not in copy.arguments
        found = diagnose(observed(copy.arguments))
    assert found.cause and found.cause.code == "client.required"


def _with_key_of_nobody(one: Certificate) -> bytes:
    """The certificate with a key whose algorithm nobody knows: the last arc of id-ecPublicKey is another."""
    key: Key | None = one.read.key
    assert key
    unknown = key.spki.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f"))
    return one.der.replace(key.spki, unknown)


def with_that_alert(number: int, version: str) -> tuple[Diagnosis, Diagnosis, tuple[str, ...]]:
    """The diagnosis of what was recorded, but with another alert, that of its copy, and what was lost."""
    other = authority("Other Client CA")
    foreign = other.issue(CLIENT, traits=Traits(extended_key_usage=("client",)))
    made = partners()
    observation = seen(wants=replace(wanting(made.root), tls_max=version), own=(foreign, other))
    changed = replace(observation, attempts=tuple(_with_alert(one, number) for one in observation.attempts))
    with Stage() as stage:
        copy = copied(stage, changed)
        return diagnose(changed), diagnose(observed(copy.arguments)), copy.losses


ALERTED = [(number, version) for number in EVERY_ALERT if number != 90 for version in ("TLSv1.2", "TLSv1.3")]


@pytest.fixture(scope="module")
def alerted() -> Iterator[Ahead[tuple[int, str], tuple[Diagnosis, Diagnosis, tuple[str, ...]]]]:
    with ahead(lambda key: with_that_alert(*key), ALERTED) as results:
        yield results


@pytest.mark.parametrize(("number", "version"), ALERTED)
def test_every_alert_is_copied(number: int, version: str, alerted: Ahead[tuple[int, str], tuple[Diagnosis, Diagnosis, tuple[str, ...]]]) -> None:
    """What no server of the laboratory sends: the recorded alert is exchanged for another one, as a saved file may have it."""
    changed, again, losses = alerted((number, version))
    assert _alerts(again.case.observation.attempts[0]) == _alerts(changed.case.observation.attempts[0]) == [(number, 2)]
    assert essence(again) == essence(changed), losses


def test_numbers_that_no_alert_has_are_passed_over() -> None:
    other = authority("Other Client CA")
    observation = seen(own=(other.issue(CLIENT, traits=Traits(extended_key_usage=("client",))), other))
    for number in (-1, 256, 1 << 40):
        changed = replace(observation, attempts=tuple(_with_alert(one, number) for one in observation.attempts))
        with Stage() as stage:
            assert _alerts(observed(copied(stage, changed).arguments).attempts[0]) in ([], [(0, 1)]), "at most a close_notify"


def _with_alert(one: Attempt, number: int) -> Attempt:
    steps = tuple(
        replace(step, alerts=tuple(alert if alert.sent else replace(alert, description=number) for alert in step.alerts))
        if isinstance(step, Handshake) and one.question.with_identity
        else step
        for step in one.steps
    )
    return replace(one, steps=steps)


def _alerts(one: Attempt) -> list[tuple[int, int]]:
    found: list[Alert] = [alert for step in one.steps if isinstance(step, Handshake) for alert in step.alerts]
    return [(alert.description, alert.level) for alert in found if not alert.sent]


@pytest.mark.parametrize("suite", SUITES)
def test_an_alert_is_encrypted_for_every_suite(suite: str) -> None:
    made = hierarchy()
    refusing = Reaction(ends="alert", alert=49)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), suites=suite, reactions=(refusing,)))
        context = ssl.create_default_context(cadata=made.root.pem)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain, server_hostname=HOST) as tls:
            assert tls.cipher() and tls.cipher()[0] == suite  # type: ignore[index]  # just seen
            with pytest.raises(ssl.SSLError, match="ACCESS_DENIED"):
                tls.recv(1)


def test_a_reaction_is_found_by_the_certificate() -> None:
    nothing, leaf, whole = (Reaction(chain=chain, answer=Answer(status=status)) for chain, status in (((), 400), ((b"a",), 403), ((b"a", b"b"), 200)))
    every = (nothing, leaf, whole)
    assert reaction_to((), every) is nothing
    assert reaction_to((b"a",), every) is leaf
    assert reaction_to((b"a", b"b"), every) is reaction_to((b"a", b"b", b"c"), every) is whole
    assert reaction_to((b"a", b"c"), every) is leaf
    assert reaction_to((b"x",), every).alert == UNKNOWN_CA
    assert reaction_to((), (whole,)) is whole


def test_another_certificate_than_the_copied_one_is_refused() -> None:
    stranger = partners().direct()
    with Stage() as stage:
        copy = copied(stage, seen())
        options = dict(zip(copy.arguments[1::2], copy.arguments[2::2], strict=True)) | dict(zip(*[iter(files(stage, stranger))] * 2, strict=True))
        found = diagnose(observed((copy.arguments[0], *(text for pair in options.items() for text in pair))))
    assert found.case.client.sent and found.case.client.refusal and found.case.client.refusal.alert == UNKNOWN_CA


def test_answers_follow_the_request_and_take_turns() -> None:
    first, second, third = (Answer(status=status) for status in (503, 200, 404))
    answer = answer_to(((("GET", "/a?b=1"), first), (("GET", "/a?b=1"), second), (("POST", "/c"), third)))
    assert isinstance(answer.choose, Replayed) and answer.status == 503
    said = [answer.choose(request).status for request in (b"GET /a?b=1 HTTP/1.1\r\n\r\n", b"POST /c HTTP/1.1\r\n\r\n{}", b"GET /a?b=1 HTTP/1.1\r\n\r\n")]
    assert said == [503, 404, 200]
    assert answer.choose(b"GET /a?b=1 HTTP/1.1\r\n\r\n").status == 503, "the next check begins anew"
    assert answer.choose(b"\xff\xfe").status == 200, "whatever else is asked"
    assert answer_to(()) == Answer() and answer_to(((("GET", "/"), third),)) is third


def test_fields_of_the_answer_take_the_place_of_the_usual_ones() -> None:
    from probe.lab.answers import http

    head = http(Answer(fields=(("Server", "nginx"),))).partition(b"\r\n\r\n")[0]
    assert head.count(b"Server:") == 1 and b"Server: nginx" in head


def test_a_store_with_what_no_library_reads_is_copied_without_it() -> None:
    observation = seen()
    (store,) = observation.stores
    broken = replace(store, kind="pkcs12", size=2, certificates=(*store.certificates, Certificate(der=store.certificates[0].der + b"\0")))
    with Stage() as stage:
        copy = copied(stage, replace(observation, stores=(broken,)))
        again = observed(copy.arguments)
    assert [len(one.certificates) for one in again.stores] == [1] and again.stores[0].kind == "pkcs12"


def test_nothing_of_the_original_key_is_in_a_copy() -> None:
    made = partners()
    own = made.direct()
    with Stage() as stage:
        scene = client_shop(stage, wanting(made.root), files(stage, own))
        observation = observed(scene.arguments)
        secret = Path(scene.arguments[scene.arguments.index("--key") + 1]).read_text().splitlines()[1]
        with Stage() as second:
            copy = copied(second, observation)
            written = [one.read_bytes() for one in second.folder.rglob("*") if one.is_file()]
    assert written and not any(secret.encode() in one for one in written) and secret not in repr(copy)


def test_an_exchange_that_was_seen_is_replayed_with_status_and_page() -> None:
    made = partners()
    observation = seen(wants=wanting(made.root, word="page"), own=(authority("Other CA").issue(CLIENT),))
    with Stage() as stage:
        again = observed(copied(stage, observation).arguments)
    before, after = (next(one for one in each.attempts[0].steps if isinstance(one, Exchange)) for each in (observation, again))
    assert (after.status, after.body) == (before.status, before.body) == (400, before.body)
    assert b"The SSL certificate error" in after.body
