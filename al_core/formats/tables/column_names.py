"""What the name of a column says about its cells; what they hold decides in the end."""

import re
from collections.abc import Iterable

from al_core.formats.tables.meaning import Meaning

_NUMBERING = frozenset(["imageid", "imgid", "sampleid", "id", "uid", "uuid", "itemid", "dataid", "assetid"])
"""The words that number rows where another column has the filenames."""

LAST_NAMING_INTEGERS = 4
"""The last rank whose columns may name images by integers: those behind it number rows."""

_MEANINGS = {
    Meaning.LABEL: "label labels target targets class classname classid classlabel category categoryid categoryname "
    "y ytrue truth groundtruth gt gtlabel gtclass truelabel trueclass givenlabel annotation annotations labelid "
    "labelname",
    Meaning.PREDICTED: "pred preds prediction predictions predicted predlabel predictedlabel predictedlabels predclass "
    "predictedclass predid predname predindex predictedcategory ypred argmax top top1 top1class top1label",
    Meaning.METADATA: "fold split subset partition set width height w h imagewidth imageheight imgwidth "
    "imgheight channels size filesize time timestamp "
    "inferencetime latency date datetime epoch seed batch device camera lat lon latitude longitude istrain istest "
    "isval isvalidation islabelissue dataset numobjects nobjects count md5 hash phash annotationid annotator "
    "annotatorid leadtime createdat updatedat taskid projectid userid",
    Meaning.IGNORED: "index idx row rowid rownumber rank level0",
}
_MEANING_OF_WORD = {word: meaning for meaning, words in _MEANINGS.items() for word in words.split()}

_SCORE = re.compile("score|uncertain|entropy|least_?confiden|informativ|novelty|outlier|disagreement|loss$|^bald$")
_CONFIDENCE = re.compile(
    "confidence|^conf$|certainty|quality|^margin$|^label_?score$|^msp$|max_?(prob|softmax)|^(pred|top_?1)_?(prob|score)"
)
_TOP_PROBABILITY = re.compile("(prob|proba|probability|p|score|conf|confidence|pred_?score|pred_?prob|top1_?prob)")

# `BuildingId` and `patient_id`, and neither `covid` nor `ID`.
_NUMBER_OF_THING = re.compile(r"[a-z](?:Id|ID|[ _-][iI][dD])$")

_BOX = re.compile(
    "(detection|pred(icted)?)?b?box(es)?|rois|boundingbox|detections|xyxy|xywh|cxcywh|(box)?yxyx|polygon|segmentation|keypoints"
)
_CORNER = re.compile("[xy](min|max|[012]|center)|left|top|right|bottom")
_N_CORNERS = 4

_EMBEDDING = re.compile(r"(emb|embedding|embeddings|feat|feature|features|vector|dim)[ _.-]?\d+")
_CLASS_PREFIXES = "|".join(
    [
        "softmax",
        "pred_?prob(?:ability|a)?",
        "class_?prob(?:ability|a)?",
        "prob(?:s|a|ability|abilities)?",
        "p",
        "sigmoid",
        "pred_?score",
        "scores?",
        "conf(?:idence)?",
        "output",
        "class",
        "pred",
        "log_?prob",
        "logits?",
    ]
)
_PREFIXED = re.compile(rf"({_CLASS_PREFIXES})(?:[ _.:/-]+(.+)|(\d+))", re.IGNORECASE)
_SUFFIXED = re.compile(rf"(.+?)[ _.:/-]+({_CLASS_PREFIXES})", re.IGNORECASE)
_IN_BRACKETS = re.compile(rf"({_CLASS_PREFIXES})[\[(](.+)[\])]", re.IGNORECASE)
_CLASS_WORDS = "index|idx|label|class|pred|category|name|indices"
_RANKED_CLASS = re.compile(
    rf"(?:{_CLASS_WORDS}|top|rank)[ _.-]?(\d+)|(?:top|rank)[ _.-]?(\d+)[ _.-]?(?:{_CLASS_WORDS})", re.IGNORECASE
)


def meaning_of_name(name: str) -> Meaning | None:
    """Return what a column of this name usually is, or None for names that say nothing, such as those of classes.

    Examples:
        >>> str(meaning_of_name("True Label")), str(meaning_of_name("uncertainty_margin")), meaning_of_name("cat")
        ('label', 'score', None)
        >>> str(meaning_of_name("label_quality")), str(meaning_of_name("fold")), str(meaning_of_name("BuildingId"))
        ('confidence', 'metadata', 'metadata')
    """
    word = _squeezed(name)
    if word in _MEANING_OF_WORD:
        return _MEANING_OF_WORD[word]
    if word.startswith(("unnamed", "indexlevel")) or not word or word in _NUMBERING:
        return Meaning.IGNORED
    snake = name.strip().lower().replace(" ", "_").replace("-", "_")
    if "uncertain" in snake or "least_confiden" in snake:
        return Meaning.SCORE
    if _NUMBER_OF_THING.search(name.strip()):
        return Meaning.METADATA
    if _CONFIDENCE.search(snake):
        return Meaning.CONFIDENCE
    return Meaning.SCORE if _SCORE.search(snake) else None


def is_probability_name(name: str) -> bool:
    """Return whether a single column of this name may be the probability of the predicted class.

    Examples:
        >>> is_probability_name("prob"), is_probability_name("cat")
        (True, False)
    """
    return bool(_TOP_PROBABILITY.fullmatch(name.strip().lower()))


def is_embedding_name(name: str) -> bool:
    """Return whether a column of this name is one number of an embedding."""
    return bool(_EMBEDDING.fullmatch(name.strip().lower()))


def have_boxes(names: Iterable[str]) -> bool:
    """Return whether columns of these names are those of objects in an image.

    Examples:
        >>> have_boxes(["filename", "x_min", "y_min", "x_max", "y_max"]), have_boxes(["filename", "left", "right"])
        (True, False)
    """
    words = {_squeezed(name) for name in names}
    n_corners = sum(bool(_CORNER.fullmatch(word)) for word in words)
    return n_corners >= _N_CORNERS or any(_BOX.fullmatch(word) for word in words)


def class_of_name(name: str) -> tuple[str, str] | None:
    """Return what kind of number a column names in front of or behind its class, and the class, or None.

    Examples:
        >>> class_of_name("score_cat"), class_of_name("dog prob"), class_of_name("logit[3]"), class_of_name("cat")
        (('score', 'cat'), ('prob', 'dog'), ('logit', '3'), None)
    """
    name = name.strip()
    if match := _IN_BRACKETS.fullmatch(name):
        return match[1].lower(), match[2]
    if match := _PREFIXED.fullmatch(name):
        return match[1].lower(), match[2] or match[3]
    if match := _SUFFIXED.fullmatch(name):
        return match[2].lower(), match[1]
    return None


def ranked_class(name: str) -> int | None:
    """Return the rank that a column gives the class of, or None.

    Examples:
        >>> ranked_class("index_0"), ranked_class("top2_label"), ranked_class("cat")
        (0, 2, None)
    """
    match = _RANKED_CLASS.fullmatch(name.strip())
    return int(match[1] or match[2]) if match else None


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())
