"""Residuals of a model: binned by fitted value (Gelman & Hill, 2007), and slices of them beside a normal distribution."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown, derived_number
from pipeline.disclosure.steps import setting_shown
from pipeline.report.claims import Claim
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Chart, Line, Multiples
from pipeline.results.fit import Bin, Fit, Quantile

FEWEST = 4  # slices of a chart
ENDS = 1.96  # standard errors


def residual_figure(claim: Claim, fit: Fit, gate: Gate) -> Multiples | None:
    """Both charts of one claim; None where there are no residuals or too few people behind most slices."""
    if fit.residuals is None or claim.effect is None:
        return None
    binned = [point for one in fit.residuals.bins if (point := _bin(one, gate)) is not None]
    sliced = [place for one in fit.residuals.quantiles if (place := _quantile(one, gate)) is not None]
    if min(len(binned), len(sliced)) < FEWEST:
        return None
    charts = (_binned(claim, binned), _sliced(claim, sliced))
    far = max(abs(float(mean.value or 0.0)) for _, mean, _, _ in binned)
    alt = (
        f"Binned residuals of {claim.short}, the largest {far:.2g} points from zero, and their quantiles beside normal ones."
    )
    return Multiples(f"residuals_{claim.name}", f"{claim.short}: what the model leaves over", alt, charts)


def _bin(one: Bin, gate: Gate) -> tuple[Shown, Shown, Shown, Shown] | None:
    if not gate.group(one.clients):
        gate.held_back["residuals", "number over too few"] += 1
        return None
    reach = ENDS * one.error
    fitted = gate.statistic(one.fitted, one.error, one.clients, "residuals")
    ends = (one.residual - reach, one.residual + reach)
    mean, low, high = gate.interval(one.residual, ends, one.error, one.clients, "residuals")
    return None if None in (fitted.value, mean.value, low.value, high.value) else (fitted, mean, low, high)


def _quantile(one: Quantile, gate: Gate) -> tuple[Shown, Shown] | None:
    if not gate.group(one.clients):
        gate.held_back["residuals", "number over too few"] += 1
        return None
    residual = gate.mean(one.residual, 1.0, one.clients, "residuals", digits=1)
    return None if residual.value is None else (derived_number(one.normal, residual), residual)


def _binned(claim: Claim, points: list[tuple[Shown, Shown, Shown, Shown]]) -> Chart:
    x = scale.linear_axis([at for at, *_ in points], zero=False, title="fitted rating", about=3)
    y = scale.linear_axis([end for _, _, low, high in points for end in (low, high)], title="mean residual, points", about=3)
    line = Line(
        points=(),
        tone="held",
        ribbon=tuple((at, low, high) for at, _, low, high in points),
        whiskers=True,
        dots=tuple((at, mean) for at, mean, _, _ in points),
    )
    far = max(abs(float(mean.value or 0.0)) for _, mean, _, _ in points)
    alt = f"Mean residuals in {len(points)} slices by fitted value; the largest is {far:.2g} points."
    return Chart(f"binned_{claim.name}", "By fitted value", alt, x, y, (line,), level=setting_shown(0))


def _sliced(claim: Claim, points: list[tuple[Shown, Shown]]) -> Chart:
    both = [value for point in points for value in point]
    x = scale.linear_axis(both, title="normal distribution, SDs", about=3)
    y = scale.linear_axis(both, title="residuals, SDs", about=3)
    ends = (x.low, x.high)
    agree = Line(points=tuple((end, end) for end in ends), tone="open", dashed=True)
    line = Line(points=(), tone="held", dots=tuple(points))
    alt = f"Quantiles of residuals beside normal ones, from {points[0][1]} to {points[-1][1]} SDs."
    return Chart(f"qq_{claim.name}", "Beside a normal distribution (QQ)", alt, x, y, (agree, line))
