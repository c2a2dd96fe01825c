"""Runs inside of a private namespace: NSD on port 53, a healthy shop on two addresses, and the list of a plan with one endpoint, told as JSON."""

import json
import sys
import tempfile
from pathlib import Path

from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.report.checklist import exit_code
from tests.golive.listing import endpoint, item, listed, plan
from tests.real.hosts_check import loopback_up
from tests.servers import nsd


def main() -> None:
    """The argument ``resolver`` names the DNS server in the plan; then it decides, and the machine's own resolver is compared."""
    loopback_up()
    zone = (
        "$ORIGIN example.\n$TTL 60\n@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ IN NS ns.example.\nns IN A 127.0.0.1\nshop IN A 127.0.0.1\n"
    )
    with tempfile.TemporaryDirectory() as folder, nsd(Path(folder), {"example": zone}, 53), Stage() as stage:
        made = hierarchy()
        port = stage.tls_at(tuple((address, Serving(credentials=(made.whole,))) for address in ("127.0.0.1", "127.0.0.2")))
        named = ('resolver = "127.0.0.1"',) if sys.argv[1] == "resolver" else ()
        found = listed(plan(endpoint(port, stage.trust_file(made.root), *named)))
    dns = item(found, "dns", HOST)
    seen = found.groups[0].observations[0]
    reached = sorted({one.address for one in seen.attempts}) if seen else []
    told = {"dns": {"outcome": dns.outcome.value, "says": dns.says, "code": dns.code}, "exit": exit_code(found), "reached": reached}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
