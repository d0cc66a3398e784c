import io
import zipfile

from tests.api.calls import Api


def test_a_filename_in_an_export_cannot_run_as_a_formula(empty: Api) -> None:
    empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "=1+1.png"})
    tag = empty("POST", f"{empty.dataset}/tags/initial", 201, {})["id"]
    assert b"'=1+1.png" in empty("GET", f"{empty.dataset}/tags/{tag}/export/csv", 200)


def test_an_unknown_export_format_lists_the_known_ones(api: Api) -> None:
    tag = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    assert "use one of txt, csv, json" in api("GET", f"{api.dataset}/tags/{tag}/export/doc", 404)["message"]


def test_a_client_says_how_it_wants_an_export(api: Api) -> None:
    tag = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    path = f"{api.dataset}/tags/{tag}"
    chosen = "classNames=cat&classNames=dog&task=object-detection&imagePrefix=https://host/i/"
    assert "needs the classes" in api("GET", f"{path}/export/label-studio", 400)["message"]
    formats = {format["name"]: format["obstacle"] for format in api("GET", f"{path}/exports?{chosen}", 200)}
    assert formats["label-studio"] is None
    content = api("GET", f"{path}/export/label-studio?{chosen}", 200)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b'<Label value="dog"/>' in archive.read("labeling-config.xml")
        assert b'"image":"https://host/i/' in archive.read("tasks-001.json")
    assert "images cannot be at" in api("GET", f"{path}/export/csv?imagePrefix=javascript:x", 400)["message"]
