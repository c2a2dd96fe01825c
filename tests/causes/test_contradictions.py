"""Servers on which clients disagree, each really asked: the verdict, the cause, and how sure it is."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Effect, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab.shop import reach
from tests.peers import openssl
from tests.peers.pki import ca, leaf
from tests.peers.situations import Situation, situations

PROVEN, LIKELY = Certainty.PROVEN, Certainty.LIKELY
EXPECTED = {
    "eku-netscape-gated": (Verdict.WORKS, "", PROVEN),
    "eku-int-microsoft-gated": (Verdict.WORKS, "", PROVEN),
    "key-transport-key-encipherment": (Verdict.WORKS, "", PROVEN),
    "key-transport-digital-signature": (Verdict.DEPENDS, "chain.eku", PROVEN),
    "key-transport-non-repudiation": (Verdict.FAILS, "chain.eku", PROVEN),
    "policy-asked-not-carried": (Verdict.DEPENDS, "chain.critical-extension", PROVEN),
    "policy-asked-carried": (Verdict.WORKS, "", PROVEN),
    "k256-int": (Verdict.DEPENDS, "chain.weak-key", PROVEN),
    "p224-root": (Verdict.DEPENDS, "chain.weak-key", PROVEN),
    "sha3-int": (Verdict.DEPENDS, "chain.weak-signature", PROVEN),
    "sha224-leaf": (Verdict.DEPENDS, "chain.weak-signature", LIKELY),
    "sha224-int": (Verdict.DEPENDS, "chain.weak-signature", LIKELY),
    "self-signed-trusted-md5": (Verdict.WORKS, "", PROVEN),
    "no-subject": (Verdict.DEPENDS, "chain.critical-extension", PROVEN),
    "no-subject-critical-san": (Verdict.WORKS, "", PROVEN),
    "name-deviation": (Verdict.FAILS, "name.mismatch", LIKELY),
    "ip-mapped-san": (Verdict.DEPENDS, "name.ip-not-in-san", PROVEN),
    "nc-empty-permitted": (Verdict.DEPENDS, "chain.name-constraints", PROVEN),
    "long-9-ints-all": (Verdict.WORKS, "", PROVEN),
    "long-9-ints-root-sent": (Verdict.DEPENDS, "chain.extra", PROVEN),
    "long-10-ints": (Verdict.DEPENDS, "chain.path-length", PROVEN),
    "long-40-ints": (Verdict.DEPENDS, "chain.path-length", PROVEN),
    "long-98-ints": (Verdict.DEPENDS, "chain.path-length", PROVEN),
    "long-100-ints": (Verdict.DEPENDS, "chain.path-length", PROVEN),
    "long-101-ints": (Verdict.FAILS, "chain.path-length", PROVEN),
    "long-12-strays": (Verdict.DEPENDS, "chain.extra", PROVEN),
    "long-2600-names": (Verdict.DEPENDS, "chain.path-length", PROVEN),
}


def odd(name: str) -> Situation:
    """The situation of this name."""
    return next(one for one in (*situations(), *LONG) if one.name == name)


def _long() -> tuple[Situation, ...]:
    root = ca("Long Root")
    ints = [ca("Link 0", root)]
    for number in range(1, 9):
        ints.append(ca(f"Link {number}", ints[-1]))
    whole = (leaf(ints[8]), *reversed(ints))
    strays = tuple(ca(f"Stray {number}") for number in range(12))
    return (
        Situation(name="long-9-ints-all", presented=whole, anchors=(root,)),
        Situation(name="long-9-ints-root-sent", presented=(*whole, root), anchors=(root,)),
        Situation(name="long-12-strays", presented=(leaf(ints[0]), ints[0], *strays), anchors=(root,)),
    )


LONG = _long()


@contextmanager
def served(folder: Path, one: Situation) -> Iterator[int]:
    """A server that presents the chain of a situation to everybody who comes; its port."""
    context = openssl.serving(folder, one)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer(connection: socket.socket) -> None:
            with connection:
                connection.settimeout(10)
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(4096)
                        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                except OSError:
                    return

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def found_at(folder: Path, one: Situation) -> Diagnosis:
    """The diagnosis of a situation."""
    trust = openssl.written(folder / "trust.pem", one.anchors)
    with served(folder, one) as port:
        return diagnose(observed(reach(port, str(trust), host=one.host)))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_is_that_of_the_real_clients_together(name: str, tmp_path: Path) -> None:
    verdict, code, certainty = EXPECTED[name]
    found = found_at(tmp_path, odd(name))
    assert not found.defects
    assert found.verdict is verdict, found.findings
    assert [one.code for one in found.findings if one.effect is Effect.BREAKS] == ([code] if code else [])
    if code:
        assert found.cause is not None
        assert found.cause.certainty is certainty


def test_a_limit_of_a_client_is_said_in_a_sentence(tmp_path: Path) -> None:
    cause = found_at(tmp_path, odd("long-10-ints")).cause
    assert cause is not None
    assert cause.summary == "The chain has 11 certificates; Java 17 takes at most 10."
    cause = found_at(tmp_path, odd("long-2600-names")).cause
    assert cause is not None
    assert "bytes; Java 17 takes at most 32768." in cause.summary


def test_only_what_is_not_needed_is_to_be_removed(tmp_path: Path) -> None:
    one = odd("long-12-strays")
    found = found_at(tmp_path, one)
    assert found.cause is not None
    assert set(found.cause.about) == {made.certificate for made in one.presented[2:]}
    assert found.prescribed[0].remedy.action == "remove-extra"
    assert found.prescribed[0].proof is not None
    assert found.prescribed[0].proof.verdict is Verdict.WORKS
    assert "2 are needed" in found.cause.summary


def test_a_search_that_was_cut_short_is_named_and_accuses_no_root(tmp_path: Path) -> None:
    found = found_at(tmp_path, odd("long-98-ints"))
    assert not any(one.code in ("chain.root-untrusted", "chain.issuer-unknown", "chain.intermediate-missing") for one in found.findings)
    assert [one.why for one in found.not_observed if one.code == "chain.extra"] == [
        "The chain is longer than 32 certificates or branches too often; not all paths were looked at."
    ]


def test_a_digest_that_the_client_does_not_offer_is_not_called_verified(tmp_path: Path) -> None:
    java = next(one for one in found_at(tmp_path, odd("self-signed-trusted-md5")).stacks if one.stack == "java")
    assert java.accepts and not java.verified
    assert "does not offer" in java.note
