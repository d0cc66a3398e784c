import io
from pathlib import Path
from typing import Any

import orjson

from al_core.formats.worker.budget import Budget
from al_core.formats.worker.child import Child
from al_core.formats.worker.limits import Limits
from al_core.formats.worker.messages import Message, receive, send
from tests.formats.test_fuzz import EXAMPLES


class Unlimited(Limits):
    """Limits that leave the process of the test alone."""

    def begin(self) -> None:
        pass

    def apply(self, budget: Budget) -> None:
        pass


def answers(folder: Path, *messages: Message) -> list[Message]:
    requests, replies = io.BytesIO(), io.BytesIO()
    for message in messages:
        send(requests, message)
    requests.seek(0)
    Child(requests, replies, Unlimited()).serve()
    replies.seek(0)
    return [message for message in iter(lambda: receive(replies), None) if message]


def request(folder: Path, call: str, path: Path, **named: Any) -> Message:
    arguments = [[{"path": str(path)}], {"mapping": list(named.items())}]
    return {"call": call, "arguments": arguments, "folder": str(folder), "decoded_bytes": 0, "is_reported": False}


def test_requests_are_answered_in_turn(tmp_path: Path) -> None:
    names = request(tmp_path, "class-names", EXAMPLES / "class-names" / "txt.txt")
    missing = request(tmp_path, "class-names", tmp_path / "no.txt")
    first, second = answers(tmp_path, names, missing)
    assert first["value"][0] == "digit 0"
    assert second["error"] == "NotFoundError"


def test_more_memory_is_asked_for_before_it_is_taken(tmp_path: Path) -> None:
    path = EXAMPLES / "predictions" / "yolo.zip"
    question, *_, answer = answers(tmp_path, request(tmp_path, "predictions", path), {"is_granted": True})
    assert question["decoded_bytes"] > 0
    assert "Predictions" in answer["value"]


def test_a_text_that_is_no_unicode_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(orjson.dumps(["a"]))
    child = Child(io.BytesIO(), replies := io.BytesIO(), Unlimited())
    child._send({"value": "\ud800"})
    replies.seek(0)
    answer = receive(replies)
    assert answer
    assert answer["failure"].startswith("a text that is not Unicode")
