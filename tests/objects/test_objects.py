import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from al_core.exceptions import WorkspaceError
from al_core.objects.objects import ByteRange, Objects
from al_core.objects.protocols import REQUESTS_AT_ONCE
from tests.buckets import client, new_bucket, use_endpoint


@pytest.fixture
def objects(s3: str, monkeypatch: pytest.MonkeyPatch) -> Objects:
    use_endpoint(monkeypatch, s3)
    return Objects(f"s3://{new_bucket(s3)}/a prefix")


def test_an_object_is_read_whole_and_in_parts(objects: Objects) -> None:
    objects.write({"a/1": b"0123456789", "a/2": b"abc"})
    assert objects.read("a/2") == b"abc"
    assert objects.read_ranges([ByteRange("a/1", 2, 5), ByteRange("a/2", 0, 3)]) == [b"234", b"abc"]
    assert (objects.size("a/1"), objects.size("a")) == (10, None)


class Together(BaseHTTPRequestHandler):
    """Answers with one byte once so many requests are under way; with an error if they never are."""

    everyone: threading.Barrier

    def do_GET(self) -> None:
        try:
            self.everyone.wait()
        except threading.BrokenBarrierError:
            self.send_error(404)
            return
        self.send_response(206)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"x")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_many_ranges_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Shorter than the client waits for an answer: one that it asks for again would be counted twice.
    Together.everyone = threading.Barrier(REQUESTS_AT_ONCE, timeout=50)
    monkeypatch.setattr(ThreadingHTTPServer, "request_queue_size", REQUESTS_AT_ONCE)
    with ThreadingHTTPServer(("127.0.0.1", 0), Together) as server:
        threading.Thread(target=server.serve_forever).start()
        use_endpoint(monkeypatch, f"http://127.0.0.1:{server.server_address[1]}")
        try:
            ranges = [ByteRange("a", number, number + 1) for number in range(REQUESTS_AT_ONCE)]
            assert Objects("s3://bucket/prefix").read_ranges(ranges) == [b"x"] * REQUESTS_AT_ONCE
        finally:
            server.shutdown()


@pytest.mark.parametrize("key", ["with spaces/ä.npy", "100% + more/日本.npy", "a/b..c.npy", "quotes'\"&?.npy"])
def test_names_are_what_they_are(objects: Objects, key: str) -> None:
    objects.write({key: b"abc"})
    assert [one.key for one in objects.listing()] == [key]
    assert objects.read(key) == b"abc"


def test_a_folder_is_listed_and_removed_without_its_neighbors(objects: Objects) -> None:
    objects.write({"a/1": b"x", "a/2": b"y", "ab/1": b"z"})
    assert [one.key for one in objects.listing("a")] == ["a/1", "a/2"]
    objects.remove("a")
    objects.remove("a")
    assert [one.key for one in objects.listing()] == ["ab/1"]


def test_of_two_who_create_an_object_one_does(objects: Objects) -> None:
    assert [objects.create("id", content) for content in (b"first", b"second")] == [True, False]
    assert objects.read("id") == b"first"


def test_a_missing_object_is_not_found(objects: Objects) -> None:
    with pytest.raises(FileNotFoundError):
        objects.read("none")
    with pytest.raises(FileNotFoundError):
        objects.read_ranges([ByteRange("none", 0, 3)])
    assert objects.listing("none") == []


@pytest.mark.parametrize(("start", "end"), [(0, 4), (2, 9), (3, 4), (9, 12)])
def test_an_object_that_is_too_short_is_said(
    objects: Objects, monkeypatch: pytest.MonkeyPatch, start: int, end: int
) -> None:
    monkeypatch.setattr("al_core.objects.objects.FIRST_PAUSE_SECONDS", 0)
    objects.write({"a": b"abc"})
    with pytest.raises(EOFError, match=f"a is shorter than it should be: bytes {start} to {end} did not come"):
        objects.read_ranges([ByteRange("a", start, end)])


def test_an_answer_that_is_cut_is_asked_for_again(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    objects.write({"a": b"abcdef"})
    whole = Objects._cat
    answers = [1, 6]

    def cut(self: Objects, ranges: Sequence[ByteRange]) -> list[bytes]:
        n_bytes = answers.pop(0)
        return [block[:n_bytes] for block in whole(self, ranges)]

    monkeypatch.setattr(Objects, "_cat", cut)
    monkeypatch.setattr("al_core.objects.objects.FIRST_PAUSE_SECONDS", 0)
    assert objects.read_ranges([ByteRange("a", 0, 6)]) == [b"abcdef"]
    assert answers == []


def test_a_bucket_that_is_not_there_is_one_sentence(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, s3)
    objects = Objects("s3://no-such-bucket/prefix")
    for use in (lambda: objects.read("a"), lambda: objects.write({"a": b"x"}), lambda: objects.create("a", b"x")):
        with pytest.raises(
            WorkspaceError, match=r"is in a bucket that does not exist .*; make it, or correct"
        ) as caught:
            use()
        assert "no-such-bucket" not in caught.value.public


def test_what_is_denied_is_one_sentence(objects: Objects, s3: str) -> None:
    bucket = objects.address.split("/")[2]
    denial = '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}'
    client(s3).put_bucket_policy(Bucket=bucket, Policy=denial)
    with pytest.raises(WorkspaceError, match=r"may not be written with these credentials .*; ask whoever owns"):
        objects.write({"a": b"x"})


def test_a_server_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, "http://127.0.0.1:9")
    objects = Objects("s3://bucket/prefix")
    monkeypatch.setattr(objects._fs, "retries", 1)
    with pytest.raises(WorkspaceError, match=r"cannot be read .*; nothing was stored: try again when") as caught:
        objects.read("a")
    assert "127.0.0.1" not in caught.value.public


def test_whatever_else_fsspec_reaches_works_as_far_as_it_does() -> None:
    objects = Objects("memory://team/arrays")
    objects.write({"a/1": b"abc"})
    assert [(one.key, one.n_bytes) for one in objects.listing()] == [("a/1", 3)]
    assert objects.read_ranges([ByteRange("a/1", 1, 3)]) == [b"bc"]
    objects.remove("a")
    assert objects.listing() == []


@pytest.fixture
def moody_server() -> Iterator[tuple[str, list[str]]]:
    """An S3 server of one object of six bytes, and what it does next: fails as listed, then answers."""
    failures: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            failure = failures.pop(0) if failures else ""
            body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
            self.send_response(503 if failure == "throttled" else 206)
            body = body if failure == "throttled" else b"abcdef"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:2] if failure == "cut off" else body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", failures
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("failures", [["throttled"] * 3, ["cut off"] * 2, ["throttled", "cut off"]])
def test_what_is_throttled_or_cut_off_is_asked_for_again(
    moody_server: tuple[str, list[str]], failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, to_come = moody_server
    use_endpoint(monkeypatch, endpoint)
    to_come += failures
    assert Objects("s3://bucket").read_ranges([ByteRange("a", 0, 6)]) == [b"abcdef"]
    assert to_come == []


def test_what_stays_throttled_is_one_sentence(
    moody_server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, to_come = moody_server
    use_endpoint(monkeypatch, endpoint)
    objects = Objects("s3://bucket/prefix")
    monkeypatch.setattr(objects._fs, "retries", 1)
    to_come += ["throttled"] * 100
    with pytest.raises(WorkspaceError, match=r"s3://bucket/prefix cannot be read .*reduce your request rate"):
        objects.read_ranges([ByteRange("a", 0, 6)])
