"""An application in which each partner has an identifier and a certificate on file, and a small profile that describes it.

All names are examples. The answers have the form of OICP 2.3: a status code in a JSON document or a SOAP envelope, whatever the HTTP status says.
"""

import json
import re
from collections.abc import Callable
from http import HTTPStatus

from probe.facts.noun import noun
from probe.lab.answers import Answer

PARTNER = "DE-LAB"
PROCESS = "0f6d9b1e-6c1f-4f52-9d8e-5a0c4c9c5b11"
"""What the application calls this request; a real one gives each request another."""
CODES = {"000": (200, "Success"), "017": (401, "Unauthorized Access"), "300": (404, "Partner not found")}
_PATH = re.compile(rb"^(?:GET|POST) (/\S{0,2000}) HTTP/1\.[01]\r\n")
_ID = re.compile(r"/partners/([^/?]{1,64})")


@noun
class Partner:
    """What the application knows: ``known`` identifiers, and ``mine``, the one that the caller's certificate is on file for.

    ``trouble`` is "" or what goes wrong: address (the front end lets nobody through), gateway (502), once (503 the first time, then well), failing (500),
    greeting (a web page that says hello).
    ``soap``: it answers with an envelope. ``rejects``: with HTTP 200 also when it says no, as some installations do.
    """

    known: tuple[str, ...] = (PARTNER,)
    mine: str = PARTNER
    trouble: str = ""
    soap: bool = False
    rejects: bool = False


def application(partner: Partner) -> Answer:
    """The answers of the application."""
    return Answer(choose=_chooser(partner))


def _chooser(partner: Partner) -> Callable[[bytes], Answer]:
    asked = [0]

    def choose(request: bytes) -> Answer:
        asked[0] += 1
        if partner.trouble == "address":
            return page(403)
        if partner.trouble == "gateway" or (partner.trouble == "once" and asked[0] == 1):
            return page(502 if partner.trouble == "gateway" else 503)
        if partner.trouble in ("failing", "greeting"):
            return page(500 if partner.trouble == "failing" else 200)
        found = _PATH.match(request)
        identifier = _ID.search(found[1].decode("ascii", "replace")) if found else None
        if identifier is None:
            return page(404)
        code = "300" if identifier[1] not in partner.known else "017" if identifier[1] != partner.mine else "000"
        return answer(code, soap=partner.soap, always_ok=partner.rejects)

    return choose


def page(status: int) -> Answer:
    """A short page of the web server in front; nothing of the application."""
    words = f"{status} {HTTPStatus(status).phrase}"
    body = f"<html>\r\n<head><title>{words}</title></head>\r\n<body>\r\n<center><h1>{words}</h1></center>\r\n</body>\r\n</html>\r\n"
    return Answer(status=status, body=body.encode(), content_type="text/html")


def answer(code: str, *, soap: bool = False, always_ok: bool = False) -> Answer:
    """What the application says: a status code, as JSON or in a SOAP envelope with prefixes."""
    status, words = CODES[code]
    state = {"Code": code, "Description": words, "AdditionalInfo": None}
    whole = {"content": [], "number": 0, "size": 1, "totalElements": 0, "StatusCode": state} if code == "000" else {"StatusCode": state}
    body = json.dumps(whole)
    if soap:
        inner = f"<cmn:Code>{code}</cmn:Code><cmn:Description>{words}</cmn:Description><cmn:AdditionalInfo>of the example</cmn:AdditionalInfo>"
        body = (
            '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
            f'<tns:Answer xmlns:tns="urn:example" xmlns:cmn="urn:example:common"><tns:StatusCode>{inner}</tns:StatusCode></tns:Answer>'
            "</soapenv:Body></soapenv:Envelope>"
        )
    kind = "text/xml; charset=utf-8" if soap else "application/json; charset=UTF-8"
    return Answer(status=200 if always_ok else status, body=body.encode(), content_type=kind, fields=(("Process-ID", PROCESS),))


PROFILE = """
schema = 1
id = "lab-partner"
title = "Partner platform of the laboratory"
version = "1"
sources = ["the laboratory"]

[variables.partner]
type = "id"
pattern = '^[A-Z]{{2}}[-*]?[A-Z0-9]{{3}}$'
help = "The partner's identifier."
example = "DE-LAB"

[environments.prod]
title = "production"
production = true
marks.server_names = ["shop.example"]
marks.issuer_regex = ["^CN=Lab Issuing CA$", "^CN=Lab Root CA$"]
marks.client_issuer_regex = ["^CN=Lab Client CA$"]

[environments.qa]
title = "the test system"
production = false
marks.server_names = ["test.shop.example"]
marks.issuer_regex = ["^CN=Lab Test Issuing CA$", "^CN=Lab Test Root CA$"]
marks.client_issuer_regex = ["^CN=Lab Test Client CA$"]

[endpoints.platform]
environment = "prod"
host = "shop.example"
port = {port}

[endpoints.platform-test]
environment = "qa"
host = "test.shop.example"
port = {port}

[client_certificate]
policy = "optional"

[[checks]]
id = "read-one"
title = "Read one record"
safe = true
request = {{ method = "GET", path = "/partners/{{partner}}/records?page=0&size=1" }}
expect = [
  {{ json = "/StatusCode/Code", equals = "000", proves = ["tls", "client-cert", "app"] }},
  {{ xml = "Code", equals = "000", proves = ["tls", "client-cert", "app"] }},
  {{ json = "/StatusCode/Code", equals = "017", cause = "client.not-on-file", proves = ["tls"], text = "not-on-file" }},
  {{ xml = "Code", equals = "017", cause = "client.not-on-file", proves = ["tls"], text = "not-on-file" }},
  {{ json = "/StatusCode/Code", equals = "300", cause = "app.unknown-identity", proves = ["tls"], text = "unknown" }},
  {{ xml = "Code", equals = "300", cause = "app.unknown-identity", proves = ["tls"], text = "unknown" }},
  {{ status = 403, no_header = "Process-ID", cause = "app.address-not-allowed", certainty = "likely", proves = ["tls"], text = "address" }},
]

[[checks]]
id = "start"
title = "Start a session"
safe = false
consent = "start"
side_effects = "starts a session"
request = {{ method = "POST", path = "/partners/{{partner}}/sessions", json = {{ partner = "{{partner}}" }} }}
expect = [{{ json = "/StatusCode/Code", equals = "000", proves = ["tls", "client-cert", "app"] }}]

[report]
include_headers = ["Process-ID"]

[texts.not-on-file]
cause = "client.not-on-file"
short = "The platform answers 017: it does not link this client certificate with {{partner}}."
do = ["Compare the identifier with the one of the certificate.", "Compare the certificate with the one on file."]

[texts.unknown]
cause = "app.unknown-identity"
short = "The platform answers 300: it knows no partner {{partner}}."
do = ["Write the identifier as it was agreed."]

[texts.address]
cause = "app.address-not-allowed"
short = "The request was refused before it reached the application: most likely the source address is not listed."
do = ["Have the address listed."]
"""
"""The profile that describes the application; ``port`` is filled in."""


def profile(port: int) -> str:
    """The profile of the application behind this port."""
    return PROFILE.format(port=port)
