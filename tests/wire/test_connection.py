import gzip
import io
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from al_core.exceptions import InvalidInputError, NotAllowedError, NotFoundError, ServerError
from al_core.wire.connection import Connection, check_address, is_private, raise_as
from tests.serving import served


async def echo(request: Request) -> Response:
    body = (await request.body()).decode()
    seen = {"method": request.method, "query": str(request.query_params), "body": body}
    return JSONResponse(seen | {"authorization": request.headers.get("authorization", "")})


async def versioned(request: Request) -> Response:
    if request.headers.get("if-none-match") == '"7"':
        return Response(status_code=304)
    return JSONResponse(["a.png"], headers={"ETag": '"7"'})


async def problem(request: Request) -> Response:
    status = int(request.path_params["status"])
    content = {"code": "ANY", "message": "no such tag", "type": request.query_params["type"]}
    return JSONResponse(content, status)


async def stranger(request: Request) -> Response:
    return PlainTextResponse("<h1>Router login</h1>", int(request.path_params["status"]))


async def elsewhere(request: Request) -> Response:
    return RedirectResponse(request.url_for("echo"))


async def long(request: Request) -> Response:
    """64 MB of blanks, which weigh 64 kB on the way."""
    return Response(gzip.compress(b" " * (64 << 20)), headers={"Content-Encoding": "gzip"})


ROUTES = [
    Route("/v1/elsewhere", elsewhere),
    Route("/v1/long", long),
    Route("/v1/echo", echo, methods=["GET", "POST", "PUT"]),
    Route("/v1/versioned", versioned),
    Route("/v1/problem/{status}", problem),
    Route("/v1/stranger/{status}", stranger),
    Route("/v1/nothing", lambda _: Response(status_code=204)),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with served(Starlette(routes=ROUTES)) as address:
        yield address


@pytest.fixture
def connection(server: str) -> Connection:
    return Connection(f"{server}/", "s3cret", n_tries=0)


def test_a_token_goes_with_every_request(connection: Connection) -> None:
    assert connection.get("/echo", type="full") == {
        "method": "GET",
        "query": "type=full",
        "body": "",
        "authorization": "Bearer s3cret",
    }


def test_a_body_is_sent_as_json_and_a_file_as_it_is(connection: Connection) -> None:
    assert connection.send("POST", "/echo", {"name": "line"})["body"] == '{"name": "line"}'
    assert connection.send("PUT", "/echo", io.BytesIO(b"ARROW1"))["body"] == "ARROW1"


def test_an_empty_answer_is_none(connection: Connection) -> None:
    assert connection.get("/nothing") is None


def test_an_unchanged_answer_is_the_very_same_object(connection: Connection) -> None:
    first = connection.get_if_changed("/versioned")
    assert first == ["a.png"]
    assert connection.get_if_changed("/versioned") is first


def test_a_download_is_written_to_the_file(connection: Connection) -> None:
    file = io.BytesIO()
    connection.download("/versioned", file)
    assert file.getvalue() == b'["a.png"]'


def test_a_server_cannot_send_this_machine_to_another_address(connection: Connection) -> None:
    with pytest.raises(ServerError, match="sends requests on to another address; give that one"):
        connection.get("/elsewhere")


def test_an_answer_that_unpacks_to_more_than_memory_should_hold_is_refused(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("al_core.wire.connection.MOST_ANSWER_BYTES", 1 << 20)
    with pytest.raises(ServerError, match="sent an answer of more than 1 MB"):
        connection.get("/long")


def test_an_error_comes_back_as_its_class(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="no such tag"):
        connection.get("/problem/404", type="NotFoundError")


def test_a_refused_token_names_the_server(connection: Connection) -> None:
    with pytest.raises(NotAllowedError, match=f"{connection.server} refused the request: no such tag"):
        connection.get("/problem/401", type="NotAllowedError")


@pytest.mark.parametrize("status", [200, 404])
def test_another_server_is_recognized(connection: Connection, status: int) -> None:
    with pytest.raises(ServerError, match="not as a server of al_core; check the address"):
        connection.get(f"/stranger/{status}")


def test_a_broken_proxy_is_not_taken_for_a_wrong_address(connection: Connection) -> None:
    with pytest.raises(ServerError, match="answered 502 Bad Gateway"):
        connection.get("/stranger/502")


def test_a_server_that_is_not_there_says_how_to_start_one() -> None:
    # Port 1 of this machine: nobody listens there.
    with pytest.raises(ServerError, match=r"does not answer .*al-core serve"):
        Connection("http://127.0.0.1:1", n_tries=0).get("/datasets")


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "annotations", "", None])
def test_a_server_cannot_choose_a_class_that_is_no_error_of_al_core(kind: str | None) -> None:
    with pytest.raises(ServerError, match="boom"):
        raise_as("boom", kind)


def test_an_address_loses_its_slash() -> None:
    assert check_address(" http://gpu-box:8501/ ") == "http://gpu-box:8501"


@pytest.mark.parametrize(
    "server", ["gpu-box:8501", "ftp://gpu-box", "http://", "http://a:0", "http://me@a", "http://a?b"]
)
def test_an_invalid_address_is_refused(server: str) -> None:
    with pytest.raises(InvalidInputError, match="is not the address of a server"):
        check_address(server)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("https://gpu-box", True),
        ("http://localhost:8501", True),
        ("http://127.0.0.2", True),
        ("http://[::1]:8501", True),
        ("http://gpu-box", False),
        ("http://192.168.0.7", False),
    ],
)
def test_only_this_machine_and_https_are_private(server: str, expected: bool) -> None:
    assert is_private(server) is expected
