"""The plan as a document: the power of every design, the ladder's price, a paragraph to use, and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from pipeline.disclosure.shown import Shown
from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.factors import FACTORS
from pipeline.planning.power import Power, central, smallest
from pipeline.planning.studies import WORLDS
from pipeline.planning.tally import Ladder, Share
from pipeline.report.blocks import Block, Bullets, Columns, FigureBlock, Paragraph, TableBlock
from pipeline.report.document import Document, Flag
from pipeline.report.plots.figures import Chart, Multiples, Tick
from pipeline.report.plots.figures import Line as Drawn
from pipeline.report.plots.scale import linear_axis
from pipeline.report.section import Section
from pipeline.report.table import Line, Table

FEW_WORKERS, FEW_SESSIONS = 10, 6
QUESTION = "How large must the study be?"


@dataclass(frozen=True)
class PlanPage:
    """All that a plan has come to."""

    claim: str
    effect: float
    alpha: float
    family: int
    target: float
    variation: Variation
    source: str  # where the variances come from, in words
    powers: tuple[Power, ...]
    ladders: tuple[Ladder, ...]
    curves: Mapping[str, Sequence[tuple[float, Power]]] = field(default_factory=dict)  # by factor, around the central design
    kenward_roger_below: int = 20  # workers


def document(plan: PlanPage) -> Document:
    """The plan in the form of a report."""
    sections = (
        Section("answer", QUESTION, (Columns((*_asked(plan), *_answer(plan)), (), "hero"),), "first"),
        Section("power", "Every design that was asked about", (_powers(plan), *_words(plan)), "main"),
        *((Section("factors", "What each factor does to the power", _factors(plan), "main"),) if plan.curves else ()),
        Section("ladder", "What is left once every attempt to prove it wrong was made", _ladders(plan), "main"),
        Section(
            "application", "A paragraph for a grant application or an ethics board", (Paragraph(_paragraph(plan)),), "main"
        ),
        Section("assumed", "What is assumed", (_assumed(plan),), "main"),
    )
    flags = (Flag("Plan", "no data of any client is in it"),)
    return Document(QUESTION, plan.claim, flags, "", sections, "Made by python -m pipeline plan.", "150")


def _asked(plan: PlanPage) -> tuple[Block, ...]:
    return Paragraph("A plan; no study has been done", "kick"), Paragraph(f"{QUESTION} To test: “{plan.claim}”", "question")


def _answer(plan: PlanPage) -> tuple[Block, ...]:
    best = smallest(plan.powers, plan.target)
    if best is None:
        most = max((one.power or 0.0 for one in plan.powers), default=0.0)
        return (
            Paragraph(
                f"None of these designs reaches {_percent(plan.target)}: the best of them has {_percent(most)}.", "answer"
            ),
            Paragraph("More workers help most; then more sessions with and without advocacy for each client."),
        )
    said = f"{_size(best.design)}: {_percent(best.power or 0.0)} power to see {plan.effect:g} within-client SDs an episode."
    return (
        Paragraph(said, "answer"),
        Paragraph(
            f"It is the design with the fewest ratings (about {best.ratings:,}) of those asked about that reaches "
            f"{_percent(plan.target)} for a headline clear at {plan.alpha:.3g}. “Supported” asks for more: see below."
        ),
    )


def _powers(plan: PlanPage) -> TableBlock:
    head = ("Workers × clients × sessions", "Power", "Ratings", "Standard error", "df")
    lines = []
    for one in plan.powers:
        if one.power is None or one.std_error is None or one.df is None:
            lines.append(Line(_short(one.design), (one.reason, "", "", "")))
            continue
        cells = (_percent(one.power), f"{one.ratings:,}", f"{one.std_error:.3f}", f"{one.df:.0f}")
        lines.append(Line(_short(one.design), cells))
    note = (
        "Non-central t over the information of drawn courses. The test is two-sided, the power that of the effect's sign: "
        "a harm of the same size is seen as often."
    )
    return TableBlock(Table("plan_power", "Power of the headline", head, tuple(lines), note))


def _factors(plan: PlanPage) -> tuple[Block, ...]:
    """A small chart for each factor, the others held at the central design."""
    around = central(plan.powers, plan.target)
    charts = tuple(
        _curve(name, [(value, one.power) for value, one in points if one.power is not None], plan.target)
        for name, points in plan.curves.items()
        if sum(one.power is not None for _, one in points) > 1
    )
    if around is None or not charts:
        return (Paragraph("None of the designs carries the model, so that no curve can be drawn."),)
    caption = f"Power by factor, the others as in {_size(around)}"
    alt = "Line charts. " + " ".join(one.alt for one in charts)
    note = f"Dashed: the target of {_percent(plan.target)}. The dot is the design's own value."
    own = {name: float(value) for name, value in asdict(around).items()}
    charts = tuple(replace(one, lines=(_dotted(one.lines[0], own[one.name.removeprefix("plan_")]),)) for one in charts)
    return (FigureBlock(Multiples("plan_factors", caption, alt, charts, note)),)


def _curve(name: str, points: Sequence[tuple[float, float]], target: float) -> Chart:
    places = tuple((Shown(f"{value:g}", value), Shown(_percent(one), 100 * one)) for value, one in points)
    x = linear_axis([at for at, _ in places], zero=False)
    middle = min(range(len(points)), key=lambda at: abs(2.0 * points[at][0] - points[0][0] - points[-1][0]))
    x = replace(x, ticks=tuple(Tick(places[at][0], places[at][0].text) for at in sorted({0, middle, len(points) - 1})))
    y = linear_axis([Shown("0%", 0.0), Shown("100%", 100.0)], about=3, tell=lambda value: f"{value:.0f}%", ends=(0.0, 100.0))
    ends = f"{places[0][1]} at {places[0][0]}, {places[-1][1]} at {places[-1][0]}"
    title = FACTORS[name][:1].upper() + FACTORS[name][1:]
    line = Drawn(places, "held")
    return Chart(f"plan_{name}", title, f"{title}: {ends}.", x, y, (line,), level=Shown(_percent(target), 100 * target))


def _dotted(line: Drawn, own: float) -> Drawn:
    return replace(line, dots=tuple(point for point in line.points if point[0].value == own))


def _words(plan: PlanPage) -> tuple[Block, ...]:
    said = []
    if any(one.design.workers < FEW_WORKERS for one in plan.powers):
        said.append(
            f"Fewer than {FEW_WORKERS} workers: how workers differ in the effect can hardly be told, intervals widen, and "
            "whatever is said of workers rests on a handful of people."
        )
    if any(one.design.sessions < FEW_SESSIONS for one in plan.powers):
        said.append(
            f"Fewer than {FEW_SESSIONS} sessions a client: ratings that bring the advocacy can hardly be told from advocacy "
            "that moves ratings, so that many true effects will end without a direction."
        )
    return (Bullets(tuple(said)),) if said else ()


def _ladders(plan: PlanPage) -> tuple[Block, ...]:
    if not plan.ladders:
        return (Paragraph("Not drawn yet: python -m pipeline plan --ladder puts drawn studies through every attempt."),)
    head = ("Design", "Supported", "Clear as predicted", "If", "Other verdicts")
    lines = tuple(
        Line(_short(one.design), (_share(one.supported), _share(one.significant), WORLDS[one.world], _others(one)))
        for one in plan.ladders
    )
    note = "Shares of drawn studies with 95% Monte Carlo intervals. Supported where nothing is there is a false alarm."
    return (TableBlock(Table("plan_ladder", "What the ladder says of drawn studies", head, lines, note)),)


def _others(one: Ladder) -> str:
    rest = {verdict: count for verdict, count in one.verdicts.items() if verdict != "supported"}
    return ", ".join(f"{verdict} {_percent(count / one.supported.studies)}" for verdict, count in rest.items()) or "none"


def _paragraph(plan: PlanPage) -> str:
    best = smallest(plan.powers, plan.target)
    if best is None or best.power is None:
        return "No design asked about reaches the target, so that no paragraph can be written yet."
    one = best.design
    drawn = [ladder for ladder in plan.ladders if ladder.design == one and ladder.world == "effect"]
    price = ""
    if drawn:
        price = (
            f" In {drawn[0].supported.studies} simulated studies of this size, {_share(drawn[0].supported)} ended as "
            "supported after every preregistered attempt to falsify the claim."
        )
    expected = (
        f"With {one.workers} workers, {one.clients} clients of each and {one.sessions} planned sessions, expecting "
        f"{one.rate:g} joint advocacy episodes before a rating, {_percent(one.missed)} of ratings missed and "
        f"{_percent(one.dropout)} of clients leaving after a session, "
    )
    corrected = one.workers < plan.kenward_roger_below
    method = "Kenward-Roger standard errors" if corrected else "Satterthwaite degrees of freedom"
    told = (
        f"a difference of {plan.effect:g} within-client standard deviations an episode is detected with "
        f"{_percent(best.power)} power (two-sided, alpha {plan.alpha:.3g}, linear mixed model with effects varying by "
        f"worker and client, {method})."
    )
    return expected + told + price


def _assumed(plan: PlanPage) -> TableBlock:
    vary = plan.variation
    rows = {
        "Clients' levels": vary.client,
        "Workers' levels": vary.worker,
        "The effect, over clients": vary.client_effect,
        "The effect, over workers": vary.worker_effect,
        "Clients' own trends, a session": vary.trend,
    }
    lines = tuple(Line(name, (f"{value:.3g}",)) for name, value in rows.items())
    corrected = (
        f" Alpha is {plan.alpha:.3g}: the first of {plan.family} claims after Holm's correction." if plan.family > 1 else ""
    )
    return TableBlock(
        Table(
            "plan_assumed", "SDs in within-client SDs of the rating", ("What varies", "SD"), lines, plan.source + corrected
        )
    )


def _size(design: PlannedDesign) -> str:
    return f"{design.workers} workers with {design.clients} clients each and {design.sessions} sessions a client"


def _short(design: PlannedDesign) -> str:
    return f"{design.workers} × {design.clients} × {design.sessions}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _share(share: Share) -> str:
    return f"{_percent(share.share)} [{_percent(share.low)}, {_percent(share.high)}]"


def ladder_lines(found: Sequence[Ladder]) -> list[str]:
    """What the ladder says of drawn studies, for a terminal."""
    return [
        f"{_short(one.design).replace('×', 'x')}, if {WORLDS[one.world]}: clear as predicted {_share(one.significant)}, "
        f"supported {_share(one.supported)} of {one.supported.studies:,} drawn studies"
        for one in found
    ]


def lines(powers: Sequence[Power]) -> list[str]:
    """The designs and their power for a terminal."""
    rows = [f"{'workers x clients x sessions':30}{'ratings':>9}{'SE':>8}{'df':>7}{'power':>8}"]
    for one in powers:
        size = _short(one.design).replace("×", "x")
        if one.power is None:
            rows.append(f"{size:30}{one.reason}")
        else:
            rows.append(f"{size:30}{one.ratings:>9,}{one.std_error:>8.3f}{one.df:>7.0f}{_percent(one.power):>8}")
    return rows
