"""The agent's way to the broker: its files first, then the ordinary check of the profile, with the agent's certificate."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from probe.capture.identity import Password, Prompt
from probe.capture.store_password import StorePassword
from probe.case.registration.remarks import Remark, note, stopped
from probe.diagnose import diagnose
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.jobs.check import observe, stores
from probe.jobs.identity import identified
from probe.jobs.insights_hub.agent import examined
from probe.jobs.insights_hub.create import check_name
from probe.jobs.insights_hub.files import held
from probe.jobs.insights_hub.place import PROFILE
from probe.jobs.target import Options
from probe.jobs.wanted import wanted
from probe.report import Report
from probe.report.compose import compose


@noun
class Calling:
    """How an agent is to call. ``allowed``: CONNECT may be sent, which ends the connection of a running agent with the same client ID."""

    path: Path
    key: Path
    tenant: str
    authority: Path | None = None
    client_id: str = ""
    env: str = "eu1"
    endpoint: str | None = None
    broker: str = ""
    trust: tuple[str, ...] = ()
    connect: str | None = None
    proxy: str | None = None
    timeout: float = 30.0
    allowed: bool = False
    password_env: str | None = None
    trust_password_env: str = ""


@noun
class Called:
    """What came of it: what was said of the files, and the report and observations of the connection, if there was one."""

    remarks: tuple[Remark, ...]
    report: Report | None = None
    seen: tuple[Observation, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return any(one.unfinished == "interrupted" for one in self.seen)


def call(one: Calling, prompt: Prompt | None, progress: Callable[[str, str], None]) -> Called:
    """Look at the files, and when nothing speaks against them at the broker. Raises ``Unusable``."""
    check_name("--tenant", one.tenant)
    prompt = cache(prompt) if prompt else None
    password = Password(one.password_env or "", prompt)
    remarks = examined(one.path, key=one.key, authority=one.authority, tenant=one.tenant, client_id=one.client_id, password=password)
    if stopped(remarks):
        return Called(remarks=(*remarks, note("Nothing was connected to.")))
    return _checked(one, remarks, prompt, progress)


def _checked(one: Calling, remarks: tuple[Remark, ...], prompt: Prompt | None, progress: Callable[[str, str], None]) -> Called:
    """The one place where the broker is called: an ordinary check with the profile."""
    from probe.case.registration.authority import common_name

    device = common_name(held(one.path).own)
    given = {"tenant": one.tenant, "device": device, "broker": one.broker, "authority": str(one.authority or "")}
    options = Options(
        profile=PROFILE,
        env=one.env,
        endpoint=one.endpoint,
        var=tuple(f"{name}={value}" for name, value in given.items() if value),
        trust=one.trust,
        connect=one.connect,
        proxy=one.proxy,
        timeout=one.timeout,
        cert=str(one.path),
        key=str(one.key),
        password_env=one.password_env,
        allow_connect=one.allowed,
        client_id=one.client_id or None,
    )
    meant = wanted((), options)
    identity, credential = identified(meant[0][0], one.password_env, prompt)
    trusted = stores(meant[0][0], StorePassword(one.trust_password_env, prompt))
    seen: list[Observation] = []
    for target, agreement in meant:
        seen.append(observe(target, trusted, partial(progress, target.spelled), identity=identity, credential=credential, agreement=agreement))
        if seen[-1].unfinished == "interrupted":
            break
    return Called(remarks=remarks, report=compose(tuple(diagnose(each) for each in seen)), seen=tuple(seen))
