from ui.embedding_map.cache import ArrayCache


def test_an_array_is_cached_under_the_digest_of_its_content() -> None:
    cache = ArrayCache()
    digest = cache.add(b"points")
    assert cache.add(b"points") == digest
    assert cache.add(b"others") != digest
    assert cache.find(digest) == b"points"
    assert cache.find("another") is None


def test_the_arrays_used_longest_ago_go_first() -> None:
    cache = ArrayCache(max_bytes=10)
    first, second = cache.add(b"12345"), cache.add(b"6789")
    cache.add(b"12345")
    cache.add(b"abcd")
    assert cache.find(first) == b"12345"
    assert cache.find(second) is None
