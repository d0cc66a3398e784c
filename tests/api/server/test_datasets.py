from tests.api.calls import Api


def test_both_spellings_of_the_path_create_a_dataset(api: Api) -> None:
    assert len(api("POST", "/datasets", 201, {"name": "one"})["id"]) == 24
    assert len(api("POST", "/datasets/", 201, {"name": "two"})["id"]) == 24
    assert [known["name"] for known in api("GET", "/datasets?shared=False", 200)][-1] == "line"
    assert api("GET", "/datasets?shared=True", 200) == []


def test_the_size_of_a_dataset_is_what_its_images_have(empty: Api) -> None:
    for name, size in (("a.png", 1000), ("b.png", 24)):
        empty("POST", f"{empty.dataset}/samples", 201, {"fileName": name, "metaData": {"sizeInBytes": size}})
    empty("POST", f"{empty.dataset}/tags/initial", 201, {})
    assert empty("GET", empty.dataset, 200)["sizeInBytes"] == 1024
    empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "c.png", "metaData": {"sizeInBytes": 1}})
    empty("POST", f"{empty.dataset}/tags/upsize", 201, {"upsizeTagName": "more"})
    assert empty("GET", empty.dataset, 200)["sizeInBytes"] == 1025


def test_a_dataset_cannot_have_a_name_that_looks_like_an_id(api: Api) -> None:
    name = api.dataset.rpartition("/")[2]
    assert "looks like the id" in api("POST", "/datasets", 400, {"name": name})["message"]
    assert "looks like the id" in api("PUT", api.dataset, 400, {"name": name})["message"]
