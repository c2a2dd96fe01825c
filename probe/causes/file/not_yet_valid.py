"""A certificate in the files is not valid yet.

It was issued for a later day, or the clock of this machine is slow. It can be handed over already; it cannot be used before that day.

Clients say: OpenSSL "certificate is not yet valid", Java "CertificateNotYetValidException: NotBefore: ...", NEXUSe2e "Certificate not valid yet".
"""

from probe.case.case import Case
from probe.causes.file_dates import commands, outlived
from probe.causes.shown import Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="A certificate in the files is not valid yet",
    owner=Owner.USER,
    actions=("wait-for-certificate",),
    references=("RFC 5280 section 4.1.2.5",),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL prints the dates."""
    return commands(case, finding, "notBefore lies behind the day that counts.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Certificates whose time has not come."""
    return outlived(case, case.files.early, "is valid only from", lambda one: one.read.not_before)
