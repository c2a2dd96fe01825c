"""The TLSA records expect another certificate.

TLSA records in DNS say which certificate, key or authority a server shows (DANE). Nobody looks at them but programs that
were made for it, above all mail servers that deliver to each other; those refuse what does not fit. The usual reason is a
renewed certificate whose record was not renewed with it, and before it, by at least the record's time to live.

Records count only where DNSSEC vouches for them. Whether it does was asked of a DNS server, which says so with a flag (AD);
that is its word, and a proof only for who trusts this server and the way to it.

Clients say: Postfix "Server certificate not verified" and "TLSA records: no matching", Exim "(dane): certificate
verification failed", OpenSSL "no matching DANE TLSA records"; browsers, Java and curl nothing.
"""

import shlex

from probe.case.case import Case
from probe.causes.dns import unasked
from probe.causes.dns.caa import NO_CERTIFICATE, dig
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import fingerprint

CAUSE = Cause(
    title="The TLSA records expect another certificate",
    owner=Owner.DNS,
    actions=("renew-tlsa",),
    references=("RFC 6698 section 2.1", "RFC 7671 sections 5 and 8", "RFC 7672 section 2.2"),
)
needs = unasked
SHOWN = 6


def judge(case: Case) -> Finding | NotObserved | None:
    """None of the records that mean something fits what was sent."""
    if not any(one.type == "TLSA" and one.records for one in case.observation.lookups):
        return None
    from probe.case.tlsa import SELECTORS, USAGES, Fits, expected, spelled  # few names have such records

    if case.leaf is None:
        return NotObserved(why=NO_CERTIFICATE)
    found = expected(case)
    if found is None or found.met is not False:
        return None
    unsent = any(fits is Fits.NOT_SENT for _, fits in found.usable)
    what = "The authority that they name is not sent, and clients of DANE look for it there." if unsent else "None of them fits what was sent."
    vouched = "the DNS server says that DNSSEC vouches for them" if found.authentic else "nothing said that DNSSEC vouches for them, so clients take no notice"
    how = {Fits.NOT_SENT: "names an authority that is not sent"}
    seen = tuple(
        Evidence(says=f"Record {spelled(one)} ({USAGES[one.usage]}, {SELECTORS[one.selector]}) {how.get(fits, 'does not fit')}.", at=case.pointer(found.lookup))
        for one, fits in found.usable[:SHOWN]
    )
    sent = Evidence(says=f"The server's own certificate has the SHA-256 {fingerprint(case.leaf)}.", at=case.where(case.leaf))
    return Finding(
        effect=Effect.RISKS if found.authentic else Effect.NOTE,
        # That they do not fit is plain; that somebody counts them rests on a flag.
        certainty=Certainty.LIKELY,
        summary=f"The TLSA records of {found.lookup.name} expect another certificate than the server shows. {what} Whether they count: {vouched}.",
        about=(case.leaf,),
        evidence=(*seen, sent),
        values=(("record", found.lookup.name),),
    )


def shown_by(case: Case, _finding: Finding) -> Shown:
    """OpenSSL, told the records, looks for one that fits."""
    from probe.case.tlsa import expected

    found = expected(case)
    if found is None:
        return Shown(why_not="There are no TLSA records to compare with.")
    records = " ".join(f'-dane_tlsa_rrdata "{one.usage} {one.selector} {one.matching} {one.data.hex()}"' for one, _ in found.usable[:SHOWN])
    domain = shlex.quote(case.target.host)
    connect = f"openssl s_client -brief -connect {{peer}} {{sni}} {{verify}} -dane_tlsa_domain {domain} {records} </dev/null"
    return Shown(commands=(dig(found.lookup), connect), shows='dig prints the records, and OpenSSL "no matching DANE TLSA records".')


SHOWN_BY = shown_by
