"""The clocks of both sides."""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    exchange = case.exchange
    if exchange and any(name.lower() == "date" for name, _ in exchange.fields):
        return None
    return "The peer did not say what time it has (only HTTP servers do, in their Date header)."
