"""The prediction for OpenSSL against the library of this machine: number, depth and text of the first error, all errors in their order, and the alert."""

import re
import socket
import ssl
import subprocess
import threading
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from probe.case.path import StackVerdict, Why
from tests.peers import openssl
from tests.peers.chance import by_chance, labels
from tests.peers.pki import NOW, ca, leaf
from tests.peers.prediction import alert_in, predict, stack
from tests.peers.situations import Situation, situations

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
CHANCE = (3, 120)
# Python asks for X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, the s_client command and most programs do not.
STRICTER_IN_PYTHON = {"wildcard-partial-prefix", "wildcard-partial-suffix"}
# A TLS server cannot sign with these keys, so no handshake comes about.
NOT_PRESENTABLE = {"rsa512-leaf", "p224-leaf", "p192-leaf"}
# A limit of the TLS message, of which the verify command knows nothing.
ONLY_IN_TLS = {"long-2700-names"}
VERIFIED = [one for one in situations() if one.name not in ONLY_IN_TLS]
SHAKEN = [one for one in situations() if one.name not in NOT_PRESENTABLE | STRICTER_IN_PYTHON]

NUMBERS = {
    Why.CRITICAL_EXTENSION: 34,
    Why.NOT_A_CA: 79,
    Why.NO_CERT_SIGN: 79,
    Why.EKU: 26,
    Why.KEY_USAGE: 26,
    Why.PATH_LENGTH: 25,
    Why.WEAK_SIGNATURE: 68,
    Why.BAD_SIGNATURE: 7,
    Why.EXPIRED: 10,
    Why.NOT_YET_VALID: 9,
    Why.NAME_CONSTRAINTS: 47,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openssl")


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, openssl.Answer]:
    return openssl.ask(folder, [*VERIFIED, *by_chance(*CHANCE)])


def assert_agrees(said: openssl.Answer, verdict: StackVerdict) -> None:
    assert verdict.accepts is said.accepts, said
    assert verdict.says == ("" if said.accepts else f"verify error:num={said.number}:{said.text}")
    if verdict.objections and said.number not in (62, 64):
        assert verdict.objections[0].at == said.depth + _above(verdict)


def _above(verdict: StackVerdict) -> int:
    """A certificate that only a fetch brought in stands one above the one whose issuer OpenSSL misses."""
    return 1 if verdict.objections[0].why is Why.NOT_PRESENTED else 0


@pytest.mark.parametrize("situation", VERIFIED, ids=lambda one: one.name)
def test_openssl_says_what_is_predicted(situation: Situation, answers: dict[str, openssl.Answer]) -> None:
    assert_agrees(answers[situation.name], predict(stack("openssl"), situation))


@pytest.mark.parametrize("number", range(CHANCE[1]), ids=labels(*CHANCE))
def test_openssl_says_what_is_predicted_for_chains_made_by_chance(number: int, answers: dict[str, openssl.Answer]) -> None:
    situation = by_chance(*CHANCE)[number]
    assert_agrees(answers[situation.name], predict(stack("openssl"), situation))


@pytest.mark.parametrize("situation", SHAKEN, ids=lambda one: one.name)
def test_a_handshake_ends_as_predicted(situation: Situation, folder: Path) -> None:
    verdict = predict(stack("openssl"), situation)
    number = re.search(r"num=(\d+)", verdict.says)
    shaken = openssl.shake(folder, situation)
    assert shaken.number == (int(number[1]) if number else 0)
    assert not shaken.reason or verdict.says.endswith(shaken.reason.replace("_", " "))
    assert bool(verdict.accepts) is (not shaken.number and not shaken.reason)
    assert re.sub(r"^(tlsv1|sslv3)_alert_", "", shaken.alert) == alert_in(verdict)


def test_the_comparison_covers_both_answers_and_many_numbers(answers: dict[str, openssl.Answer]) -> None:
    accepted = [said for said in answers.values() if said.accepts]
    assert 60 < len(accepted) < len(answers) - 60
    assert {said.number for said in answers.values()} >= {2, 7, 9, 10, 18, 19, 20, 25, 26, 34, 47, 48, 62, 64, 66, 67, 68, 79}


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_the_second_of_not_after(late: int, folder: Path) -> None:
    root = ca("Clock Root")
    end = leaf(root, ends=timedelta(days=5))
    at = NOW + timedelta(days=5, seconds=late)
    situation = Situation(name=f"second{late}", presented=(end,), anchors=(root,))
    said = openssl.verify(folder, situation, "-attime", str(int(at.timestamp())))
    assert_agrees(said, predict(stack("openssl"), situation, at))
    assert said.accepts is (late < 0)
    assert predict(stack("java"), situation, at).accepts is (late <= 0)


def _shaken_with_command(folder: Path, one: Situation) -> list[int]:
    """The numbers of all errors that ``openssl s_client`` meets; it goes on after each."""
    served = openssl.serving(folder, one)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(20)
                try:
                    served.wrap_socket(connection, server_side=True).close()
                except (OSError, ssl.SSLError):
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{listener.getsockname()[1]}", "-verify_hostname", one.host, "-servername", one.host]
        command += ["-CAfile", str(openssl.written(folder / "all.pem", one.anchors)), "-no-CApath", "-no-CAstore", "-verify", "10"]
        said = subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)
        thread.join()
    return [int(number) for number in re.findall(r"verify error:num=(\d+)", said.stderr + said.stdout)]


MANY_FAULTS = 10


@cache
def _of_many_faults() -> list[Situation]:
    """Chains with several faults that lead to an anchor, so that the command can go on to the last."""

    def kinds(one: Situation) -> int:
        whys = [fault.why for fault in predict(stack("openssl"), one).objections]
        return len(set(whys)) if all(why in NUMBERS for why in whys) else 0

    return sorted(by_chance(7, 300), key=kinds, reverse=True)[:MANY_FAULTS]


@pytest.mark.parametrize("number", range(MANY_FAULTS))
def test_all_errors_are_told_in_the_order_in_which_openssl_meets_them(number: int, folder: Path) -> None:
    situation = _of_many_faults()[number]
    expected = [NUMBERS[fault.why] for fault in predict(stack("openssl"), situation).objections]
    told = [47 if number == 48 else number for number in _shaken_with_command(folder, situation) if number != 62]
    assert len(set(expected)) > 1
    # One number for a CA that is none in two ways, one for two purposes that do not fit, and one for the names of each CA.
    assert list(dict.fromkeys(told)) == list(dict.fromkeys(expected))
