"""Real servers that begin in plain text and go over to TLS, on loopback; each is started by a context manager and gone when it ends.

They need what ``tests/install-servers`` installs, and to be started as root: most of them change to users of their own. Their files are therefore in a
folder that other users may enter.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from probe.lab.pki import Issued
from tests.real.web import free_ports
from tests.servers import files, program, running, wait_for

POSTGRES = Path("/usr/lib/postgresql/15/bin")
MASTER = Path("/usr/lib/postfix/sbin/master")


@contextmanager
def common_folder() -> Iterator[Path]:
    """A folder that every user may enter, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="probe-real-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def owned(path: Path, user: str) -> Path:
    """Give a file or folder to this user."""
    shutil.chown(path, user, user)
    return path


@contextmanager
def postfix(folder: Path, services: Mapping[str, str]) -> Iterator[dict[str, int]]:
    """Run Postfix with one SMTP service for each name, with these options of its own; give their ports. ``CHAIN`` and such are the caller's to fill in."""
    ports = dict(zip(services, free_ports(len(services)), strict=True))
    configuration, queue, data = folder / "etc", folder / "queue", folder / "data"
    for one in (configuration, queue, data):
        one.mkdir()
    owned(data, "postfix")
    for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace", "maildrop", "public", "pid"):
        (queue / name).mkdir()
        if name != "pid":
            owned(queue / name, "postfix")
    settings = {
        "queue_directory": queue,
        "data_directory": data,
        "command_directory": "/usr/sbin",
        "daemon_directory": MASTER.parent,
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "myhostname": "mail.shop.example",
        "inet_interfaces": "loopback-only",
        "inet_protocols": "ipv4",
        "maillog_file": folder / "postfix.mail.log",
        "maillog_file_prefixes": folder,
        "compatibility_level": "3.6",
        "smtpd_tls_security_level": "may",
        "smtpd_peername_lookup": "no",
        "mydestination": "",
        "alias_maps": "",
        "local_recipient_maps": "",
        "mynetworks": "127.0.0.0/8",
        "smtp_tls_security_level": "none",
    }
    (configuration / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    lines = [f"127.0.0.1:{ports[name]} inet n - n - - smtpd {options}" for name, options in services.items()]
    lines += [
        "anvil unix - - n - 1 anvil",
        "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "postlog unix-dgram n - n - 1 postlogd",
    ]
    (configuration / "master.cf").write_text("\n".join(lines) + "\n")
    log = folder / "postfix.log"
    with running(str(MASTER), "-c", str(configuration), "-d", log=log) as process:
        for port in ports.values():
            wait_for(process, port, log)
        yield ports


@contextmanager
def dovecot(folder: Path, chain: tuple[Issued, ...], leaf_only: Issued) -> Iterator[dict[str, int]]:
    """Run Dovecot with IMAP, POP3, LMTP and ManageSieve; give their ports.

    On 127.0.0.1 all is well, on 127.0.0.2 only the end-entity certificate is sent.
    """
    names = ("imap", "pop3", "lmtp", "sieve")
    ports = dict(zip(names, free_ports(len(names), "127.0.0.2"), strict=True))
    certificates, key = files(folder, chain, "whole")
    alone, alone_key = files(folder, (leaf_only,), "alone")
    (folder / "dovecot.conf").write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1, 127.0.0.2
ssl = yes
ssl_cert = <{certificates}
ssl_key = <{key}
local 127.0.0.2 {{
  ssl_cert = <{alone}
  ssl_key = <{alone_key}
}}
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={folder}/mail
}}
default_vsz_limit = 0
service imap-login {{
  inet_listener imap {{
    port = {ports["imap"]}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {ports["pop3"]}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = {ports["sieve"]}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {ports["lmtp"]}
  }}
}}
"""
    )
    log = folder / "dovecot.log"
    with running(program("dovecot"), "-F", "-c", str(folder / "dovecot.conf"), log=log) as process:
        for port in ports.values():
            wait_for(process, port, log)
        yield ports


@contextmanager
def postgresql(data: Path, folder: Path, chain: tuple[Issued, ...] = ()) -> Iterator[int]:
    """Run PostgreSQL on a database made by ``postgresql_data``, with TLS if there is a chain; give the port."""
    (port,) = free_ports(1)
    tls = ["-c", "ssl=off"]
    if chain:
        certificates, key = files(folder, chain, "postgres")
        owned(key, "postgres")
        tls = ["-c", "ssl=on", "-c", f"ssl_cert_file={certificates}", "-c", f"ssl_key_file={key}"]
    log = folder / "postgres.log"
    command = [str(POSTGRES / "postgres"), "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", *tls]
    with running(program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups", *command, log=log) as process:
        wait_for(process, port, log)
        try:
            yield port
        finally:
            # At once: a check that hangs up in the middle must not be waited for.
            process.send_signal(signal.SIGINT)


def postgresql_data(folder: Path) -> Path:
    """Make an empty database."""
    data = folder / "postgres"
    data.mkdir()
    owned(data, "postgres").chmod(0o700)
    command = [str(POSTGRES / "initdb"), "-D", str(data), "--no-sync", "--auth=trust", "--locale=C", "--no-instructions"]
    subprocess.run(
        [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups", *command],
        check=True,
        capture_output=True,
        timeout=60,
        env={"PATH": os.environ["PATH"]},
    )
    return data


@contextmanager
def mariadb(folder: Path, chain: tuple[Issued, ...] = ()) -> Iterator[int]:
    """Run MariaDB without any database, with TLS if there is a chain; give the port."""
    (port,) = free_ports(1)
    data = folder / "mariadb"
    data.mkdir()
    tls = ["--skip-ssl"]
    if chain:
        certificates, key = files(folder, chain, "mariadb")
        tls = [f"--ssl-cert={certificates}", f"--ssl-key={key}"]
    log = folder / "mariadb.log"
    command = (
        program("mariadbd"),
        "--no-defaults",
        "--user=root",
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 'mariadb.sock'}",
        "--skip-grant-tables",
        "--skip-networking=0",
        "--innodb=OFF",
        "--default-storage-engine=Aria",
        "--skip-name-resolve",
        f"--pid-file={folder / 'mariadb.pid'}",
        *tls,
    )
    with running(*command, log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def prosody(folder: Path, hosts: Mapping[str, tuple[Issued, ...]]) -> Iterator[dict[str, int]]:
    """Run Prosody with a domain for each name; give the ports for clients and servers. A domain with an empty chain has no certificate."""
    client, server = free_ports(2)
    domains = []
    for number, (name, chain) in enumerate(hosts.items()):
        tls = ""
        if chain:
            certificates, key = files(folder, chain, f"prosody{number}")
            tls = f'ssl = {{ certificate = "{certificates}"; key = "{key}"; }}'
        domains.append(f'VirtualHost "{name}"\n{tls}')
    (folder / "data").mkdir()
    nl = "\n"
    (folder / "prosody.cfg.lua").write_text(
        f"""
run_as_root = true
data_path = "{folder / "data"}"
pidfile = "{folder / "prosody.pid"}"
certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {client} }}
s2s_ports = {{ {server} }}
modules_enabled = {{ "tls", "saslauth", "dialback", "s2s" }}
modules_disabled = {{ "http", "admin_shell", "admin_telnet" }}
log = {{ info = "*console" }}
{nl.join(domains)}
"""
    )
    log = folder / "prosody.log"
    with running(program("prosody"), "-F", "--config", str(folder / "prosody.cfg.lua"), log=log) as process:
        for port in (client, server):
            wait_for(process, port, log)
        yield {"xmpp": client, "xmpp-server": server}


@contextmanager
def proftpd(folder: Path, servers: Mapping[str, str]) -> Iterator[dict[str, int]]:
    """Run ProFTPD with one virtual server for each name, with these lines of its own; give their ports."""
    ports = dict(zip(servers, free_ports(len(servers)), strict=True))
    blocks = "\n".join(f"<VirtualHost 127.0.0.1>\nPort {ports[name]}\n{lines}\n</VirtualHost>" for name, lines in servers.items())
    configuration = folder / "proftpd.conf"
    configuration.write_text(
        f"""
LoadModule mod_tls.c
ServerType standalone
Port 0
SocketBindTight on
User nobody
Group nogroup
UseIPv6 off
UseReverseDNS off
ScoreboardFile {folder / "scoreboard"}
PidFile {folder / "proftpd.pid"}
SystemLog none
WtmpLog off
DelayEngine off
RequireValidShell off
{blocks}
"""
    )
    log = folder / "proftpd.log"
    with running(program("proftpd"), "-n", "-c", str(configuration), log=log) as process:
        for port in ports.values():
            wait_for(process, port, log)
        yield ports
