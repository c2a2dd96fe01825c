"""The JVM of this machine as a judge of certificate chains: compiled once, fed with many situations in one process."""

import re
import subprocess
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from probe.facts.noun import noun
from tests.peers.situations import Situation

SOURCE = Path(__file__).with_name("Judge.java")
_ALERT_IN_FRONT = re.compile(r"^(javax\.net\.ssl\.SSL\w+Exception: )\((\w+)\) ")


@noun
class Answer:
    """What the JVM said. ``line`` is the exception as a log shows it, without the alert that newer releases put in front of the message; "" if accepted.

    ``causes`` are its causes, ``alert`` is the TLS alert that the server received.
    """

    accepts: bool
    line: str = ""
    causes: tuple[str, ...] = ()
    alert: str = ""


def compiled(folder: Path) -> Path:
    """Compile the judge into ``folder``."""
    subprocess.run(["javac", "-d", str(folder), "-sourcepath", str(SOURCE.parent), str(SOURCE)], check=True, capture_output=True, timeout=60)
    return folder


def version() -> str:
    """The version of the JVM, as it prints it."""
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True, timeout=30)
    return said.stderr


def ask(classes: Path, situations: Iterable[Situation]) -> dict[str, Answer]:
    """Ask about all situations. Raises if the JVM ends early."""
    asked = list(situations)
    lines = "".join(_line(one) for one in asked)
    said = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", "-cp", str(classes), "Judge"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = dict(_answer(line) for line in said.stdout.splitlines())
    assert set(answers) == {one.name for one in asked}, said.stderr
    return answers


def without_alert(text: str) -> str:
    """The first line of a Java exception without the alert's name, which JDK 17.0.21 and later put before the message."""
    return _ALERT_IN_FRONT.sub(r"\1", text)


def _line(one: Situation) -> str:
    def encoded(parts: Iterable[bytes]) -> str:
        return ",".join(b64encode(part).decode() for part in parts)

    presented = encoded(made.certificate.der for made in one.presented)
    anchors = encoded(made.certificate.der for made in one.anchors)
    return "\t".join([one.name, one.host, encoded([one.presented[0].pkcs8]), presented, anchors, one.key_exchange]) + "\n"


def _answer(line: str) -> tuple[str, Answer]:
    label, text, alert = line.split("\t")
    if text == "ok":
        return label, Answer(accepts=True)
    first, *causes = text.split(" <- ")
    return label, Answer(accepts=False, line=without_alert(first), causes=tuple(causes), alert=alert)
