from pathlib import Path

from al_core.formats.files.decoded_size import announced_to
from al_core.formats.files.unpacking import write_blocks


def test_blocks_are_written_in_order_and_their_memory_is_asked_for_before(tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(b"x")
    asked: list[int] = []
    with announced_to(asked.append):
        target = write_blocks([b"ab", b"c"], tmp_path / "out", packed)
    assert target.read_bytes() == b"abc"
    assert asked[0] == 2
    assert len(asked) == 2
