import pytest

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotFoundError
from al_core.store import Workspace


def test_a_token_is_found_by_its_secret_only(workspace: Workspace) -> None:
    secret = workspace.tokens.create("alice", may_write=False)
    token = workspace.tokens.find(secret)
    assert token
    assert (token.name, token.may_write) == ("alice", False)
    assert workspace.tokens.find("alice") is None
    assert workspace.tokens.find(secret[:-1]) is None


def test_the_secret_itself_is_in_no_file(workspace: Workspace) -> None:
    secret = workspace.tokens.create("alice")
    files = [path for path in workspace.home.rglob("*") if path.is_file()]
    assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_tokens_come_oldest_first_and_a_revoked_one_is_gone(workspace: Workspace) -> None:
    secrets = {name: workspace.tokens.create(name) for name in ("bob", "alice")}
    assert [token.name for token in workspace.tokens.all()] == ["bob", "alice"]
    workspace.tokens.revoke("bob")
    assert workspace.tokens.find(secrets["bob"]) is None
    assert [token.name for token in workspace.tokens.all()] == ["alice"]


def test_a_name_is_given_once(workspace: Workspace) -> None:
    workspace.tokens.create("alice")
    with pytest.raises(AlreadyExistsError, match="there is already a token 'alice'"):
        workspace.tokens.create("alice")


@pytest.mark.parametrize("name", ["", " ", "a\nb", "ä", "a" * 101])
def test_a_name_outside_the_rules_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not allowed"):
        workspace.tokens.create(name)


def test_revoking_an_unknown_token_lists_the_existing_ones(workspace: Workspace) -> None:
    workspace.tokens.create("alice")
    with pytest.raises(NotFoundError, match="there is no token 'bob'; there are: 'alice'"):
        workspace.tokens.revoke("bob")
