"""A certificate in the files has expired.

A newer one of the same name may already be among the files; then the old one is only left over. Where it is an authority's, clients differ: Java takes an
expired certificate as a trust anchor, OpenSSL does not.

Clients say: OpenSSL "certificate has expired", Java "CertificateExpiredException: NotAfter: ...", browsers NET::ERR_CERT_DATE_INVALID,
NEXUSe2e "Certificate has expired".
"""

from probe.case.case import Case
from probe.causes.file_dates import commands, outlived
from probe.causes.shown import Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate in the files has expired",
    owner=Owner.USER,
    actions=("get-current-certificate",),
    references=("RFC 5280 section 4.1.2.5",),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL prints the dates."""
    return commands(case, finding, "notAfter lies before the day that counts.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Certificates whose time is over."""
    return outlived(case, case.files.expired, "expired on", lambda one: one.read.not_after)
