"""HTTP to one server of al_core, for everything that talks to one."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from al_core import exceptions
from al_core.exceptions import ALCoreError, InvalidInputError, NotAllowedError, ServerError

if TYPE_CHECKING:
    import requests

    from al_core.store import Tag

N_TRIES = 5
CONNECT_SECONDS = 5
# A server may write a million rows before it answers.
READ_SECONDS = 180
BLOCK_BYTES = 1 << 20
MOST_ANSWER_BYTES = 1 << 30
"""Of JSON and images in memory, unpacked. The tags of a million images are 250 kB each."""


class Connection:
    """Requests to the API of a server; its errors come as the classes of `al_core.exceptions`.

    Args:
        server: Such as `http://gpu-box:8501`.
        token: Sent with every request; a server on this machine needs none.
        n_tries: How often a request that changes nothing is sent, if the server does not answer.

    Attributes:
        options: What the server's selections can do, once it has said so; None before.

    Raises:
        InvalidInputError: If the address is invalid.
    """

    def __init__(self, server: str, token: str | None = None, *, n_tries: int = N_TRIES) -> None:
        self.server = check_address(server)
        self._session = _open_session(token, n_tries)
        self.options: dict[str, Any] | None = None
        # By path: the version (ETag) of the last answer, and its JSON.
        self._answers: dict[str, tuple[str, Any]] = {}

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON at a path below `/v1`."""
        return self._json(self._send("GET", path, query))

    def get_if_changed(self, path: str) -> Any:
        """Return the JSON at a path; the very same object while the server says that it has not changed."""
        version, content = self._answers.get(path, ("", None))
        answer = self._send("GET", path, {}, headers={"If-None-Match": version} if version else {})
        if answer.status_code == 304:
            return content
        content = self._json(answer)
        self._answers[path] = (answer.headers.get("etag", ""), content)
        return content

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send JSON, or a file as it is, and return the JSON of the answer, None if it is empty."""
        content = {"data": body} if hasattr(body, "read") else {"json": body}
        return self._json(self._send(method, path, query, **content))

    def download(self, path: str, file: IO[bytes], **query: Any) -> None:
        """Write the bytes at a path to a file."""
        for block in self._blocks(self._send("GET", path, query)):
            file.write(block)

    def read(self, path: str, **query: Any) -> tuple[bytes, str]:
        """Return the bytes at a path and their media type."""
        answer = self._send("GET", path, query)
        return self._content(answer), answer.headers.get("content-type", "")

    def _send(self, method: str, path: str, query: Mapping[str, Any], **options: Any) -> "requests.Response":
        import requests

        # The answer is read by us, in blocks: it may be longer than this machine's memory. It leads nowhere else:
        # a server must not have this machine ask another one, which may let in only those who are near it.
        options |= {"stream": True, "allow_redirects": False, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        try:
            answer = self._session.request(method, f"{self.server}/v1{path}", params=query, **options)
        except requests.RequestException as error:
            way_out = "start it with `al-core serve`, or name another server"
            raise ServerError(f"{self.server} does not answer ({_reason(error)}); {way_out}") from error
        if answer.is_redirect:
            raise ServerError(f"{self.server} sends requests on to another address; give that one")
        if answer.status_code >= 400:
            self._raise_for(answer)
        return answer

    def _blocks(self, answer: "requests.Response") -> Iterator[bytes]:
        import requests

        with answer:
            try:
                yield from answer.iter_content(BLOCK_BYTES)
            except requests.RequestException as error:
                raise ServerError(f"{self.server} stopped in the middle of an answer ({_reason(error)})") from error

    def _content(self, answer: "requests.Response") -> bytes:
        content = bytearray()
        for block in self._blocks(answer):
            content += block
            if len(content) > MOST_ANSWER_BYTES:
                raise ServerError(f"{self.server} sent an answer of more than {MOST_ANSWER_BYTES >> 20:,} MB")
        return bytes(content)

    def _json(self, answer: "requests.Response") -> Any:
        import orjson

        content = self._content(answer)
        try:
            return orjson.loads(content) if content else None
        except orjson.JSONDecodeError as error:
            raise self._no_api() from error

    def _raise_for(self, answer: "requests.Response") -> NoReturn:
        import orjson

        content = self._content(answer)
        try:
            problem = orjson.loads(content)
            message = problem["message"]
            kind = problem["type"]
        except (ValueError, KeyError, TypeError):
            # A proxy in front of a server that is down answers with a page of its own, which proves no wrong address.
            if answer.status_code >= 500:
                raise ServerError(f"{answer.url} answered {answer.status_code} {answer.reason}") from None
            raise self._no_api() from None
        if answer.status_code == 401:
            raise NotAllowedError(f"{self.server} refused the request: {message}")
        raise_as(message, kind)

    def _no_api(self) -> ServerError:
        return ServerError(f"{self.server} answers, but not as a server of al_core; check the address")


def check_address(server: str) -> str:
    """Return the address of a server without a slash at its end."""
    address = server.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        # `port` raises ValueError where it is not a number, or beyond 65,535.
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    # A name and a password would end up in messages and logs.
    if not is_address or parts.username or parts.query or parts.fragment:
        raise InvalidInputError(f"{server!r} is not the address of a server; give one such as http://gpu-box:8501")
    return address


def is_private(server: str) -> bool:
    """Return whether nobody on the way can read what is sent to a server."""
    parts = urlsplit(server)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def raise_as(message: str, kind: str | None) -> NoReturn:
    """Raise the error of al_core whose class has that name."""
    error = getattr(exceptions, kind or "", ServerError)
    # The name comes from a server: it must not choose any other class.
    if not (isinstance(error, type) and issubclass(error, ALCoreError)):
        error = ServerError
    raise error(message)


def read_tag(record: Mapping[str, Any]) -> "Tag":
    """Return a tag from the JSON of the API."""
    from al_core.store.provenance import Provenance
    from al_core.store.records import Tag

    mask = int(record["bitMaskData"], 16)
    return Tag(
        id=record["id"],
        dataset_id=record["datasetId"],
        name=record["name"],
        mask=mask.to_bytes((record["totSize"] + 7) // 8, "little"),
        size=mask.bit_count(),
        n_samples=record["totSize"],
        parent_id=record["prevTagId"],
        query_tag_id=record["queryTagId"],
        labeled_tag_id=record["preselectedTagId"],
        provenance=Provenance.from_json(record["provenance"]),
        created_at=record["createdAt"],
    )


def _open_session(token: str | None, n_tries: int) -> "requests.Session":
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    def sign(request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    # By urllib3's default only idempotent methods are repeated; the answer itself is judged by us.
    retry = Retry(n_tries, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), raise_on_status=False)
    session = requests.Session()
    # Set even without a token: otherwise requests sends the password of a .netrc file.
    session.auth = sign
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=40))
    return session


def _reason(error: Exception) -> str:
    """Return the last and plainest part of what requests and urllib3 say about a failure."""
    innermost = getattr(error.args[0], "reason", error) if error.args else error
    return str(innermost).rpartition(": ")[2].rstrip(")")
