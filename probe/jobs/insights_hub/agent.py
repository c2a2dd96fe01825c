"""An agent's certificate: made with the tenant's authority, and looked at before it is used."""

from datetime import datetime, timedelta
from pathlib import Path

from probe.capture.identity import Password
from probe.capture.new_files import SECRET, NewFile, check_new, create
from probe.case.registration import agent, compared, openssl
from probe.case.registration.authority import examine as examine_authority
from probe.case.registration.progress import VERIFIED
from probe.case.registration.proof import SKEW
from probe.case.registration.remarks import Remark, State, done, note, ok, problem, stopped
from probe.facts.certificate import is_self_issued, pem
from probe.facts.noun import noun
from probe.facts.unusable import Unusable
from probe.formats import issuing, keys
from probe.jobs.insights_hub.create import check_days, check_name
from probe.jobs.insights_hub.files import Held, held, key_beside, now, progress_of, with_key, word
from probe.jobs.insights_hub.session import Access, Session
from probe.report.procedure import Block, Procedure

DAYS = 365
FORMS = "Name a PEM or DER file with the certificate of the agent and then that of its authority."


@noun
class Agent:
    """What is wanted of an agent's certificate."""

    tenant: str
    device: str
    days: int = DAYS
    folder: Path
    authority: Path
    authority_key: Path

    @property
    def chain(self) -> Path:
        """The file with the agent's certificate and the authority."""
        return self.folder / f"{self.device}.pem"

    @property
    def key(self) -> Path:
        """The file of the agent's private key."""
        return self.folder / f"{self.device}.key"


def wanted(tenant: str, device: str, days: int, folder: Path, authority: Path, authority_key: Path | None) -> Agent:
    """Check what the user wants. Raises ``Unusable``."""
    check_name("--tenant", tenant)
    check_name("--device", device)
    check_days(days)
    return Agent(tenant=tenant, device=device, days=days, folder=folder, authority=authority, authority_key=authority_key or key_beside(authority))


def commands(one: Agent, variable: str = "") -> Procedure:
    """The same by hand."""
    lines = openssl.agent(one.device, one.days, str(one.authority_key), str(one.authority), str(one.key), str(one.chain), variable)
    return Procedure(title="The same with openssl; nothing was made.", blocks=(Block(title="Type:", text="\n".join(lines)),))


def make(one: Agent, password: Password) -> Procedure:
    """Make the agent's key, its certificate and the file with its chain. Raises ``Unusable``."""
    above, at = held(one.authority), now()
    remarks: list[Remark] = []
    found = examine_authority(above.certificates, above.keys, at, str(one.authority))
    remarks += found
    if not is_self_issued(above.own):
        says = f"{one.authority} did not sign itself: it may be an intermediate, and those are not supported when an agent is let in."
        remarks.append(note(says, "Use the registered authority itself."))
    title = f"Agent {one.device} of the tenant {one.tenant}"
    if stopped(found):
        return Procedure(title=title, remarks=(*remarks, note("Nothing was made.")))
    check_new(one.key, one.chain)
    credential = with_key(one.authority, one.authority_key, password)[1]
    if not isinstance(credential.key, issuing.Issuer):
        raise Unusable(f"The key in {one.authority_key} is of a kind with which no certificate is signed here.", "Use an authority with an RSA key.")
    begin, end, shortened = _dates(one, above, at)
    key = issuing.new_key()
    try:
        certificate = issuing.agent(one.device, key, credential.chain[0], credential.key, begin, end)
    except (ValueError, OverflowError):
        raise Unusable("No certificate can be made with this name and validity.", "Write other values.") from None
    # Without a word around the certificates: small devices read this file.
    chain = (pem(certificate) + pem(above.own)).encode()
    create(NewFile(path=one.key, data=issuing.key_pem(key), mode=SECRET), NewFile(path=one.chain, data=chain))
    remarks.append(done("Made a private key, RSA with 2048 bits, and a certificate signed directly by the authority."))
    if shortened:
        remarks.append(note(f"It ends on {end:%Y-%m-%d}, with its authority, though --days says more."))
    remarks += _registered(above)
    with_key(one.chain, one.key, Password())
    remarks += agent.examine(held(one.chain, FORMS).certificates, above.own, now(), one.tenant)
    remarks.append(
        note("Nothing was sent anywhere.", f"Try it: probe insights-hub agent connect {word(one.chain)} --key {word(one.key)} --tenant {one.tenant}")
    )
    return Procedure(title=title, remarks=tuple(remarks), files=(str(one.key), str(one.chain)))


def check(
    path: Path,
    *,
    key: Path | None = None,
    authority: Path | None = None,
    tenant: str = "",
    client_id: str = "",
    password: Password | None = None,
    access: Access | None = None,
) -> Procedure:
    """Look at the file that an agent sends its certificates from. With ``access`` the API is asked whether the authority is registered and verified.

    Raises ``Unusable`` for files that cannot be used.
    """
    if tenant:
        check_name("--tenant", tenant)
    title = f"Certificate of the agent in {path}"
    remarks = list(examined(path, key=key, authority=authority, tenant=tenant, client_id=client_id, password=password))
    if access is None:
        return Procedure(title=title, remarks=tuple(remarks))
    if authority is None:
        raise Unusable("To ask whether the authority is registered, its certificate is needed.", "Name it with --ca FILE.")
    return _online(title, remarks, authority, access)


def examined(
    path: Path, *, key: Path | None = None, authority: Path | None = None, tenant: str = "", client_id: str = "", password: Password | None = None
) -> tuple[Remark, ...]:
    """What can be said of an agent's file without a network. Raises ``Unusable``."""
    found = held(path, FORMS)
    above = held(authority) if authority else None
    remarks: list[Remark] = []
    if above is not None:
        judged = examine_authority(above.certificates, above.keys, now(), str(authority))
        remarks += [one for one in judged if one.state is not State.OK]
        remarks += _registered(above)
    remarks += agent.examine(found.certificates, above.own if above else None, now(), tenant, client_id)
    place = key or (path if found.keys else None)
    if place is None:
        remarks.append(note("Whether the private key fits was not looked at.", "Name the key with --key FILE."))
    else:
        identity, credential = with_key(path, place, password or Password())
        kind = keys.described(credential.key)
        if identity.own == agent.own_of(found.certificates, above.own if above else None):
            remarks.append(ok(f"The private key in {place} belongs to the agent's certificate ({kind})."))
        else:
            says = f"The private key in {place} ({kind}) belongs to another certificate of {path}, not to the agent's: perhaps it is the authority's."
            remarks.append(problem(says, "Name the agent's own key. The authority's stays where it is, and is never put on a device."))
        remarks += [note(one) for one in identity.notes if "Not sent" in one]
    return tuple(remarks)


def _dates(one: Agent, above: Held, at: datetime) -> tuple[datetime, datetime, bool]:
    """When the certificate begins and ends, and whether the authority's end cut it short."""
    read = above.own.read
    begin = max(at - timedelta(seconds=SKEW), read.not_before or at)
    end = begin + timedelta(days=one.days)
    if read.not_after and end > read.not_after:
        return begin, read.not_after, True
    return begin, end, False


def _registered(above: Held) -> list[Remark]:
    """What the file beside the authority says of its registration."""
    remarks: list[Remark] = []
    progress = progress_of(above, remarks)
    for one in progress.registered:
        if one.stage == VERIFIED:
            remarks.append(ok(f"The authority is verified at {one.gateway} (id {one.id}), as noted when that was done."))
        else:
            says = f"The authority is not verified at {one.gateway} yet, as far as is noted here; no agent is let in by it until it is."
            remarks.append(note(says, f"probe insights-hub ca verify {word(above.path)}"))
    if not progress.registered:
        remarks.append(note("Whether the authority is registered and verified is not known here.", "probe insights-hub ca list --ca FILE"))
    return remarks


def _online(title: str, remarks: list[Remark], authority: Path, access: Access) -> Procedure:
    session = Session(title, access)
    session.remarks[:0] = remarks
    if not session.open(authority) or session.token_ended():
        return session.procedure()
    every = session.api.authorities()
    if every is None or session.authority is None:
        return session.procedure()
    there = session.find(every)
    if there is None:
        session.remarks.append(
            problem("The authority is not among those of the tenant: no agent is let in by it.", f"probe insights-hub ca upload {word(authority)}")
        )
        return session.procedure()
    session.remarks += compared.told(there, session.authority.own)
    if there.verified is False:
        session.remarks.append(problem("The authority is not verified: no agent is let in by it.", f"probe insights-hub ca verify {word(authority)}"))
    return session.procedure()
