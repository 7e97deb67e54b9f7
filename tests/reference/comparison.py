"""Compares the portfolio's daily returns with those of the benchmark."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

import phases


def daily_rate(risk_free):
    """Converts an effective rate per year to one per trading day."""
    return (1 + risk_free) ** (1 / phases.DAYS) - 1


def compounded(returns):
    return float((1 + returns).prod() - 1)


def regression(own, benchmark, rate):
    """Computes Jensen's alpha per year and the beta, each with its standard error: the regression of
    the portfolio's excess returns on those of the benchmark (Jensen 1968).
    """
    if not phases.varies(benchmark):
        return None, None
    fit = sm.OLS((own - rate).to_numpy(), sm.add_constant((benchmark - rate).to_numpy())).fit()
    estimate = lambda at, scale: {"value": phases.number(scale * fit.params[at]), "std_error": phases.number(scale * fit.bse[at])}
    return estimate(0, phases.DAYS), estimate(1, 1)


def capture(own, benchmark, days):
    """Computes the portfolio's geometric mean return as a fraction of the benchmark's, over the
    selected days. Returns None if there are none, or if the benchmark's mean is zero.
    """
    if not days.any():
        return None
    mean, whole = (stats.gmean(1 + returns[days]) - 1 for returns in (own, benchmark))
    return phases.number(mean / whole) if whole != 0 else None


def sharpe(returns, rate):
    """Computes the annualized Sharpe ratio (Sharpe 1994)."""
    return phases.number((returns - rate).mean() / returns.std(ddof=1) * np.sqrt(phases.DAYS)) if phases.varies(returns) else None


def sortino(returns, rate):
    """Computes the annualized Sortino ratio. The downside deviation is the root mean square of all
    excess returns, with gains counted as zero (Sortino and Price 1994).
    """
    downside = np.sqrt((np.minimum(returns - rate, 0) ** 2).mean())
    return phases.number((returns - rate).mean() / downside * np.sqrt(phases.DAYS)) if downside > 0 else None


def over_sixty_days(own, benchmark, rate, fall, varies):
    """Computes the statistics that need 60 days. `fall` is the maximum drawdown."""
    difference = own - benchmark
    annual = lambda returns: phases.number(returns.std(ddof=1) * np.sqrt(phases.DAYS)) if phases.varies(returns) else 0.0
    growth = (1 + compounded(own)) ** (phases.DAYS / len(own)) - 1
    return {
        "volatility": annual(own) if varies else 0.0, "benchmark_volatility": annual(benchmark), "tracking_error": annual(difference),
        "information_ratio": sharpe(difference, 0.0), "sharpe": sharpe(own, rate) if varies else None, "benchmark_sharpe": sharpe(benchmark, rate), "sortino": sortino(own, rate),
        "skewness": phases.number(stats.skew(own, bias=False)) if varies else None,
        "kurtosis": phases.number(stats.kurtosis(own, bias=False)) if varies else None,
        "calmar": phases.number(growth / abs(fall)) if fall != 0 else None,
    }


SIXTY = ("volatility", "benchmark_volatility", "tracking_error", "information_ratio", "sharpe", "benchmark_sharpe", "sortino", "skewness", "kurtosis", "calmar")


def compare(returns, benchmark, calendar, risk_free, varies):
    """Compares the portfolio with the benchmark on the days on which both have a return. Returns
    None if there are none. `risk_free` is an effective rate per year. Numbers that need more days
    than there are become null. `varies` is false if the portfolio's returns differ by no more than
    the rounding of prices.
    """
    days = pd.DataFrame({"own": returns, "benchmark": benchmark}).dropna()
    if days.empty:
        return None
    own, benchmark, rate = days["own"], days["benchmark"], daily_rate(risk_free)
    fall, dates = phases.max_drawdown(own), phases.drawdown_dates(own, calendar)
    enough = len(days) >= 30
    alpha, beta = regression(own, benchmark, rate) if enough else (None, None)
    return {
        "observations": len(days), "from": str(days.index[0].date()), "to": str(days.index[-1].date()), "risk_free_rate": risk_free,
        "return": compounded(own), "benchmark_return": compounded(benchmark), "active_return": compounded(own) - compounded(benchmark),
        "alpha": alpha, "beta": beta,
        "up_capture": capture(own, benchmark, benchmark > 0) if enough else None,
        "down_capture": capture(own, benchmark, benchmark < 0) if enough else None,
        "max_drawdown": fall, "max_drawdown_peak": dates["peak"], "max_drawdown_trough": dates["trough"], "benchmark_max_drawdown": phases.max_drawdown(benchmark),
    } | (over_sixty_days(own, benchmark, rate, fall, varies) if len(days) >= 60 else dict.fromkeys(SIXTY))
