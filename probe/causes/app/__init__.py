"""The first words after TLS: does the service itself answer?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.exchange:
        return None
    if not case.target.app or (case.ordinary and not case.ordinary.question.app):
        return "The service behind TLS was not asked (--no-app)."
    if not case.established:
        return "The service behind TLS was not asked, because TLS did not get that far."
    scheme = "plain tls" if case.target.protocol == "tls" else case.target.protocol
    return f"The service behind TLS was not asked; for a {scheme}:// target nothing is known to ask."
