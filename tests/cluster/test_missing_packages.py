import pytest

from al_core.cluster.missing_packages import lacks_package


@pytest.mark.parametrize(
    ("module", "package"),
    [("faiss", "faiss-cpu"), ("sklearn.manifold", "scikit-learn"), ("nobody_has_it", "nobody_has_it")],
)
def test_a_package_is_called_as_it_is_installed(module: str, package: str) -> None:
    said = str(lacks_package("tcp://there:8786", ModuleNotFoundError(f"No module named '{module}'", name=module)))
    assert f"tcp://there:8786 lacks the package {package}, " in said
    assert f"'pip install {package}' on every machine" in said


def test_an_error_without_a_name_is_shown_as_it_is() -> None:
    assert "lacks the package own words" in str(lacks_package("tcp://there:8786", ModuleNotFoundError("own words")))
