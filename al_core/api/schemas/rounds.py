from pydantic import BaseModel, ConfigDict, FiniteFloat

from al_core.api.schemas.models import ModelData
from al_core.api.schemas.wire import Wire
from al_core.evaluation import Corrections, Statistic
from al_core.steps.round_gains import gain_text
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.steps.rounds import Round


class RoundData(Wire):
    """A round: one selection, what was sent and came back, and the model trained after it."""

    number: int
    name: str
    tag_id: str
    state: str
    method: str | None
    n_added: int
    n_test: int
    n_back: int
    n_training: int
    created_at: int
    sent_at: int | None
    back_at: int | None
    model: ModelData | None

    @classmethod
    def of(cls, shown: Round) -> "RoundData":
        """Return a round as the API shows it."""
        provenance = shown.tag.provenance
        return cls(
            number=shown.number,
            name=shown.name,
            tag_id=shown.tag.id,
            state=shown.state,
            method=str(provenance.config.method) if provenance.config else None,
            n_added=len(shown.added_rows),
            n_test=len(shown.test_rows),
            n_back=len(shown.back_rows),
            n_training=shown.n_training,
            created_at=shown.tag.created_at,
            sent_at=provenance.sent_at,
            back_at=shown.back_at,
            model=ModelData.of(shown.model) if shown.model else None,
        )


class RoundPlanData(BaseModel):
    """Target and prices of the rounds; names as in `al_core.steps.round_plan.RoundPlan`."""

    model_config = ConfigDict(strict=True)

    target: FiniteFloat = RoundPlan.target
    price_per_image: FiniteFloat = 0
    price_per_object: FiniteFloat = 0
    value_per_point: FiniteFloat = 0
    currency: str = RoundPlan.currency


class TestShareData(Wire):
    """What is set aside for testing, as filenames; without a test share all lists are empty.

    No sample of `barred` may be trained on: the reserve and, with groups, the rest of tested groups.
    """

    population: list[str]
    reserve: list[str]
    barred: list[str]


class FigureData(Wire):
    """A figure with the ends of its 95 % interval; without one, `text` says why."""

    measure: str
    value: float | None
    low: float | None
    high: float | None
    text: str

    @classmethod
    def of(cls, measure: str, figure: Statistic) -> "FigureData":
        """Return a figure as the API shows it."""
        return cls(
            measure=measure,
            value=figure.value if figure.speaks else None,
            low=figure.low if figure.speaks else None,
            high=figure.high if figure.speaks else None,
            text=figure.text(),
        )


class JudgedClassData(Wire):
    """How a model does on one class of the test labels."""

    name: str
    n_labels: int
    figures: list[FigureData]


class RoundResultData(Wire):
    """What a round's model achieves, and what its labels cost.

    Accuracy, or what the task is measured by, comes with the ends of its 95 % interval; without one, `text` says why.
    Row by row `confusion` counts the test images of each of the `classes` by the class predicted, where an image has
    one.
    """

    round: RoundData
    accuracy: float | None
    low: float | None
    high: float | None
    text: str
    cost: float | None
    classes: list[JudgedClassData]
    confusion: list[list[int]] | None

    @classmethod
    def of(cls, result: RoundResult, measures: tuple[str, ...]) -> "RoundResultData":
        """Return a result as the API shows it; `measures` are those of a class."""
        accuracy = result.accuracy
        confusion = result.judgment.confusion
        return cls(
            round=RoundData.of(result.round),
            accuracy=accuracy.value if accuracy.speaks else None,
            low=accuracy.low if accuracy.speaks else None,
            high=accuracy.high if accuracy.speaks else None,
            text=accuracy.text(),
            cost=result.cost,
            classes=[
                JudgedClassData(
                    name=judged.name,
                    n_labels=judged.n_labels,
                    figures=[FigureData.of(*each) for each in zip(measures, judged.figures, strict=True)],
                )
                for judged in result.judgment.classes
            ],
            confusion=None if confusion is None else confusion.tolist(),
        )


class GainData(Wire):
    """By how much a later model does better on the same test labels, as a share with the ends of its 95 % interval.

    Without an interval `text` says why.
    """

    value: float | None
    low: float | None
    high: float | None
    text: str

    @classmethod
    def of(cls, gain: Statistic) -> "GainData":
        """Return a gain as the API shows it."""
        return cls(
            value=gain.value if gain.speaks else None,
            low=gain.low if gain.speaks else None,
            high=gain.high if gain.speaks else None,
            text=gain_text(gain),
        )


class BaselineData(Wire):
    """The model that the project began with, and what all labels since have bought."""

    model: ModelData
    accuracy: FigureData
    gain: GainData


class CorrectionsData(Wire):
    """How often models were wrong on chosen images and on the test images beside them, which nobody chose."""

    chosen: FigureData
    random: FigureData
    difference: GainData
    text: str

    @classmethod
    def of(cls, corrections: Corrections) -> "CorrectionsData":
        """Return the comparison as the API shows it."""
        return cls(
            chosen=FigureData.of("wrong on the chosen images", corrections.chosen),
            random=FigureData.of("wrong on the test images", corrections.random),
            difference=GainData.of(corrections.difference),
            text=corrections.text(),
        )


class SignData(Wire):
    """A sign to stop: whether it holds, and its figure or the reason why it is refused."""

    holds: bool
    figure: str
    is_refused: bool


class RoundsReportData(Wire):
    """What the rounds bought: results, forecast and signs, each with an interval or refused in words."""

    results: list[RoundResultData]
    task: str
    measure: str
    n_tests: int
    n_reserve: int
    forecast: str
    last_gain: GainData
    baseline: BaselineData | None
    corrections: CorrectionsData
    signs: dict[str, SignData]
    verdict: str
    is_target_reached: bool
    is_more_no_help: bool

    @classmethod
    def of(cls, report: RoundsReport, plan: RoundPlan) -> "RoundsReportData":
        """Return a report as the API shows it."""
        advice = report.advice
        signs = {"target": advice.target, "value": advice.value, "stability": advice.stability}
        return cls(
            results=[RoundResultData.of(result, report.class_measures) for result in report.results],
            task=report.task,
            measure=report.measure,
            n_tests=report.n_tests,
            n_reserve=report.n_reserve,
            forecast=report.forecast.text(plan.target, report.n_next),
            last_gain=GainData.of(report.forecast.last_gain),
            baseline=_baseline(report),
            corrections=CorrectionsData.of(report.corrections),
            signs={name: SignData.model_validate(vars(sign)) for name, sign in signs.items()},
            verdict=advice.text(),
            is_target_reached=advice.is_target_reached,
            is_more_no_help=advice.is_more_no_help,
        )


def _baseline(report: RoundsReport) -> BaselineData | None:
    baseline = report.baseline
    if baseline is None:
        return None
    return BaselineData(
        model=ModelData.of(baseline.model),
        accuracy=FigureData.of(report.measure, baseline.accuracy),
        gain=GainData.of(baseline.gain),
    )
