"""A command line of ``check``, without its output: for the demonstration and for tests."""

import typer

from probe.cli.check import check
from probe.facts.observation import Observation


def observed(arguments: tuple[str, ...]) -> Observation:
    """Check the one target in ``arguments`` (what a user types after ``probe check``) and give what was seen. Raises ``Unusable``."""
    from probe.jobs.check import observe, stores
    from probe.jobs.target import Options, target

    app = typer.Typer()
    app.command()(check)
    values = typer.main.get_command(app).make_context("probe check", list(arguments)).params
    options = Options(
        **{name: value for name, value in values.items() if name in Options.__dataclass_fields__ and name != "trust"}, trust=tuple(values["trust"] or ())
    )
    wanted = target(values["targets"][0], options)
    return observe(wanted, stores(wanted))
