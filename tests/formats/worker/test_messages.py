import io

from al_core.formats.worker.messages import receive, send


def test_messages_arrive_whole_and_in_order() -> None:
    stream = io.BytesIO()
    send(stream, {"value": ["ä.png", 2**63]})
    send(stream, {})
    stream.seek(0)
    assert receive(stream) == {"value": ["ä.png", 2**63]}
    assert receive(stream) == {}
    assert receive(stream) is None


def test_half_a_message_is_the_end() -> None:
    stream = io.BytesIO()
    send(stream, {"value": 1})
    for n_bytes in range(len(stream.getvalue())):
        assert receive(io.BytesIO(stream.getvalue()[:n_bytes])) is None
