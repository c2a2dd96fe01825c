"""The first words after TLS: does the service itself answer?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.exchange or any(one.question.level for one in case.attempts):
        return None
    if not case.target.app or (case.ordinary and not case.ordinary.question.app):
        return "The service behind TLS was not asked (--no-app)."
    if not case.established:
        return "The service behind TLS was not asked, because TLS did not get that far."
    if case.target.protocol == "mqtts":
        from probe.case.broker import why_not  # few checks call a broker

        return why_not(case)
    scheme = "plain tls" if case.target.protocol == "tls" else case.target.protocol
    return f"The service behind TLS was not asked; for a {scheme}:// target nothing is known to ask."


def silent(case: Case) -> tuple[str, ...]:
    """Only a broker can refuse a CONNECT, and only a directory a bind."""
    spared = () if case.target.protocol in ("ldaps", "ldap") else ("ldap",)
    return spared if case.target.calling else ("mqtt_refused", *spared)
