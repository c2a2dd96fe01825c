"""An agent's certificate: does it fit the registered authority, the chain that the client sends, and the client ID? Pure.

Certificates as the documented commands make them, of version 1 and without extensions, are as they should be.
"""

from datetime import datetime

from probe.case.registration.authority import common_name, dated, hashed
from probe.case.registration.remarks import Remark, note, ok, problem, unknown
from probe.case.signature import Signed, signed_by
from probe.facts.certificate import Certificate, is_self_issued, title

CLIENT_ID_LIMIT = 128
"""Characters of a client ID (AWS IoT Core quotas, which the broker stands on)."""


def client_id(tenant: str, certificate: Certificate) -> str:
    """The client ID that goes with a certificate in Europe 1 and private clouds: the tenant, an underscore, the CN."""
    return f"{tenant}_{common_name(certificate)}"


def examine(certificates: tuple[Certificate, ...], authority: Certificate | None, at: datetime, tenant: str = "", wanted_id: str = "") -> tuple[Remark, ...]:
    """Everything that can be said of the file that an agent sends its certificates from. ``authority`` is the registered one, ``None`` when it was not named.

    ``certificates`` are not empty and in the order of the file. ``wanted_id`` is the client ID that the agent uses ("": not known).
    """
    own = own_of(certificates, authority)
    found = [*_issued(own, certificates, authority), *dated(own, at, "The agent's certificate"), *hashed(own, "The agent's certificate"), *_made(own)]
    found += _chain(own, certificates, authority)
    if authority is not None:
        found += _outlives(own, authority)
    return (*found, *_named(own, tenant, wanted_id))


def own_of(certificates: tuple[Certificate, ...], authority: Certificate | None = None) -> Certificate:
    """The agent's own certificate: the first that is not an authority's."""
    return next((one for one in certificates if one != authority and not one.read.is_ca and not is_self_issued(one)), certificates[0])


def _issued(own: Certificate, certificates: tuple[Certificate, ...], authority: Certificate | None) -> list[Remark]:
    read = own.read
    if authority is None:
        above = next((one for one in certificates if one != own and signed_by(own, one) is Signed.GOOD), None)
        if above is None:
            return [note("Whether the registered authority signed it is not known.", "Name the authority with --ca FILE.")]
        if is_self_issued(above):
            return [ok(f'"{title(own)}" is signed by "{title(above)}" of the same file. Whether that is the registered authority is not known.')]
        return [_intermediate(own, above)]
    if own == authority:
        return [problem("The first certificate is the authority itself: that is no agent's certificate.", "Name the agent's certificate.")]
    signed = signed_by(own, authority)
    if signed is Signed.GOOD and read.issuer and authority.read.subject and read.issuer.key == authority.read.subject.key:
        return [ok(f'"{title(own)}" is signed directly by the authority "{title(authority)}".')]
    if signed is Signed.GOOD:
        return [problem("The authority's key signed it, but under another name.", "Issue it again with the certificate of the registered authority.")]
    if signed is Signed.UNKNOWN:
        return [note("Whether the authority signed it cannot be checked here.")]
    issuer = read.issuer.text if read.issuer else ""
    if read.issuer and authority.read.subject and read.issuer.key == authority.read.subject.key:
        says = f'Its issuer has the name of the authority "{title(authority)}", but another key signed it: the authority was made anew, or is another one.'
        return [problem(says, "Name the authority that signed it with --ca, and see which one is registered: probe insights-hub ca list.")]
    below = next((one for one in certificates if one not in (own, authority) and signed_by(own, one) is Signed.GOOD), None)
    if below is not None:
        return [_intermediate(own, below)]
    return [problem(f'Its issuer is "{issuer}", not the authority "{title(authority)}".', "Issue it with the key of the registered authority.")]


def _intermediate(own: Certificate, issuer: Certificate) -> Remark:
    says = (
        f'"{title(own)}" is signed by the intermediate "{title(issuer)}". Intermediates are not supported when an agent is let in: '
        "the registered authority must have signed the agent's certificate itself."
    )
    return problem(says, "Issue it with the key of the registered authority, or register the authority that signed it.")


def _made(own: Certificate) -> list[Remark]:
    read = own.read
    found: list[Remark] = []
    if read.read_by != "cryptography":
        found.append(problem(f"A strict reader refuses it: {'; '.join(read.faults[:2])}.", "Issue it again."))
    if read.version == 1:
        found.append(ok("It is of version 1, without extensions, as the documented commands make it."))
    if read.is_ca:
        found.append(problem("It is made for an authority (CA:TRUE), not for an agent.", "Issue one that is no authority."))
    if read.extended_key_usage is not None and "clientAuth" not in read.extended_key_usage and "anyExtendedKeyUsage" not in read.extended_key_usage:
        found.append(note("Its extendedKeyUsage does not have clientAuth. Whether the broker looks at that is not verified; many servers refuse it."))
    if read.key and read.key.kind != "RSA":
        found.append(note(f"Its key is {read.key.kind}; the documentation uses RSA with 2048 bits. Others are not verified."))
    elif read.key and (read.key.bits or 0) < 2048:
        found.append(note(f"Its RSA key has {read.key.bits} bits; the documentation uses 2048. Whether fewer are taken is not verified."))
    return found


def _chain(own: Certificate, certificates: tuple[Certificate, ...], authority: Certificate | None) -> list[Remark]:
    """What the client sends: its own certificate, then the authority, nothing else. At the first connection the broker needs the authority with it."""
    step = "Put the agent's certificate and the authority into one file, in this order: cat agent.pem ca.pem > chain.pem"
    top = authority or next((one for one in certificates if one != own and signed_by(own, one) is Signed.GOOD), None)
    if certificates[0] != own:
        return [problem("The agent's certificate is not the first in the file, and most programs send the first as their own.", step)]
    if top is own or (top is None and len(certificates) > 1):
        return []
    if top is None or top not in certificates:
        says = "The authority is not in the file. At the first connection it must be sent with the certificate; an agent that was let in before may do without."
        return [unknown(says, step)]
    if certificates == (own, top):
        return [ok("The file holds the agent's certificate and then the authority, as they are sent.")]
    says = f"The file holds {len(certificates)} certificates; documented are the agent's and then the authority's. Whether others are taken is not verified."
    return [unknown(says, step)]


def _outlives(own: Certificate, authority: Certificate) -> list[Remark]:
    mine, above = own.read.not_after, authority.read.not_after
    if mine and above and mine > above:
        return [note(f"It ends after its authority, which is valid until {above:%Y-%m-%d}: with that it ends too.")]
    return []


def _named(own: Certificate, tenant: str, wanted: str) -> list[Remark]:
    name = common_name(own)
    if not name:
        return [problem("It has no CN, of which the client ID is made.", "Issue it again with the device's name as CN.")]
    if not tenant:
        says = f'Its CN is "{name}". The client ID is the tenant, an underscore and this name.'
        if wanted and wanted != name and not wanted.endswith(f"_{name}"):
            return [problem(f'{says} "{wanted}" is not.', "Use the right client ID, or issue it again.")]
        return [ok(says)]
    fitting = client_id(tenant, own)
    found: list[Remark] = []
    if len(fitting) > CLIENT_ID_LIMIT:
        found.append(note(f"The client ID has {len(fitting)} characters; AWS IoT takes {CLIENT_ID_LIMIT}. Whether that holds here is not verified."))
    if name.startswith(f"{tenant}_"):
        found.append(note(f'Its CN already begins with the tenant, so that the client ID becomes "{fitting}". Usually the CN is the name of the device alone.'))
    if not wanted or wanted == fitting:
        return [*found, ok(f'The client ID that goes with it is "{fitting}" (Europe 1 and private clouds).')]
    if wanted == name:
        says = f'The client ID "{wanted}" is the CN alone; that stood in older documents for Europe 2. In Europe 1 and private clouds it is "{fitting}".'
        return [*found, note(says)]
    return [*found, problem(f'The client ID "{wanted}" does not go with it: the broker expects "{fitting}".', "Let the agent use that one, or issue it again.")]
