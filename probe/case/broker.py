"""How a broker took a CONNECT: every try of one check, what became of it, and whether another one would still decide something. Pure.

A broker that refuses often only hangs up (AWS IoT does, whatever the reason), and the first connection of a new certificate may be dropped because it is what
registers the certificate: so a silent end is asked about once more, after a pause.
"""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from probe.case.checked import FURTHER, RETRY
from probe.facts.calling import LEVELS
from probe.facts.noun import noun
from probe.facts.observation import Attempt, Exchange, Handshake, How, Question
from probe.facts.profile import Check, Expect
from probe.protocols.mqtt_codes import ACCEPTED, TAKEN_OVER, VERSIONS

if TYPE_CHECKING:
    from probe.case.case import Case

PAUSE = 2.0
"""Seconds before the second try, in which a broker registers a certificate that it saw for the first time."""
TRIES = 4
CONNECT, AGAIN = "connect", "connect-again"
"""How the questions are called where no profile names them."""


class Took(StrEnum):
    """What became of one CONNECT."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # CONNACK with another code than 0
    SILENT = "silent"  # the end of the connection, and no byte before it
    STRANGE = "strange"  # an answer that is no CONNACK
    UNANSWERED = "unanswered"  # nothing within the time, or we stopped


@noun
class Call:
    """One CONNECT: the attempt, the exchange in it, and what became of it."""

    attempt: Attempt
    exchange: Exchange
    took: Took

    @property
    def code(self) -> int | None:
        """The code of the CONNACK."""
        return self.exchange.status

    @property
    def version(self) -> str:
        """The version of MQTT that was spoken."""
        return LEVELS.get(self.attempt.question.level, str(self.attempt.question.level))

    def field(self, name: str) -> str:
        """What came under this name ("": nothing)."""
        return next((value for label, value in self.exchange.fields if label == name), "")

    @property
    def taken_over(self) -> bool:
        """Whether the broker says that another client with the same client ID connected."""
        return self.field("disconnect") == str(TAKEN_OVER)

    @property
    def hung_up(self) -> bool:
        """Whether the broker accepted and then ended the connection by itself."""
        return self.took is Took.ACCEPTED and (self.field("ended") != "" or self.field("disconnect") != "")


def took(one: Exchange) -> Took:
    """What became of a CONNECT."""
    if one.status is not None:
        return Took.ACCEPTED if one.status == ACCEPTED else Took.REFUSED
    if one.received or one.body:
        return Took.STRANGE
    return Took.SILENT if one.ending.how in (How.CLOSED, How.RESET) else Took.UNANSWERED


def calls(case: "Case") -> tuple[Call, ...]:
    """Every CONNECT of this check at the address of the case, in their order; none where TLS did not get that far."""
    found = []
    for one in case.attempts:
        said = next((step for step in one.steps if isinstance(step, Exchange)), None) if one.question.level else None
        if said is not None:
            found.append(Call(attempt=one, exchange=said, took=took(said)))
    return tuple(found)


def decisive(case: "Case") -> Call | None:
    """The call that says how it is: the one that was accepted, else the last that got an answer, else the last."""
    found = calls(case)
    for wanted in ((Took.ACCEPTED,), (Took.REFUSED,), (Took.STRANGE,)):
        if one := next((one for one in reversed(found) if one.took in wanted), None):
            return one
    return found[-1] if found else None


def dropped(case: "Case") -> Call | None:
    """The call before the accepted one that was dropped without a word, if there was one."""
    found = calls(case)
    if not found or found[-1].took is not Took.ACCEPTED:
        return None
    return next((one for one in found if one.took is Took.SILENT), None)


def check_of(case: "Case") -> Check | None:
    """The check of the profile that a CONNECT is."""
    agreement = case.observation.agreement
    return next((one for one in agreement.checks if one.request.mqtt), None) if agreement else None


def why_not(case: "Case") -> str:
    """Why no CONNECT was sent, in a sentence; "" when one was."""
    calling = case.target.calling
    if any(one.question.level for one in case.attempts):
        return ""
    if not case.target.app:
        return "No CONNECT was sent (--no-app)."
    if calling is None or not calling.consented:
        return "No CONNECT was sent, because it ends the connection of a running client with the same client ID; --allow-connect sends it."
    return "No CONNECT was sent: it only goes to a server that was found good, and that did not refuse the client certificate."


def question(case: "Case") -> Question | None:
    """The next CONNECT that would decide something; ``None`` when none would, or none may be sent."""
    calling, usual = case.target.calling, case.ordinary.question if case.ordinary else None
    if calling is None or not calling.consented or usual is None or not case.target.app or not _good(case):
        return None
    asked = [one for one in case.attempts if one.question.level]
    check = check_of(case)
    name = f"{FURTHER}{check.id}" if check else CONNECT
    plain = replace(usual, check=check.id if check else "", app=True)
    if not asked:
        return replace(plain, name=name, level=calling.levels[0])
    found = calls(case)
    # A try that did not come as far as its question tells that something else is the matter.
    if len(found) < len(asked) or len(asked) >= TRIES:
        return None
    last, again = found[-1], RETRY if check else AGAIN
    if last.took is Took.SILENT and all(one.question.name != again for one in asked):
        return replace(plain, name=again, level=last.attempt.question.level, pause=PAUSE)
    if last.took is Took.SILENT or last.code in VERSIONS:
        rest = [one for one in calling.levels if one not in {other.question.level for other in asked}]
        return replace(plain, name=f"{name}-{LEVELS[rest[0]]}", level=rest[0]) if rest else None
    return None


def _good(case: "Case") -> bool:
    """Whether the server is the right one, and nothing that it did in TLS refuses the client."""
    one = case.handshake
    if one is None or not case.established or not case.chain_accepted or one.ending.how is not How.DONE:
        return False
    return case.client.refusal is None and case.client.accepted is not False and not _hung_up(one)


def _hung_up(one: Handshake) -> bool:
    return one.closed_by_peer and not one.spoken


def row_of(case: "Case", one: Call) -> Expect | None:
    """The row of the profile that fits what came."""
    check = check_of(case)
    if check is None:
        return None
    from probe.case.expectation import row_for  # whoever names no profile needs none of it

    return row_for(check, one.exchange)
