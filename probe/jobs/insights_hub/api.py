"""The API of the registration, one method a request: gives what was answered, or notes why there is nothing."""

from datetime import datetime, timedelta
from typing import TypeVar

from probe.capture.ask import PHASE
from probe.case.http_date import http_date
from probe.case.registration import answers, requests
from probe.case.registration.answers import Reply
from probe.case.registration.proof import SKEW
from probe.case.registration.remarks import Remark, note, problem, unknown
from probe.case.registration.requests import Wanted
from probe.facts.certificate import Certificate
from probe.facts.registration import Listed
from probe.jobs.insights_hub.gateway import Gateway, Heard
from probe.report import Report

NOT_FOUND = 404
T = TypeVar("T", Listed, tuple[Listed, ...])


class Api:
    """Talks to one gateway. What goes wrong is among ``remarks``, or is ``connection``, the diagnosis of the connection.

    ``status`` is that of the last answer, ``ahead`` by how many seconds this machine's clock is ahead of the gateway's, ``None`` when it was not told.
    """

    def __init__(self, gateway: Gateway, remarks: list[Remark]) -> None:
        self._gateway = gateway
        self._registration = gateway.place.registration
        self._prefix = gateway.place.prefix
        self.remarks = remarks
        self.connection: Report | None = None
        self.interrupted = False
        self.status: int | None = None
        self.ahead: float | None = None

    def authorities(self) -> tuple[Listed, ...] | None:
        """All authorities of the tenant."""
        said = self._document(requests.listing(self._registration, self._prefix))
        return None if said is None else self._read(answers.listed(said.document), "list of authorities")

    def upload(self, name: str, certificate: Certificate) -> Listed | None:
        """Make an authority known."""
        said = self._document(requests.upload(self._registration, self._prefix, name, certificate))
        return None if said is None else self._read(answers.authority(said.document), "uploaded authority")

    def code(self, identifier: str) -> str | None:
        """The registration code of one authority, as it came; other spellings of the path are tried when one is not known there."""
        wanted = requests.codes(self._registration, self._prefix, identifier)
        for place, one in enumerate(wanted):
            said = self._document(one, quiet=place + 1 < len(wanted))
            if said is not None:
                code = answers.code(said.document)
                if code is None:
                    self._unreadable("registration code", "there is no text under registrationCode")
                elif place:
                    self.remarks.append(note(f"The registration code is found under {one.path}, not under {wanted[0].path}."))
                return code
            if self.status != NOT_FOUND or self.connection or self.interrupted:
                return None
        return None

    def verify(self, identifier: str, certificate: Certificate) -> Listed | None:
        """Send the proof."""
        said = self._document(requests.verify(self._registration, self._prefix, identifier, certificate))
        return None if said is None else self._read(answers.authority(said.document), "verified authority")

    def clock_trouble(self) -> Remark | None:
        """What stands against a certificate that begins now, when this machine's clock and the gateway's differ."""
        if self.ahead is None or abs(self.ahead) <= SKEW:
            return None
        way = "ahead of" if self.ahead > 0 else "behind"
        says = f"The clock of this machine is {timedelta(seconds=round(abs(self.ahead)))} {way} the gateway's: a certificate made now is not valid there."
        return problem(says, "Set the clock, then run the command again. Nothing was sent.")

    def _document(self, wanted: Wanted, quiet: bool = False) -> Reply | None:
        """Send a request and read the answer; ``quiet``: that the path is not known there is no trouble yet."""
        heard = self._gateway.ask(wanted)
        self.status = None
        if heard.interrupted or heard.connection is not None:
            self.interrupted, self.connection = heard.interrupted, heard.connection
            return None
        self._compare_clocks(heard)
        place = self._gateway.place
        said = answers.reply(wanted, heard.exchange, place.name, min(place.target.timeout, PHASE))
        self.status = said.status
        if said.trouble is None:
            return said
        if not (quiet and said.status == NOT_FOUND):
            self.remarks.append(said.trouble)
        return None

    def _read(self, found: T | str, what: str) -> T | None:
        if isinstance(found, str):
            self._unreadable(what, found)
            return None
        return found

    def _unreadable(self, what: str, why: str) -> None:
        says = f"The answer of {self._gateway.place.name} with the {what} is not as it is documented: {why}."
        step = "Check that --gateway or --region names the API gateway. If it does, the API has changed: compare with its documentation."
        self.remarks.append(unknown(says, step))

    def _compare_clocks(self, heard: Heard) -> None:
        exchange, clock = heard.exchange, heard.clock
        if exchange is None or clock is None:
            return
        here: datetime = clock.taken_at + timedelta(seconds=exchange.started + exchange.took)
        there = http_date(dict(exchange.fields).get("date", ""), here)
        self.ahead = (here - there).total_seconds() if there else self.ahead
