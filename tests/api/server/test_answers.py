from al_core.api.server.answers import Answers, JsonAnswer
from al_core.store.revisions import Revision


def read(answers: Answers, dataset_id: str, number: int, content: str) -> bytes:
    return answers.get(Revision(dataset_id, number), lambda: JsonAnswer.of(content)).body


def test_an_answer_is_made_again_only_when_its_dataset_has_changed() -> None:
    answers = Answers()
    assert read(answers, "a", 1, "first") == b'"first"'
    assert read(answers, "a", 1, "never made") == b'"first"'
    assert read(answers, "b", 1, "of b") == b'"of b"'
    assert read(answers, "a", 2, "second") == b'"second"'


def test_answers_use_no_more_than_their_room_and_those_asked_for_last_stay() -> None:
    answers = Answers(most_bytes=10)
    for dataset_id in ("a", "b", "a", "c"):
        read(answers, dataset_id, 1, "four")
    # Three of 6 bytes do not fit, nor do two: c is left.
    assert read(answers, "c", 1, "new") == b'"four"'
    assert read(answers, "a", 1, "new") == b'"new"'
    assert read(answers, "d", 1, "longer than ten") == b'"longer than ten"'
    assert read(answers, "d", 1, "again") == b'"again"'
