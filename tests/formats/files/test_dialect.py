import pytest

from al_core.formats.files.dialect import Dialect, dialect_of


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("filename|cat\na|0.5\nb|1", Dialect("|")),
        ("filename cat dog\na 0.5 1\nb 1 0", Dialect(" ")),
        ("filename;cat\na;0,5\nb;1", Dialect(";", comma_columns=(1,))),
        ("filename\tcat\na\t-0,5e-3\nb\t1,25", Dialect("\t", comma_columns=(1,))),
        ("# made by x\nfilename,cat\na,0.5\nb,1", Dialect(",", n_skipped=1)),
        ("# filename,cat\na,0.5\nb,1", Dialect(",", is_commented=True)),
        ("sep=;\nfilename;cat\na;0.5\nb;1", Dialect(";", n_skipped=1)),
        ("filename,score\na,87.5%\nb,\nc,60 %", Dialect(",", percent_columns=(1,))),
        ("filename;score\na;87,5 %\nb;60,0 %", Dialect(";", percent_columns=(1,))),
        ("a.png,0.25,0.75\nb.png,0.5,0.5", Dialect(",", header=("filename", "class_0", "class_1"))),
    ],
)
def test_a_table_is_told_by_its_first_lines(text: str, dialect: Dialect) -> None:
    assert dialect_of(text.split("\n")) == dialect


@pytest.mark.parametrize(
    "text",
    [
        "filename,cat\na,0.5\nb,1",
        "filename;cat\na;0.5\nb;1",
        "filename;pixels\na;1,234\nb;2,500",
        "filename,0,1,2\na,0.5,0.25,0.25\nb,0,1,0",
        "a.png\nb.png",
        "IMG 1.jpg\nIMG 2.jpg",
        "digit 0\ndigit 1\ndigit 2",
        "class one\nclass 2\nclass 3",
        "0 0.5 0.5 0.2 0.2 0.9\n1 0.5 0.5 0.2 0.2 0.9",
        "a|b.png\nc|d.png",
        "# a comment\n# and no more",
        "",
        "a.jpg,65,32,83,47,triangle\nb.jpg,1,2,3,4,circle",
        "filename|cat\na|0.5|1\nb|1",
        "filename,label\na,25%\nb,50%",
        "filename,cat\na,25%\nb,0.5",
    ],
)
def test_what_is_plain_or_no_table_is_left_alone(text: str) -> None:
    assert dialect_of(text.split("\n")).is_plain
