import os
from pathlib import Path

import pytest

from al_core.api.server.door.permissions import check_address, check_model, check_path, check_server
from al_core.api.server.door.visitor import Visitor
from al_core.api.server.settings import read_settings
from al_core.exceptions import InvalidInputError, NotAllowedError

HERE = Visitor(is_here=True)
ELSEWHERE = Visitor(is_here=False, token_name="ci")
BUILT_IN = "efficientnet-lite0"


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "open"
    (folder / "images").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    return folder


def test_whoever_sits_at_the_machine_names_any_path() -> None:
    assert check_path(HERE, Path("/etc/passwd"), []) == Path("/etc/passwd")
    assert check_path(HERE, Path("~/images"), []) == Path.home() / "images"


@pytest.mark.parametrize("inside", [".", "images", "images/new/folder", "images/../images"])
def test_people_elsewhere_name_paths_in_the_folders_that_are_allowed(open_folder: Path, inside: str) -> None:
    assert check_path(ELSEWHERE, open_folder / inside, [open_folder]) == (open_folder / inside).resolve()


def test_addresses_stand_among_the_folders_that_are_allowed(tmp_path: Path) -> None:
    settings = read_settings({"AL_CORE_ALLOWED_PATHS": f"{tmp_path}:s3://bucket/images/:gs://other"})
    assert settings.allowed_paths == (tmp_path,)
    assert settings.allowed_addresses == ("s3://bucket/images", "gs://other")


@pytest.mark.parametrize("inside", ["s3://bucket/images", "s3://bucket/images/day 1/"])
def test_people_elsewhere_name_addresses_below_those_that_are_allowed(inside: str) -> None:
    assert check_address(ELSEWHERE, inside, ["s3://bucket/images"]) == inside.rstrip("/")


@pytest.mark.parametrize(
    "outside", ["s3://bucket", "s3://bucket/images2", "s3://other/images", "memory://bucket/images"]
)
def test_people_elsewhere_name_no_other_address(outside: str) -> None:
    with pytest.raises(
        NotAllowedError, match="is not open to people at other machines; allowed are s3://bucket/images"
    ):
        check_address(ELSEWHERE, outside, ["s3://bucket/images"])
    with pytest.raises(NotAllowedError, match="AL_CORE_ALLOWED_PATHS"):
        check_address(ELSEWHERE, outside, [])
    assert check_address(HERE, outside, []) == outside


def test_no_address_leads_out_of_one_that_is_allowed() -> None:
    with pytest.raises(InvalidInputError):
        check_address(ELSEWHERE, "s3://bucket/images/../secret", ["s3://bucket/images"])


@pytest.mark.parametrize("outside", ["..", "../secret", "link", "link/file", "images/../../secret", "../open2", "/etc"])
def test_neither_a_way_up_nor_a_link_leads_out_of_them(open_folder: Path, outside: str) -> None:
    with pytest.raises(NotAllowedError, match=f"allowed are {open_folder}"):
        check_path(ELSEWHERE, open_folder / outside, [open_folder])


def test_an_allowed_folder_may_itself_be_a_link(tmp_path: Path, open_folder: Path) -> None:
    link = tmp_path / "data"
    link.symlink_to(open_folder)
    assert check_path(ELSEWHERE, link / "images", [link]) == open_folder.resolve() / "images"


def test_without_a_setting_there_is_no_such_folder() -> None:
    with pytest.raises(NotAllowedError, match="AL_CORE_ALLOWED_PATHS"):
        check_path(ELSEWHERE, Path("/"), [])


def test_allowed_folders_are_separated_like_those_of_path() -> None:
    settings = read_settings({"AL_CORE_ALLOWED_PATHS": os.pathsep.join(["/data", "/mnt/more images"])})
    assert settings.allowed_paths == (Path("/data"), Path("/mnt/more images"))
    with pytest.raises(InvalidInputError, match="absolute"):
        read_settings({"AL_CORE_ALLOWED_PATHS": "data"})


@pytest.mark.parametrize("model", ["timm:resnet18", "torchvision:resnet18", "open_clip:ViT/x", "python:os:system", "x"])
def test_a_model_whose_loading_runs_code_is_for_people_at_the_machine(model: str) -> None:
    assert check_model(HERE, model, BUILT_IN, []) == model
    with pytest.raises(NotAllowedError, match="runs code"):
        check_model(ELSEWHERE, model, BUILT_IN, [])


def test_people_elsewhere_use_the_bundled_model_or_a_file_in_an_allowed_folder(open_folder: Path) -> None:
    assert check_model(ELSEWHERE, BUILT_IN, BUILT_IN, []) == BUILT_IN
    file = open_folder / "model.onnx"
    assert check_model(ELSEWHERE, str(file), BUILT_IN, [open_folder]) == str(file)
    with pytest.raises(NotAllowedError):
        check_model(ELSEWHERE, "/srv/model.onnx", BUILT_IN, [open_folder])


@pytest.mark.parametrize(
    "server", ["http://169.254.169.254", "http://gpu-box:8502", "http://gpu-box:8501@evil.example"]
)
def test_people_elsewhere_open_only_the_servers_that_are_allowed(server: str) -> None:
    allowed = read_settings({"AL_CORE_ALLOWED_SERVERS": "http://gpu-box:8501/, https://a.example"}).allowed_servers
    check_server(HERE, server, [])
    check_server(ELSEWHERE, " http://gpu-box:8501/", allowed)
    with pytest.raises(NotAllowedError, match="people at other machines cannot open"):
        check_server(ELSEWHERE, server, allowed)
