"""What a procedure of several steps has to say, before any format. All strings are raw; escaping is the renderer's first duty."""

from probe.case.registration.remarks import Remark, State
from probe.facts.noun import noun
from probe.report import Report

INTERRUPTED = 130


@noun
class Block:
    """Text to be shown as it is: an exact request, or commands to type."""

    title: str
    text: str


@noun
class Procedure:
    """One run. ``columns`` and ``rows`` are a table, if there is one; ``files`` are those that were made.

    ``connection`` is the diagnosis of a connection that could not be used, ``None`` when all went well or nothing was connected to.
    """

    title: str
    remarks: tuple[Remark, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    blocks: tuple[Block, ...] = ()
    files: tuple[str, ...] = ()
    connection: Report | None = None
    interrupted: bool = False


def exit_code(found: Procedure) -> int:
    """0 all is well, 1 a problem was found, 3 something could not be found out, 130 interrupted."""
    if found.interrupted:
        return INTERRUPTED
    states = {one.state for one in found.remarks}
    if State.PROBLEM in states:
        return 1
    if found.connection is not None:
        from probe.report.compose import exit_code as of_connection

        return of_connection(found.connection) or 3
    return 3 if State.OPEN in states else 0
