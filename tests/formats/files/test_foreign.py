from pathlib import Path

import pytest

from al_core.formats.files.content import FOREIGN_KINDS
from al_core.formats.files.foreign import ForeignKind, begins_with, lines_of_python


def test_a_refusal_names_the_file_its_kind_and_the_code_with_the_names_filled_in() -> None:
    kind = ForeignKind("a toy file", begins_with(b"TOY"), lines_of_python("import toy", "toy.load($file).save($npz)"))
    assert kind.recognizes(Path("x.toy"), b"TOY1")
    assert not kind.recognizes(Path("x.toy"), b"no")
    assert str(kind.refusal(Path("runs/a b.toy"))) == (
        "a b.toy is a toy file, which is not read; convert it with Python:\n\n"
        "    import toy\n    toy.load('a b.toy').save('a b.npz')"
    )
    # Over HTTP nobody knows what the file is called.
    assert str(kind.refusal(Path("the request"))).endswith("    toy.load('YOUR-FILE').save('YOUR-FILE.npz')")


@pytest.mark.parametrize("kind", FOREIGN_KINDS, ids=lambda kind: kind.name)
def test_every_kind_says_what_to_do(kind: ForeignKind) -> None:
    assert str(kind.refusal(Path("x.y"))).startswith(f"x.y is {kind.name}, which is not read; ")
