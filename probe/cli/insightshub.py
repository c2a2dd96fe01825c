"""probe insights-hub: the authority of a tenant, its agents, and their way to the broker."""

import typer

from probe.cli.insightshub_agent import app as agent
from probe.cli.insightshub_ca import app as ca

app = typer.Typer(
    help="Siemens Insights Hub, MindConnect MQTT: the tenant's own authority, its registration, and the agents' certificates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(ca, name="ca")
app.add_typer(agent, name="agent")
