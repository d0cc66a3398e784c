import pytest

from al_core.exceptions import InvalidInputError
from al_core.objects.address import check_address


@pytest.mark.parametrize(
    "address", ["s3://", "s3://bucket/../other", "s3://bucket//a", "bucket/a", "s3://b/a\tb", "S3://b"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="should be an address"):
        check_address(address)


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/a", "s3://bucket/a?token=secret"])
def test_an_address_with_a_secret_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(InvalidInputError, match="holds neither user, password nor options") as caught:
        check_address(address)
    assert "secret" not in str(caught.value)
