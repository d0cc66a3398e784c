import pytest

from tests.api.calls import Api


def test_samples_keep_the_order_in_which_they_came(empty: Api) -> None:
    names = ["b.png", "a.png", "c.png"]
    ids = [empty("POST", f"{empty.dataset}/samples", 201, {"fileName": name})["id"] for name in names]
    assert empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "a.png"})["id"] == ids[1]
    assert empty("GET", f"{empty.dataset}/mappings?field=fileName", 200) == []
    assert empty("GET", empty.dataset, 200)["nSamples"] == 3
    empty("POST", f"{empty.dataset}/tags/initial", 201, {"imgType": "full", "creator": "USER_PIP"})
    assert empty("GET", f"{empty.dataset}/mappings?field=fileName", 200) == names
    assert empty("GET", f"{empty.dataset}/mappings?field=_id", 200) == ids
    assert empty("GET", empty.dataset, 200)["imgType"] == "full"
    assert empty("POST", f"{empty.dataset}/tags/initial", 409, {})["code"] == "TAG_INITIAL_EXISTS"
    [sample] = empty("GET", f"{empty.dataset}/samples?pageSize=1&pageOffset=1", 200)
    assert (sample["id"], sample["fileName"], sample["index"], sample["type"]) == (ids[1], "a.png", 1, "IMAGE")


def test_a_sample_keeps_what_an_update_leaves_out(api: Api) -> None:
    [first, *_] = api("GET", f"{api.dataset}/samples", 200)
    path = f"{api.dataset}/samples/{first['id']}"
    api("PUT", path, 204, {"customMetaData": {"people": 3}})
    api("PUT", path, 204, {"metaData": {"snr": 1.5}})
    seen = api("GET", path, 200)
    assert (seen["fileName"], seen["customMetaData"], seen["metaData"]) == ("a.png", {"people": 3}, {"snr": 1.5})
    assert api("GET", f"{api.dataset}/samples/{'0' * 24}", 404)["code"] == "SAMPLE_UNKNOWN"


def test_what_json_cannot_carry_everywhere_is_stored_as_what_it_can(api: Api) -> None:
    [first, *_] = api("GET", f"{api.dataset}/samples", 200)
    path = f"{api.dataset}/samples/{first['id']}"
    # As Python's json module sends it: Lightly's client has a NaN for the noise of an image of one color.
    text = '{"customMetaData": {"snr": NaN, "list": [Infinity, 1180591620717411303424, 1' + "0" * 400 + "]}}"
    headers = {"Content-Type": "application/json"}
    api("PUT", path, 204, data=text, headers=headers)
    stored = {"snr": None, "list": [None, float(2**70), None]}
    assert api("GET", path, 200)["customMetaData"] == stored
    assert api("GET", f"{api.dataset}/samples", 200)[0]["customMetaData"] == stored
    deep = '{"customMetaData": {"x": ' + "[" * 500 + "]" * 500 + "}}"
    assert "at most 100 deep" in api("PUT", path, 400, data=deep, headers=headers)["message"]
    halved = '{"customMetaData": {"x": "\\ud800"}}'
    assert "not JSON" in api("PUT", path, 400, data=halved, headers=headers)["message"]


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "a/../../b.png", "a\\b.png", "a\nb.png", "./a.png", ""])
def test_a_filename_that_is_not_a_plain_path_is_refused(empty: Api, name: str) -> None:
    empty("POST", f"{empty.dataset}/samples", 400, {"fileName": name})


def test_a_frame_number_is_a_number_and_not_a_truth_value(api: Api) -> None:
    api("POST", f"{api.dataset}/image-frames", 422, [False])


@pytest.mark.parametrize("filename", [".", "./a.png", "..", "/a.png", "a//b.png", "a/../b.png"])
def test_a_filename_that_leads_nowhere_is_refused(empty: Api, filename: str) -> None:
    for method, route, body in [("PUT", "filenames", [filename]), ("POST", "samples", {"fileName": filename})]:
        refusal = empty(method, f"{empty.dataset}/{route}", 400, body)
        assert "is not a plain relative path" in refusal["message"]
