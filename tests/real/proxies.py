"""Real proxies on loopback: Squid (also opening TLS), tinyproxy and Dante. None of them asks a real name server: names stand in hosts files."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probe.facts.noun import noun
from probe.lab.pki import Issued
from tests.servers import free_port, key_pem, program, running, wait_for

USER, PASSWORD = "alice", "correct-horse-7Yq"
CERTGEN = "/usr/lib/squid/security_file_certgen"
NCSA = "/usr/lib/squid/basic_ncsa_auth"


@noun
class Ports:
    """The ports of one Squid: for everybody, for whom it knows, and one on which it opens TLS."""

    plain: int
    known: int
    bump: int


@contextmanager
def folder(owner: str) -> Iterator[Path]:
    """A folder that a daemon can use: one that is started as root gives its rights away."""
    place = Path(tempfile.mkdtemp(prefix="probe-proxy-"))
    try:
        if os.geteuid() == 0:
            os.chown(place, pwd.getpwnam(owner).pw_uid, -1)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def squid(authority: Issued, trusted: Issued, hosts: dict[str, str]) -> Iterator[Ports]:
    """Run Squid; ``authority`` signs what it makes when it opens TLS, ``trusted`` is what it trusts then, ``hosts`` are the names that it knows.

    Whoever asks for ``forbidden.example`` is refused.
    """
    with folder("proxy") as place:
        ports = Ports(plain=free_port(), known=free_port(), bump=free_port())
        (place / "hosts").write_text("".join(f"{address} {name}\n" for name, address in hosts.items()))
        (place / "ca.pem").write_bytes(authority.pem.encode() + key_pem(authority))
        (place / "root.pem").write_text(trusted.pem)
        secret = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout.strip()
        (place / "passwords").write_text(f"{USER}:{secret}\n")
        subprocess.run([CERTGEN, "-c", "-s", str(place / "made"), "-M", "4MB"], check=True, capture_output=True)
        configuration = place / "squid.conf"
        configuration.write_text(
            f"""
http_port 127.0.0.1:{ports.plain} name=plain
http_port 127.0.0.1:{ports.known} name=known
http_port 127.0.0.1:{ports.bump} name=bump ssl-bump tls-cert={place}/ca.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
sslcrtd_program {CERTGEN} -s {place}/made -M 4MB
sslcrtd_children 1 startup=1 idle=1
tls_outgoing_options cafile={place}/root.pem
auth_param basic program {NCSA} {place}/passwords
auth_param basic children 1 startup=1 idle=1
auth_param basic realm the proxy of the laboratory
acl on_known myportname known
acl on_bump myportname bump
acl somebody proxy_auth REQUIRED
acl forbidden dstdomain -n forbidden.example
http_access deny forbidden
http_access allow on_known somebody
http_access deny on_known
http_access allow all
ssl_bump bump on_bump
ssl_bump none all
hosts_file {place}/hosts
dns_nameservers 127.0.0.1
dns_timeout 1 second
dns_retransmit_interval 1 second
connect_timeout 2 seconds
forward_timeout 3 seconds
shutdown_lifetime 0 seconds
visible_hostname proxy.lab.example
pid_filename none
cache deny all
cache_mem 1 MB
memory_pools off
access_log none
cache_log {place}/cache.log
coredump_dir {place}
netdb_filename none
pinger_enable off
max_filedescriptors 1024
icp_port 0
"""
        )
        if os.geteuid() == 0:
            owner = pwd.getpwnam("proxy")
            for path in (place, *place.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        log = place / "squid.log"
        with running(program("squid"), "-N", "-f", str(configuration), log=log) as process:
            for port in (ports.plain, ports.known, ports.bump):
                wait_for(process, port, log)
            yield ports


@contextmanager
def tinyproxy(*more: str) -> Iterator[int]:
    """Run tinyproxy with further lines of its configuration."""
    with folder("nobody") as place:
        port = free_port()
        configuration = place / "tinyproxy.conf"
        configuration.write_text("\n".join((f"Port {port}", "Listen 127.0.0.1", "Timeout 10", "MaxClients 20", "Allow 127.0.0.1", *more, "")))
        log = place / "tinyproxy.log"
        with running(program("tinyproxy"), "-d", "-c", str(configuration), log=log) as process:
            wait_for(process, port, log)
            yield port


@contextmanager
def dante(blocked: int, method: str = "none") -> Iterator[int]:
    """Run Dante, for SOCKS 4 and 5; nobody gets to the port ``blocked``. ``method`` is none or username (of this system's users, so that no login succeeds)."""
    with folder("nobody") as place:
        port = free_port()
        configuration = place / "danted.conf"
        configuration.write_text(
            f"""
logoutput: stderr
internal: 127.0.0.1 port = {port}
external: lo
socksmethod: {method}
clientmethod: none
user.unprivileged: {"nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name}
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks block {{ from: 0.0.0.0/0 to: 0.0.0.0/0 port = {blocked} }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
"""
        )
        log = place / "danted.log"
        with running(program("danted"), "-f", str(configuration), "-p", str(place / "danted.pid"), log=log) as process:
            wait_for(process, port, log)
            yield port
