import requests

from tests.patience import PATIENCE
from tests.serving import served
from ui.embedding_map.cache import ArrayCache
from ui.embedding_map.routes import map_app


def test_arrays_are_fetched_by_digest_and_never_again() -> None:
    cache = ArrayCache()
    digest = cache.add(b"1234")
    with served(map_app(cache)) as address:
        answer = requests.get(f"{address}/{digest}", timeout=PATIENCE)
        assert answer.content == b"1234"
        assert "immutable" in answer.headers["cache-control"]


def test_an_array_that_is_gone_says_how_to_get_it_back() -> None:
    with served(map_app(ArrayCache())) as address:
        answer = requests.get(f"{address}/0000", timeout=PATIENCE)
        assert (answer.status_code, answer.text) == (404, "This array is no longer in memory; reload the page")
