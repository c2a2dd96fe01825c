"""A server as IIS is one: it asks in the handshake (its binding is set so), speaks TLS 1.2, names nobody, and refuses by a page with a number.

No such server runs on Linux; the pages have the words of the documentation (Microsoft Learn, HTTP status codes in IIS).
"""

from probe.lab.answers import Answer
from probe.lab.pki import Issued
from probe.lab.reaction import Reaction
from probe.lab.tls_server import Serving

PAGES = {
    "403.7": "SSL client certificate is required.",
    "403.13": "Client certificate has been revoked on the Web server.",
    "403.16": "Client certificate is ill-formed or is not trusted by the Web server.",
    "403.17": "Client certificate has expired or is not yet valid.",
}


def page(number: str) -> Answer:
    """The page with this number."""
    words = f"HTTP Error {number} - Forbidden"
    head = f"<head><title>IIS 10.0 Detailed Error - {number} - Forbidden</title></head>"
    body = f"<!DOCTYPE html><html>{head}<body><h3>{words}</h3><h4>{PAGES[number]}</h4></body></html>"
    return Answer(status=403, body=body.encode(), content_type="text/html; charset=utf-8", fields=(("Server", "Microsoft-IIS/10.0"),))


def refusing(own: Issued, number: str) -> Serving:
    """A server that answers this certificate with the page of this number, and none at all with 403.7; its credentials are filled in by ``client_shop``."""
    return Serving(credentials=(), tls_max="TLSv1.2", reactions=(Reaction(chain=(own.der,), answer=page(number)), Reaction(answer=page("403.7"))))
