"""Questions to a real nginx."""

import pytest

from probe.facts.observation import Connect, Ending, Exchange, Handshake, How, Preamble, Question
from probe.lab.pki import Issued
from probe.tls.messages import presented, reading
from tests.capture.asking import attempt, step, target

DONE = Ending(how=How.DONE)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_healthy_endpoint_is_three_finished_steps(web: int, chain: tuple[Issued, ...], version: str) -> None:
    one = attempt(target(web), question=Question(tls_min=version, tls_max=version))
    assert [(type(each), each.ending) for each in one.steps] == [(Connect, DONE), (Handshake, DONE), (Exchange, DONE)]
    connection, handshake, words = step(one, Connect), step(one, Handshake), step(one, Exchange)
    assert (connection.address, connection.port, connection.local) == ("127.0.0.1", web, "127.0.0.1")
    assert presented(handshake) == tuple(each.der for each in chain)
    assert (handshake.version, handshake.alpn, handshake.listened) == (version, "http/1.1", 0.0)
    assert (words.protocol, words.status, words.body) == ("https", 200, b"hello from shop.example\n")
    assert {"server", "date"} <= {name for name, _ in words.fields}
    starts = [each.started for each in one.steps]
    assert starts == sorted(starts) and all(each.took >= 0 for each in one.steps)


def test_the_name_in_sni_chooses_the_certificate(web: int, chain: tuple[Issued, ...]) -> None:
    other = attempt(target(web, host="other.example", sni="other.example"))
    assert len(presented(step(other, Handshake))) == 1
    assert step(other, Exchange).body == b"hello from other.example\n"
    nameless = attempt(target(web, host="other.example", sni="other.example"), question=Question(with_sni=False))
    assert step(nameless, Handshake).sni is None
    assert presented(step(nameless, Handshake))[0] == chain[0].der


def test_an_optional_client_certificate_is_waited_for_and_does_no_harm(web: int) -> None:
    one = attempt(target(web, host="optional.example", sni="optional.example"))
    assert reading(step(one, Handshake)).certificate_requested
    assert step(one, Handshake).listened >= 0.3
    assert step(one, Exchange).status == 200


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_nginx_refuses_a_missing_client_certificate_by_a_page(web: int, version: str) -> None:
    one = attempt(target(web, host="required.example", sni="required.example"), question=Question(tls_max=version))
    assert step(one, Handshake).ending == DONE
    words = step(one, Exchange)
    assert (words.status, words.ending) == (400, Ending(how=How.DECLINED, code=400))
    assert b"No required SSL certificate was sent" in words.body


def test_a_refusing_page_is_declined_with_its_status(web: int) -> None:
    words = step(attempt(target(web, path="/forbidden")), Exchange)
    assert (words.status, words.ending) == (403, Ending(how=How.DECLINED, code=403))


def test_redirects_are_shown_and_not_followed(web: int) -> None:
    words = step(attempt(target(web, path="/moved")), Exchange)
    assert words.status == 302 and dict(words.fields)["location"] == "https://elsewhere.example/path"


def test_cookies_and_realms_are_not_kept(web: int) -> None:
    words = step(attempt(target(web, host="cookie.example", sni="cookie.example")), Exchange)
    assert dict(words.fields)["www-authenticate"] == "Basic"
    assert "session" not in repr(words) and "inside" not in repr(words)


@pytest.mark.parametrize(("app", "question"), [(False, Question()), (True, Question(app=False))])
def test_without_words_there_is_no_exchange(web: int, app: bool, question: Question) -> None:
    one = attempt(target(web, app=app), question=question)
    assert [type(each) for each in one.steps] == [Connect, Handshake]


def test_a_protocol_without_words_ends_after_the_handshake(web: int) -> None:
    one = attempt(target(web, "tls"))
    assert [type(each) for each in one.steps] == [Connect, Handshake]
    assert step(one, Handshake).alpn is None


def test_another_protocol_behind_tls_is_declined_with_its_first_bytes(web: int) -> None:
    words = step(attempt(target(web, "ldaps")), Exchange)
    assert (words.status, words.ending) == (None, Ending(how=How.DECLINED))
    assert words.body.startswith(b"HTTP/1.1 400") or words.body.startswith(b"<html>")
    assert len(words.body) <= 1024


def test_a_plaintext_look_finds_what_speaks(web: int) -> None:
    one = attempt(target(web), question=Question(plaintext=True))
    look = step(one, Preamble)
    assert look.sent.startswith(b"GET / HTTP/1.0") and look.received.startswith(b"HTTP/1.1 400") and look.ending == DONE
