"""Waiting for somebody's call: from what the user typed to an observation of the calls that came."""

from dataclasses import replace
from ipaddress import ip_address

from OpenSSL import SSL

from probe import VERSION
from probe.capture.clock import Clock
from probe.capture.identity import Password, Prompt, load
from probe.capture.listen import Door, Heed, Reception
from probe.capture.run import drive
from probe.capture.store_password import StorePassword
from probe.capture.stores import Loaded, relevant
from probe.capture.stores import load as load_store
from probe.capture.vantage import vantage
from probe.case.names import compare
from probe.facts.certificate import Certificate
from probe.facts.identity import Identity
from probe.facts.listening import OFF, REQUESTS, Listening
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.facts.unusable import Unusable
from probe.jobs.check import libraries
from probe.jobs.listen_profile import Expected, ProfileWishes, expected
from probe.jobs.pin import pinned
from probe.jobs.target import reference
from probe.tls.answering import answer_with
from probe.tls.credential import Credential
from probe.tls.messages import from_caller
from probe.tls.temporary import temporary

LONGEST = 7 * 24 * 3600.0
MOST_CALLS = 100
ISSUERS = 200
"""Authorities of ``--trust`` that are named to a caller at most; a list of names that is longer than some clients read helps nobody."""
NAMELESS = "listener.invalid"
"""What a machine is called whose own name is none (RFC 2606 section 2)."""
PUBLIC = ("certifi", "system")
ASIDE = ("none", *PUBLIC)


@noun
class Wishes:
    """What the options of ``listen`` say, as typed."""

    address: str | None = None
    cert: str | None = None
    key: str | None = None
    password_env: str | None = None
    name: str | None = None
    request: str = OFF
    trust: tuple[str, ...] = ()
    trust_password_env: str = ""
    calls: int = 1
    timeout: float = 300.0
    status: int = 200
    uploaded: str | None = None
    profile: ProfileWishes = ProfileWishes()


class Listener:
    """A port that is open from construction until ``wait`` returns, or ``close``. ``target`` says what was asked for, ``served`` what callers are shown.

    ``notes`` are remarks for whoever started it. Raises ``Unusable`` for anything that cannot be used.
    """

    def __init__(self, port: int, wishes: Wishes, prompt: Prompt | None = None) -> None:
        listening = _listening(port, wishes)
        self.clock = Clock()
        self.expected = expected(wishes.profile, named=wishes.name is not None, request=wishes.request)
        if self.expected is not None:
            wishes = _overlaid(wishes, self.expected)
            listening = replace(listening, named=wishes.name is not None)
        named = reference(wishes.name)
        self.served, credential = self._own(wishes, named, prompt)
        host = named or _own_name(self.served)
        self.trusted = tuple(load_store(one, StorePassword(wishes.trust_password_env, prompt)) for one in wishes.trust)
        context, said = _context(credential, wishes.request, self.trusted, self.served)
        self.notes = (*self.served.notes, *((f"OpenSSL serves this certificate only at its lowest security level: {said}.",) if said else ()))
        if wishes.cert is not None and named and self.served.own and not compare(host, self.served.own).matches:
            said = "--name" if self.expected is None else "--name, or the profile"
            self.notes += (f"The certificate in {wishes.cert} is not for {host} ({said}): callers that use this name will refuse it.",)
        self.notes += self.expected.notes if self.expected else ()
        pins = tuple(one for one in (pinned(wishes.uploaded),) if one) or (self.expected.pins if self.expected else ())
        self._door = Door(listening.address, port)
        self._context = context
        self.target = Target(
            spelled=str(port),
            protocol="https",
            host=host,
            port=self._door.port,
            name=host,
            sni=None,
            trust=wishes.trust or ("none",),
            timeout=wishes.timeout,
            fetch=False,
            pin=pins[0] if pins else None,
            also_pins=pins[1:],
            cert=wishes.cert or "",
            key=wishes.key or "",
            listening=listening,
            profile=wishes.profile.profile or "",
            env=self.expected.agreement.environment if self.expected else "",
            endpoint=self.expected.agreement.endpoint.name if self.expected else "",
            variables=self.expected.variables if self.expected else (),
        )

    def _own(self, wishes: Wishes, named: str | None, prompt: Prompt | None) -> tuple[Identity, Credential]:
        if wishes.cert is None:
            made = temporary(named or _this_machine(), self.clock.taken_at)
            return Identity(source="", certificates=_certificates(made), keys=1, key="EC P-256", fits=True), made
        identity, credential = load(wishes.cert, wishes.key or "", password=Password(wishes.password_env or "", prompt))
        if credential is None:
            raise Unusable(f"{wishes.cert} holds no private key, without which nothing can be answered.", "Name the key with --key FILE.")
        # What is sent, which is not always all that the file holds.
        return replace(identity, certificates=_certificates(credential)), credential

    def close(self) -> None:
        """Close the port."""
        self._door.close()

    def wait(self) -> Observation:
        """Wait until enough calls have come, the time is up, or Ctrl-C; give what was seen."""
        listening = self.target.listening or Listening()
        # The time counts from when callers can come, not from when the files were read.
        self.clock = clock = Clock()
        reception = Reception(self._door, self._context, Heed(calls=listening.calls, status=listening.status), clock)
        try:
            unfinished = drive(reception.run, self.target.timeout)
        finally:
            self.close()
        return self._seen(reception, clock, unfinished)

    def _seen(self, reception: Reception, clock: Clock, unfinished: str) -> Observation:
        theirs = tuple(dict.fromkeys(Certificate(der=der) for one in reception.calls if one.handshake for der in from_caller(one.handshake)))
        return Observation(
            probe=VERSION,
            libraries=libraries(),
            taken_at=clock.taken_at,
            took=clock.now(),
            vantage=vantage(),
            target=self.target,
            # A caller may lack an intermediate that we send ourselves: then only its issuer's name leads to the root.
            stores=tuple(relevant(one, (*theirs, *self.served.certificates)) for one in self.trusted),
            compared=_public(self.served.certificates),
            unfinished=unfinished,
            calls=reception.calls,
            served=self.served,
            passed_over=reception.passed_over,
            agreement=self.expected.agreement if self.expected else None,
        )


def _overlaid(wishes: Wishes, found: Expected) -> Wishes:
    """What the user did not say is as the profile says."""
    return replace(wishes, name=wishes.name or found.name or None, trust=wishes.trust or found.trust)


def _listening(port: int, wishes: Wishes) -> Listening:
    """Check what needs no file. Raises ``Unusable``."""
    if not 0 <= port <= 65535:
        raise Unusable(f"{port} is no port.", "Write a number from 1 to 65535, or 0 for any port that is free.")
    if wishes.request not in REQUESTS:
        raise Unusable(f"--request-client-cert {wishes.request!r} cannot be used.", f"Write {', '.join(REQUESTS[:-1])} or {REQUESTS[-1]}.")
    if not 1 <= wishes.calls <= MOST_CALLS:
        raise Unusable(f"--calls {wishes.calls} cannot be used.", f"Write a number from 1 to {MOST_CALLS}.")
    if not 0.1 <= wishes.timeout <= LONGEST:
        raise Unusable(f"--timeout {wishes.timeout:g} cannot be used.", f"Write seconds from 0.1 to {LONGEST:.0f}, which is a week.")
    if not 200 <= wishes.status <= 599:
        raise Unusable(f"--answer {wishes.status} cannot be used.", "Write the status of a final HTTP answer, from 200 to 599.")
    if wishes.cert == "":
        raise Unusable("--cert is empty.", "Name the file with the certificate that callers are to be shown.")
    given = next((option for option, value in (("--key", wishes.key), ("--password-env", wishes.password_env)) if value is not None), "")
    if given and wishes.cert is None:
        raise Unusable(f"{given} belongs to a certificate, and none is named.", "Name it with --cert FILE.")
    if wishes.trust and wishes.request == OFF:
        raise Unusable("--trust is for the caller's certificate, and no caller is asked for one.", "Add --request-client-cert optional (or required).")
    return Listening(
        address=_address(wishes.address),
        request=wishes.request,
        calls=wishes.calls,
        status=wishes.status,
        temporary=wishes.cert is None,
        named=wishes.name is not None,
    )


def _address(text: str | None) -> str:
    if text is None:
        return ""
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        raise Unusable(f"--address {text!r} is no IP address.", "Write one of this machine's addresses, such as 127.0.0.1, or leave it out for all.") from None
    return "" if found.is_unspecified and found.version == 6 else text.strip("[]")


def _context(credential: Credential, request: str, trusted: tuple[Loaded, ...], served: Identity) -> tuple[SSL.Context, str]:
    # A whole list of public authorities names nobody in particular: then none is named.
    named = tuple(one.der for store in trusted if store.kind not in ASIDE for one in store.certificates)
    try:
        return answer_with(credential, request, named if len(named) <= ISSUERS else ())
    except ValueError as error:
        raise Unusable(f"The TLS library cannot serve the certificate in {served.source}: {error}.", "Try another certificate, or openssl s_server.") from None


def _certificates(credential: Credential) -> tuple[Certificate, ...]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return tuple(Certificate(der=one.public_bytes(Encoding.DER)) for one in credential.chain)


def _own_name(served: Identity) -> str:
    """The name in the certificate under which a caller would expect it."""
    own = served.own
    names = (*own.read.dns_names, *own.read.ip_addresses) if own else ()
    for one in names:
        plain = f"www{one[1:]}" if one.startswith("*.") else one
        try:
            return reference(plain) or plain
        except Unusable:
            continue
    return _this_machine()


def _this_machine() -> str:
    try:
        return reference(vantage().host) or NAMELESS
    except Unusable:
        return NAMELESS


def _public(certificates: tuple[Certificate, ...]) -> tuple[TrustStore, ...]:
    """What public lists, and this machine, hold of the chain that is served: whether its root is one that callers may know."""
    found = []
    for source in PUBLIC:
        try:
            found.append(replace(relevant(load_store(source), certificates), skipped=(), refused=()))
        except Unusable:
            continue
    return tuple(found)
