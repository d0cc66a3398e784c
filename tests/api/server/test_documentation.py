from tests.api.calls import Api


def test_the_documentation_lists_every_operation_and_loads_nothing_from_elsewhere(api: Api) -> None:
    page = api("GET", "/docs", 200).decode()
    document = api("GET", "/openapi.json", 200)
    assert all(f"<code>/v1{path}" in page for path in document["paths"])
    assert "//" not in page.replace("<!doctype", "")


def test_the_bounds_of_integers_are_documented_exactly(api: Api) -> None:
    properties = api("GET", "/openapi.json", 200)["components"]["schemas"]["SelectionCreate"]["properties"]
    assert properties["nSamples"]["exclusiveMaximum"] == 2**63
    assert isinstance(properties["nSamples"]["exclusiveMaximum"], int)
