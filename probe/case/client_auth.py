"""The client certificate in one check: was it asked for, what was sent, how the server took it, and what can be known of why. Pure.

Servers refuse in many ways, and few say why: an alert in the handshake, one on the first read, the end of the connection without a word, a page.
"""

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from probe.case.identity import Climb, Flaw, Found, Listing, climb, examine, listing, sendable, signs
from probe.facts.certificate import Certificate
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.observation import Alert, Attempt, Exchange, Handshake, How, Local
from probe.stacks import Stack
from probe.tls.messages import CERTIFICATE, CERTIFICATE_REQUEST, FINISHED, entries, reading
from probe.tls.registry import VERSION_NUMBERS

if TYPE_CHECKING:
    from probe.case.case import Case

WITHOUT, TLS12, WHOLE = "without-identity", "identity-tls12", "identity-whole"
"""The further questions: without the certificate, with TLS 1.2 at most, with the issuers that its file lacks."""
CERTIFICATE_REQUIRED = 116
ABOUT_CERTIFICATES = frozenset({40, 41, 42, 43, 44, 45, 46, 48, 49, CERTIFICATE_REQUIRED})
"""Alerts with which servers answer a client certificate, or an empty message in its place; Java used to send 42 for none."""
NO_CERTIFICATE, BAD_CERTIFICATE = b"No required SSL certificate was sent", b"The SSL certificate error"
PAGES: tuple[tuple[bytes, str, bool], ...] = (
    (NO_CERTIFICATE, "nginx", True),
    (BAD_CERTIFICATE, "nginx", False),
    (b"Cannot perform Post-Handshake Authentication", "Apache httpd", True),
    (b"HTTP Error 403.7", "IIS", True),
    (b"HTTP Error 403.13", "IIS", False),
    (b"HTTP Error 403.16", "IIS", False),
    (b"HTTP Error 403.17", "IIS", False),
)
"""Words of pages that are about the client certificate and nothing else, whose they are, and whether they say that none came (else it was not accepted)."""
POSTFIX = "Postfix"
REPLIES = (("No client certificate presented", True), ("Client certificate not trusted", False))
"""Words with which Postfix ends a session right after TLS (smtpd_tls_req_ccert), and whether they say that none came."""
DENYING = frozenset({400, 401, 403, 495, 496})
"""Statuses that may mean the client certificate, among much else."""
REDIRECTION, CLIENT_ERROR = 300, 400
"""From here on an answer of HTTP is no page: it may be the same for whoever asks."""


class Said(StrEnum):
    """How a server says no."""

    ALERT = "alert"
    CLOSED = "closed"
    PAGE = "page"
    STATUS = "status"


@noun
class Refusal:
    """A refusal that has to do with the client certificate, or may have. ``alert`` and ``status`` are numbers; ``words`` and ``whose`` are those of a page.

    ``missing``: it says that no certificate came. ``sure``: it is about the client certificate and nothing else. ``at`` is the step that shows it.
    """

    said: Said
    at: Handshake | Exchange
    alert: int | None = None
    status: int | None = None
    words: str = ""
    whose: str = ""
    missing: bool = False
    sure: bool = False


def handshake_of(attempt: Attempt | None) -> Handshake | None:
    """The handshake of an attempt."""
    return next((one for one in attempt.steps if isinstance(one, Handshake)), None) if attempt else None


def exchange_of(attempt: Attempt | None) -> Exchange | None:
    """The first words of an attempt."""
    return next((one for one in attempt.steps if isinstance(one, Exchange)), None) if attempt else None


def asked_for(one: Handshake | None) -> bool:
    """Whether the server asked for a client certificate, at whatever time of the connection."""
    return one is not None and (one.asked_inside or reading(one).certificate_requested)


def asked_after(one: Handshake | None) -> bool:
    """Whether the server asked for a certificate only once the handshake of TLS 1.3 was done (RFC 8446 section 4.6.2)."""
    if one is None or one.version != "TLSv1.3":
        return False
    came = [message.type for message in one.messages if not message.sent]
    return CERTIFICATE_REQUEST in came and FINISHED in came and came.index(FINISHED) < came.index(CERTIFICATE_REQUEST)


def sent(one: Handshake) -> int | None:
    """How many certificates we sent; ``None`` when we sent no Certificate message that could be seen."""
    message = next((message for message in reversed(one.messages) if message.sent and message.type == CERTIFICATE), None)
    if message is None or not message.body:
        return None
    return len(entries(message.body, VERSION_NUMBERS.get(one.version or "")))


def refusal(attempt: Attempt | None) -> Refusal | None:
    """How the server refused in this attempt, if that has, or may have, to do with the client certificate."""
    one = handshake_of(attempt)
    if one is None:
        return None
    established = one.ending.how is How.DONE
    requested = asked_for(one)
    alert = next((alert for alert in one.alerts if not alert.sent and alert.description not in (0, 90)), None)
    if alert is not None:
        return _of_alert(alert, one, established, requested)
    exchange = exchange_of(attempt)
    if exchange is not None and (page := _page(exchange) or _reply(exchange)):
        return page
    if not requested:
        return None
    if not established:
        hung_up = one.ending.how in (How.CLOSED, How.RESET) and any(not message.sent and message.type == CERTIFICATE for message in one.messages)
        return Refusal(said=Said.CLOSED, at=one) if hung_up else None
    if exchange is None:
        # Nothing was to be said, so nothing but the certificate can have made the peer hang up.
        return Refusal(said=Said.CLOSED, at=one) if one.closed_by_peer and not one.spoken else None
    if exchange.status is None and exchange.ending.how in (How.CLOSED, How.RESET) and not exchange.received:
        return Refusal(said=Said.CLOSED, at=exchange)
    if exchange.protocol == "https" and exchange.status in DENYING:
        return Refusal(said=Said.STATUS, at=exchange, status=exchange.status)
    return None


def _of_alert(alert: Alert, one: Handshake, established: bool, requested: bool) -> Refusal | None:
    number = alert.description
    named = number in ABOUT_CERTIFICATES and (requested or established or number == CERTIFICATE_REQUIRED)
    answered = requested and any(message.sent and message.type == CERTIFICATE for message in one.messages)
    if not named and not answered:
        return None
    sure = named and (number == CERTIFICATE_REQUIRED or not established)
    return Refusal(said=Said.ALERT, at=one, alert=number, missing=number == CERTIFICATE_REQUIRED, sure=sure)


def _page(exchange: Exchange) -> Refusal | None:
    if exchange.status not in DENYING:
        return None
    for text, whose, missing in PAGES:
        if text in exchange.body:
            return Refusal(said=Said.PAGE, at=exchange, status=exchange.status, words=text.decode("ascii"), whose=whose, missing=missing, sure=True)
    return None


def _reply(exchange: Exchange) -> Refusal | None:
    if exchange.protocol != "smtp" or exchange.ending.how is not How.DECLINED:
        return None
    answer = dict(exchange.fields).get("answer", "")
    for text, missing in REPLIES:
        if text in answer:
            return Refusal(said=Said.PAGE, at=exchange, status=exchange.status, words=text, whose=POSTFIX, missing=missing, sure=True)
    return None


def finished(attempt: Attempt | None) -> bool:
    """Whether an attempt got as far as it wanted, so that it tells something when it was not refused."""
    one = handshake_of(attempt)
    if one is None or one.ending.how is not How.DONE:
        return False
    exchange = exchange_of(attempt)
    return exchange is None or exchange.status is not None


def heard(attempt: Attempt | None) -> bool:
    """Whether the server said something after the handshake: many that do not accept a certificate refuse only there."""
    one = handshake_of(attempt)
    return exchange_of(attempt) is not None or (one is not None and one.spoken > 0)


class ClientAuth:
    """Everything about the client certificate at one address, read when it is asked for."""

    def __init__(self, case: "Case") -> None:
        self._case = case
        # Where calls are waited for, the certificate that is named is our own as a server.
        self.identity: Identity | None = None if case.target.listening else case.observation.identity

    @cached_property
    def attempt(self) -> Attempt | None:
        """The ordinary attempt."""
        return self._case.ordinary

    @cached_property
    def handshake(self) -> Handshake | None:
        """Its handshake."""
        return handshake_of(self.attempt)

    @cached_property
    def requested(self) -> bool:
        """Whether the server asked for a certificate in any attempt."""
        return any(asked_for(handshake_of(one)) for one in self._case.attempts)

    @cached_property
    def offered(self) -> bool:
        """Whether the ordinary attempt was made with the certificate at hand."""
        return self.attempt is not None and self.attempt.question.with_identity

    @cached_property
    def held_back(self) -> bool:
        """Whether there is a certificate that was not offered: it is outside of its dates, has no key, or is a server's where the profile refuses that."""
        if self.identity is None or self.offered:
            return False
        anyway = self._case.target.send_anyway
        return not sendable(self.identity, self._case.observation.taken_at, anyway) or (not anyway and self.serving is not None)

    @cached_property
    def serving(self) -> Found | None:
        """Why the certificate is one of a server, where the profile says that such a one cannot serve."""
        from probe.case.client_rules import serving  # whoever names no certificate needs none of it

        return serving(self._case.observation.agreement, self._case.target, self.identity) if self.identity else None

    @cached_property
    def withheld(self) -> tuple[Found, ...]:
        """The dates for which the certificate was not sent, as they were when it was looked at, whatever moment is judged."""
        if not self.held_back or self.identity is None:
            return ()
        return tuple(one for one in examine(self.identity, self._case.observation.taken_at) if one.flaw in BY_TIME and one.about == self.identity.own)

    @cached_property
    def sent(self) -> bool:
        """Whether the certificate went out in the ordinary attempt. Inside an encrypted renegotiation that is not seen, but done when it was asked for."""
        one = self.handshake
        if one is None or not self.offered or not asked_for(one):
            return False
        return bool(sent(one)) or (one.asked_inside and not reading(one).certificate_requested)

    @cached_property
    def unable(self) -> bool:
        """Whether we were asked, had a certificate to offer, and the engine answered with none: nothing that it can sign is accepted."""
        one = self.handshake
        return one is not None and self.offered and reading(one).certificate_requested and sent(one) == 0

    @cached_property
    def refusal(self) -> Refusal | None:
        """How the server refused the ordinary attempt."""
        return refusal(self.attempt)

    @cached_property
    def without(self) -> Attempt | None:
        """The attempt without the certificate: the ordinary one if none went out, else the one that was made for it."""
        return self._case.asked(WITHOUT) if self.sent else self.attempt

    @cached_property
    def required(self) -> bool | None:
        """Whether the server insists on a certificate; ``None`` when that was not found out."""
        if refused := refusal(self.without):
            # A status that comes with a certificate too says nothing about the want of one.
            if refused.said is not Said.STATUS:
                return True
            return None if not self.sent or self.refusal else True
        if not finished(self.without):
            return None
        if heard(self.without):
            return None if self.sent and (self.alike or self._redirected) else False
        # Nothing was asked. Who refuses a certificate in TLS itself goes on there with none, or would have refused.
        in_tls = self.sent and self.refusal is not None and self.refusal.said in (Said.ALERT, Said.CLOSED)
        return False if in_tls or not self.requested else None

    @cached_property
    def alike(self) -> bool:
        """Whether the server answers the same with the certificate as without, and no page: that tells nothing of either."""
        told, other = exchange_of(self.attempt), exchange_of(self.without)
        if not self.sent or told is None or told.protocol != "https" or told.status is None or told.status < REDIRECTION:
            return False
        return self.without is None or (other is not None and (told.status, _location(told)) == (other.status, _location(other)))

    @cached_property
    def _redirected(self) -> bool:
        """Whether whoever comes without a certificate is sent elsewhere: a page that says so, perhaps."""
        other = exchange_of(self.without)
        return other is not None and other.protocol == "https" and other.status is not None and REDIRECTION <= other.status < CLIENT_ERROR

    @cached_property
    def unheard(self) -> bool:
        """Whether nothing was said after the handshake, so that a server that refuses only there was not heard."""
        return finished(self.attempt) and not heard(self.attempt)

    @cached_property
    def accepted(self) -> bool | None:
        """Whether the server went on with the certificate that was sent; ``None`` when none was, or it is not known."""
        if not self.sent:
            return None
        if self.refusal:
            return None if self.refusal.said is Said.STATUS and not self.only_with else False
        if not finished(self.attempt) or self.alike:
            return None
        if heard(self.attempt):
            return True
        # Nothing was asked: only where none is refused in TLS itself does it say something that this one is not.
        refused = refusal(self.without)
        return True if refused is not None and refused.said in (Said.ALERT, Said.CLOSED) else None

    @cached_property
    def only_with(self) -> bool:
        """Whether the server refuses with the certificate what it allows without: then it is the certificate that it does not accept."""
        return self.sent and self.refusal is not None and self.required is False

    @cached_property
    def later(self) -> Attempt | None:
        """The attempt with TLS 1.2 at most, in which servers often say more."""
        return self._case.asked(TLS12)

    @cached_property
    def whole(self) -> Attempt | None:
        """The attempt in which the missing issuers were sent too."""
        return self._case.asked(WHOLE)

    @cached_property
    def completed(self) -> bool:
        """Whether it is accepted once the missing issuers are sent."""
        return self.whole is not None and refusal(self.whole) is None and finished(self.whole)

    @cached_property
    def issuers(self) -> tuple[bytes, ...]:
        """The distinguished names (DER) of the issuers that the server accepts."""
        every = (reading(found).acceptable_issuers for found in (handshake_of(one) for one in self._case.attempts) if found)
        return next((one for one in every if one), ())

    @cached_property
    def schemes(self) -> tuple[str, ...]:
        """The signatures that the server accepts of a client."""
        return reading(self.handshake).request_schemes if self.handshake else ()

    @cached_property
    def climb(self) -> Climb:
        """The issuers above the certificate, with those that are known from elsewhere: stores, the server's own chain, what was fetched."""
        if self.identity is None:
            return Climb()
        seen = self._case.observation
        stored = (one for store in (*seen.stores, *seen.compared) for one in store.certificates)
        return climb(self.identity, (*self._case.presented, *stored, *(one for _, one in self._case.fetched)))

    @cached_property
    def listing(self) -> Listing:
        """How the certificate fits the issuers that the server names."""
        return listing(self.climb, self.issuers)

    @cached_property
    def flaws(self) -> tuple[Found, ...]:
        """What stands against the certificate by itself, at the moment that is judged."""
        found = examine(self.identity, self._case.at) if self.identity else ()
        # It says more than that the usage is not the right one.
        return (*(one for one in found if one.flaw is not Flaw.EKU), self.serving) if self.serving else found

    @cached_property
    def lacking(self) -> tuple[Certificate, ...]:
        """Intermediates above the certificate that are known and not sent, without the root."""
        return tuple(one for one in self.climb.beyond if one.read.subject != one.read.issuer)

    @cached_property
    def signs(self) -> bool | None:
        """Whether the key can make a signature that the server accepts."""
        own = self.identity.own if self.identity else None
        return signs(own, self.schemes, self.handshake.version if self.handshake else None) if own else None

    @cached_property
    def after(self) -> bool:
        """Whether the server asked for the certificate only after the handshake (TLS 1.3)."""
        return asked_after(self.handshake)

    def sends(self, stack: Stack) -> bool:
        """Whether this client stack would send the certificate: some choose by the issuers that the server names, and send none if theirs is not among them.

        Some cannot be asked after the handshake.
        """
        return self.chooses(stack) and not (self.after and stack.post_handshake == NEVER)

    def chooses(self, stack: Stack) -> bool:
        """Whether this client stack would choose the certificate, once it is asked for one."""
        return stack.client_certificate != BY_LIST or self.insists(stack) or self.listing in (Listing.UNNAMED, Listing.DIRECT, Listing.ABOVE)

    def insists(self, stack: Stack) -> bool:
        """Whether the profile says of the client that it stands for, which is built on this stack, that it sends its certificate whatever issuers are named."""
        agreement = self._case.observation.agreement
        return agreement is not None and agreement.trust.stack == stack.name and agreement.client_certificate.selection == ALWAYS

    @cached_property
    def interrupted(self) -> bool:
        """Whether the ordinary attempt was cut off by us."""
        return self.handshake is not None and self.handshake.ending.local is Local.INTERRUPTED


def _location(one: Exchange) -> str:
    return next((value for name, value in one.fields if name.lower() == "location"), "")


AFTER = "after the handshake (post-handshake authentication of TLS 1.3, RFC 8446 section 4.6.2)"
BY_TIME = (Flaw.EXPIRED, Flaw.NOT_YET_VALID)
NEVER, IF_TURNED_ON = "never", "if-turned-on"
"""Whether client stacks can be asked for a certificate after the handshake of TLS 1.3."""
BY_LIST, ALWAYS = "by-issuer-list", "always"
"""How client stacks choose a certificate: only one whose issuer the server names, or the one that was configured."""
