"""The proof of possession: the registration code, a certificate with it signed by the authority, and the answer that it is verified."""

from datetime import timedelta
from pathlib import Path

from probe.capture.identity import Password
from probe.case.registration import compared, openssl, requests
from probe.case.registration.authority import common_name
from probe.case.registration.progress import VERIFIED
from probe.case.registration.proof import DAYS, SKEW, examine, unusable_code
from probe.case.registration.remarks import done, note, problem, stopped, unknown
from probe.facts.certificate import Certificate
from probe.facts.registration import Listed
from probe.facts.unusable import Unusable
from probe.formats import issuing
from probe.jobs.insights_hub.files import held, is_there, key_beside, now, with_key, word
from probe.jobs.insights_hub.session import Access, Session
from probe.jobs.insights_hub.shown import shown
from probe.report.procedure import Block, Procedure
from probe.tls.credential import Credential

TITLE = "Proving that the key of the authority is at hand"
FORMS = "Name a PEM or DER file with the verification certificate."


def verify(
    path: Path,
    access: Access,
    *,
    key: Path | None = None,
    password: Password | None = None,
    certificate: Path | None = None,
    identifier: str = "",
    dry_run: bool = False,
) -> Procedure:
    """Verify the authority in ``path``. Its key is in ``key`` or beside it; ``certificate`` is a verification certificate that was made elsewhere.

    Raises ``Unusable`` for files that cannot be used.
    """
    session = Session(TITLE, access)
    good = session.open(path)
    if not good or session.authority is None:
        session.remarks.append(note("Nothing was sent."))
        return session.procedure()
    given = held(certificate, FORMS).own if certificate else None
    if dry_run:
        return _shown(session, identifier, given)
    credential = None if given else _credential(path, key, password or Password())
    if session.token_ended():
        return session.procedure()
    session.ready_to_keep()
    every = session.api.authorities()
    if every is None:
        return session.procedure()
    there = session.find(every, identifier)
    if there is None:
        if not stopped(session.remarks):
            which = f"There is no authority with the id {identifier}." if identifier else "The authority is not among those of the tenant."
            step = f"See probe insights-hub ca list, or upload it: probe insights-hub ca upload {word(path)}"
            session.remarks.append(problem(f"{which} Nothing was sent.", step))
        return session.procedure()
    found = compared.told(there, session.authority.own)
    session.remarks += found
    if stopped(found):
        session.remarks.append(note("Nothing was sent."))
        return session.procedure()
    if there.verified:
        session.reached(VERIFIED, there.name, there.id)
        session.remarks.append(done("It is verified already; nothing was sent."))
        return session.procedure()
    return _proven(session, there, every, given, credential)


def commands(path: Path, key: Path | None, variable: str = "") -> Procedure:
    """The same by hand."""
    text = "\n".join(openssl.proof(str(key or key_beside(path)), str(path), DAYS, variable))
    after = f"probe insights-hub ca verify {word(path)} --certificate verificationCert.pem"
    blocks = (Block(title="Type:", text=text), Block(title="Then:", text=after))
    return Procedure(title="The verification certificate with openssl; nothing was made or sent.", blocks=blocks)


def _credential(path: Path, key: Path | None, password: Password) -> Credential | None:
    """The authority's key, ``None`` when it is not on this machine. Raises ``Unusable``."""
    place = key or key_beside(path)
    if key is None and not is_there(place):
        return None
    credential = with_key(path, place, password)[1]
    if not isinstance(credential.key, issuing.Issuer):
        raise Unusable(f"The key in {place} is of a kind with which no certificate is signed here.", "Use an authority with an RSA key of 2048 bits.")
    return credential


def _shown(session: Session, identifier: str, given: Certificate | None) -> Procedure:
    place, token = session.access.place, session.access.token
    name = identifier or (session.known.id if session.known else "") or requests.PLACE
    wanted = (
        requests.listing(place.registration, place.prefix),
        *requests.codes(place.registration, place.prefix, name),
        requests.verify(place.registration, place.prefix, name, given),
    )
    says = "Nothing was sent: these are the requests. A second spelling of the code's path is only tried when the first is not known there."
    session.remarks.append(note(says))
    if given is None:
        session.remarks.append(note("The verification certificate is made when the registration code is known."))
    return session.procedure(*(shown(one, place, token) for one in wanted))


def _proven(session: Session, there: Listed, every: tuple[Listed, ...], given: Certificate | None, credential: Credential | None) -> Procedure:
    if session.authority is None:
        return session.procedure()
    code = session.api.code(there.id)
    if code is None:
        return session.procedure()
    if why := unusable_code(code):
        session.remarks.append(problem(f"The registration code cannot become the CN of a certificate: {why}.", "Ask the support of Insights Hub."))
        return session.procedure()
    if given is None and credential is None:
        return _without_key(session, code)
    if trouble := session.api.clock_trouble():
        session.remarks.append(trouble)
        return session.procedure()
    proof = given or _made(session.authority.own, credential, code)
    days = session.access.place.registration.verification_max_days
    found = examine(proof, code, session.authority.own, now(), days)
    session.remarks += found
    if stopped(found):
        _name_owner(session, there, every, common_name(proof), code)
        session.remarks.append(note("The verification certificate was not sent."))
        return session.procedure()
    return _sent(session, there, proof)


def _made(authority: Certificate, credential: Credential | None, code: str) -> Certificate:
    """Sign the code. Its own key is thrown away: nobody needs it, and it never leaves this process."""
    if credential is None or not isinstance(credential.key, issuing.Issuer):
        raise ValueError("there is no key to sign with")
    begin = now() - timedelta(seconds=SKEW)
    # A certificate that begins before its authority is refused by verifiers that compare the two.
    begin = max(begin, authority.read.not_before or begin)
    return issuing.proof(code, credential.chain[0], credential.key, begin, DAYS)


def _name_owner(session: Session, there: Listed, every: tuple[Listed, ...], name: str, code: str) -> None:
    """When the CN is not this authority's code: is it that of another one of the tenant?"""
    if not name or name == code:
        return
    told = len(session.remarks)
    for other in every:
        found = session.api.code(other.id) if other.id != there.id else None
        # What goes wrong with the others' codes is not what the user has to mend.
        del session.remarks[told:]
        if found == name:
            says = f"The CN is the registration code of another authority: {compared.described(other, now())}."
            session.remarks.append(problem(says, "Each authority has its own code: make the certificate with the code of this one, or verify the other."))
            return


def _without_key(session: Session, code: str) -> Procedure:
    path = session.authority.path if session.authority else Path("ca.pem")
    says = f"The key of the authority is not on this machine ({key_beside(path)} does not exist), so nothing could be signed. The code is shown below."
    then = f"probe insights-hub ca verify {word(path)} --certificate verificationCert.pem"
    session.remarks.append(unknown(says, f"Make the certificate where the key is, and then: {then}. Or name the key with --key."))
    text = "\n".join(openssl.proof(key_beside(path).name, path.name, DAYS, code=code))
    blocks = (Block(title="The registration code of this authority:", text=code), Block(title="With openssl, where the key is:", text=text))
    return session.procedure(*blocks)


def _sent(session: Session, there: Listed, proof: Certificate) -> Procedure:
    if session.authority is None:
        return session.procedure()
    answer = session.api.verify(there.id, proof)
    if answer is None:
        return session.procedure()
    if answer.id != there.id:
        session.remarks.append(problem(f"The answer is about another authority (id {answer.id}).", "See probe insights-hub ca list."))
        return session.procedure()
    found = compared.told(answer, session.authority.own)
    session.remarks += found
    if answer.verified is not True:
        says = "The verification certificate was taken, but the answer does not say that the authority is verified."
        session.remarks.append(unknown(says, "See probe insights-hub ca list, and run this command again if it is not."))
        return session.procedure()
    if stopped(found):
        return session.procedure()
    session.reached(VERIFIED, there.name, there.id)
    session.remarks.append(done("It is verified: agents with certificates that it signed are let in.", "probe insights-hub agent create"))
    return session.procedure()
