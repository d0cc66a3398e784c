from tests.api.calls import Api


def test_scores_are_listed_for_the_tags_that_they_cover(api: Api) -> None:
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    part = api("POST", f"{api.dataset}/tags", 201, {"name": "part", "bitMaskData": "0x3", "totSize": 6})["id"]
    api("POST", f"{api.dataset}/tags/{part}/scores", 201, {"scoreType": "mine", "scores": [0.25, 0.5]})
    assert api("GET", f"{api.dataset}/tags/{initial}/scores", 200) == []
    [score] = api("GET", f"{api.dataset}/tags/{part}/scores", 200)
    assert (score["scoreType"], score["tagId"]) == ("mine", part)
    assert api("GET", f"{api.dataset}/tags/{part}/scores/{score['id']}", 200)["scores"] == [0.25, 0.5]
    assert api("GET", f"{api.dataset}/tags/{part}/scores/none", 404)["code"] == "SCORE_UNKNOWN"
