from al_core.api.server.door.visitor import HEADER, Visitor, announced, read_visitor


def test_the_pages_read_who_the_door_let_in_whatever_the_client_claims() -> None:
    visitor = Visitor(is_here=False, may_write=False, token_name="ana@lab 1")
    claimed = [(b"host", b"localhost"), (HEADER.encode(), b"{}"), (b"X-AL-Core-Visitor", b"{}")]
    headers = announced({"type": "http", "headers": claimed}, visitor)["headers"]
    assert [name for name, _ in headers] == [b"host", HEADER.encode()]
    assert read_visitor(headers[1][1].decode()) == visitor
