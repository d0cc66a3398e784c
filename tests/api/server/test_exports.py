from tests.api.calls import Api


def test_a_filename_in_an_export_cannot_run_as_a_formula(empty: Api) -> None:
    empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "=1+1.png"})
    tag = empty("POST", f"{empty.dataset}/tags/initial", 201, {})["id"]
    assert b"'=1+1.png" in empty("GET", f"{empty.dataset}/tags/{tag}/export/csv", 200)


def test_an_unknown_export_format_lists_the_known_ones(api: Api) -> None:
    tag = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    assert "use one of txt, csv, json" in api("GET", f"{api.dataset}/tags/{tag}/export/doc", 404)["message"]
