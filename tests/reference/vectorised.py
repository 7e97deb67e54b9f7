"""The nine phases in numpy for any price table, computed for all symbols together. Arrays have one
row per symbol and one column per date.

These functions are the implementations `numpy` and `arrays` in the benchmark `bench.py`. Prices may
be missing (NaN), symbols may be listed late, positions may be sold, and the table may be short.
Sums over the rows that a symbol and its factors have in common are computed as products with a mask
of these rows. If a statistic uses a symbol's own dates, the symbol's returns are moved to the end
of its array row. NaN represents a missing number (null in the results). `python vectorised.py`
compares the results with `phases.py`. `dense.py` is the special case without gaps.
"""

import tempfile
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage
from scipy.linalg.lapack import dormqr, dstevd, dsytrd
from scipy.spatial.distance import squareform
from scipy.special import stdtr

from dense import TREND, leaves_in_order, repair, solve_3
from phases import BETA_CAP, DAYS, HISTORY, SNAPSHOTS

EWMA_WEIGHTS = 0.06 * 0.94 ** np.arange(DAYS - 1, -1, -1.0)

quietly = np.errstate(divide="ignore", invalid="ignore")


@dataclass
class OwnReturns:
    """Each symbol's daily returns without the gaps, and how many there are. Each symbol has an
    array row of 272 cells. Its returns are at the end of the row, after leading zeros.
    """

    returns: np.ndarray
    count: np.ndarray

    @staticmethod
    def from_returns(returns, has):
        count = has.sum(axis=1)
        packed = np.zeros((len(returns), HISTORY - 1))
        # Both masks are read row by row, so the n-th return of a symbol is written to the n-th
        # marked cell of its row.
        packed[last_places(HISTORY - 1, count)] = returns[has]
        return OwnReturns(packed, count)


@dataclass
class Market:
    """Output of phase_1, the input of all other phases: dates, closes, adjusted prices, returns
    (zero on dates without a return), and the returns of the factors.
    """

    dates: np.ndarray
    closes: np.ndarray
    prices: np.ndarray
    returns: np.ndarray
    has: np.ndarray
    own: OwnReturns
    market: np.ndarray
    styles: np.ndarray
    spreads: np.ndarray


@dataclass
class Holdings:
    """Positions of the portfolio. Each array has one element per position: the index of its symbol,
    its quantity, or the price or date of its entry or exit (NaT if it was not sold).
    """

    symbols: list
    column: np.ndarray
    quantity: np.ndarray
    entry_price: np.ndarray
    entry: np.ndarray
    exit_price: np.ndarray
    exit: np.ndarray

    @staticmethod
    def from_table(table):
        """Creates holdings from a table in the format of `reference.read_positions`. Symbols are
        numbered in alphabetical order.
        """
        symbols, column = np.unique(table["symbol"].to_numpy(dtype=object), return_inverse=True)
        numbers = [table[name].to_numpy(float) for name in ("quantity", "entry_price", "exit_price")]
        entry, exit = (table[name].to_numpy().astype("datetime64[D]") for name in ("entry", "exit"))
        return Holdings(list(symbols), column, numbers[0], numbers[1], entry, numbers[2], exit)


def dot(left, right):
    """Returns the dot product of each row of `left` with the same row of `right`."""
    return np.einsum("ij,ij->i", left, right)


def last_places(width, count):
    """Returns a mask whose rows have `width` cells, of which the last `count` are true."""
    return np.arange(width) >= width - np.asarray(count)[:, None]


def last_rows(rows, window):
    """Keeps only the last `window` true cells in each symbol's row of a mask."""
    if rows.shape[1] <= window:
        return rows
    seen = rows.cumsum(axis=1, dtype=np.int32)
    return rows & (seen > seen[:, -1:] - window)


def used(rows):
    """Returns the slice of dates that starts at the first date on which any symbol's row of a mask
    is true.
    """
    return slice(int(rows.any(axis=0).argmax()), None)


@quietly
def fits(y, rows, x, least):
    """Regresses each symbol's daily returns on the series `x` by ordinary least squares, over the
    dates that the mask `rows` selects for the symbol.

    Returns beta, alpha, standard error, t, p, R² and the number of observations. They are NaN for a
    symbol with fewer than `least` dates.
    """
    kept = used(rows)
    mask, x = rows[:, kept].astype(float), np.nan_to_num(x[kept])
    y = y[:, kept] * mask
    count, sum_x, sum_xx = (mask @ np.stack([np.ones_like(x), x, x * x], axis=1)).T
    sum_y, sum_xy = (y @ np.stack([np.ones_like(x), x], axis=1)).T
    mean_x, mean_y = sum_x / count, sum_y / count
    sxx, sxy, syy = sum_xx - sum_x * mean_x, sum_xy - sum_x * mean_y, dot(y, y) - sum_y * mean_y
    beta = sxy / sxx
    explained = beta * sxy
    error = np.sqrt(np.maximum(syy - explained, 0) / ((count - 2) * sxx))
    t = beta / error
    numbers = np.stack([beta, mean_y - beta * mean_x, error, t, 2 * stdtr(count - 2, -np.abs(t)), explained / syy, count])
    return np.where(count >= least, numbers, np.nan)


def phase_1(path, symbols, factors):
    """Reads the price file and keeps the last 273 dates on which the market has a price."""
    table = pd.read_csv(path, index_col=0, low_memory=False)
    return market_of(table, table, symbols, factors)


@quietly
def market_of(closes, adjusted, symbols, factors):
    """Selects the prices of the held symbols and the factors on the trading calendar. Symbols that
    are not in the table have no prices.
    """
    if not adjusted.index.is_monotonic_increasing:
        adjusted = adjusted.sort_index()
    calendar = adjusted.index[adjusted[factors.market].notna()][-HISTORY:]

    def cut(table, names):
        """Returns the prices of `names` on the trading calendar, one row per name. The row is all
        NaN if the name is not in the table.
        """
        rows, columns = table.index.get_indexer(calendar), table.columns.get_indexer(names)
        first = rows[rows >= 0].min(initial=len(table) - 1)
        values = table.iloc[first:].to_numpy(float).T[np.ix_(columns, np.maximum(rows - first, 0))]
        values[:, rows < 0] = np.nan
        values[columns < 0] = np.nan
        return values

    long_short = [name for pair in factors.spreads for name in pair]
    every = cut(adjusted, [*symbols, factors.market, *factors.styles, *long_short])
    prices, funds = every[:len(symbols)], every[len(symbols):]
    returns = prices[:, 1:] / prices[:, :-1] - 1
    has = np.isfinite(returns)
    returns[~has] = 0.0
    changes = funds[:, 1:] / funds[:, :-1] - 1
    styles = 1 + len(factors.styles)
    dates = calendar.to_numpy().astype("datetime64[D]")
    return Market(dates, prices if closes is adjusted else cut(closes, symbols), prices, returns, has, OwnReturns.from_returns(returns, has),
                  changes[0], changes[1:styles], changes[styles::2] - changes[styles + 1::2])


# Phase 2: Factor Analysis


@quietly
def ridge(market):
    """Computes ridge regressions over the last 90 rows that a symbol and all style factors have in
    common. Returns betas (styles, symbols), intercepts, R² and numbers of observations.
    """
    rows = last_rows(market.has & np.isfinite(market.styles).all(axis=0), 90)
    kept = used(rows)
    mask, x = rows[:, kept].astype(float), np.nan_to_num(market.styles[:, kept])
    y = market.returns[:, kept] * mask
    size, symbols = len(x), len(y)
    first, second = np.triu_indices(size)
    # A single product with the mask gives, for every symbol, the number of rows, the sums of the
    # styles and the sums of their products.
    sums = mask @ np.concatenate([np.ones((1, x.shape[1])), x, x[first] * x[second]]).T
    count = sums[:, 0]
    mean, mean_y = sums[:, 1:size + 1] / count[:, None], y.sum(axis=1) / count
    covariance = np.empty((symbols, size, size))
    covariance[:, first, second] = covariance[:, second, first] = sums[:, size + 1:] / count[:, None] - mean[:, first] * mean[:, second]
    variance = np.einsum("ikk->ik", covariance)
    # Variances up to this bound are only the rounding error of a constant series.
    varies = variance > 1e-14 * (variance + mean**2)
    deviation = np.where(varies, np.sqrt(variance), np.inf)
    gram = covariance * (count[:, None] / deviation)[:, :, None] / deviation[:, None, :]
    product = (y @ x.T - mean * (count * mean_y)[:, None]) / deviation
    known = count >= 30
    gram[~known] = 0.0
    coefficients = np.linalg.solve(gram + np.eye(size), product[:, :, None])[:, :, 0]
    total = dot(y, y) - count * mean_y**2
    residual = total - dot(coefficients, 2 * product - (gram @ coefficients[:, :, None])[:, :, 0])
    betas = coefficients / deviation
    intercept = mean_y - dot(betas, mean)
    betas[~varies | ~known[:, None]] = np.nan
    return betas.T, *np.where(known, [intercept, 1 - residual / total, count], np.nan)


def phase_1_5(market):
    """Computes, for every symbol, a ridge regression over 90 rows and a regression on each spread
    over 180 rows.
    """
    spreads = [fits(market.returns, last_rows(market.has & np.isfinite(spread), 180), spread, 60) for spread in market.spreads]
    return {"ridge": ridge(market), "spreads": spreads}


# Phase 3: Symbol Metrics


def last_year(own):
    """Returns each symbol's last 252 daily returns, how many there are, and whether there are at
    least 60, the minimum for statistics. If there are fewer than 252, zeros fill the start of the
    row.
    """
    count = np.minimum(own.count, DAYS)
    return own.returns[:, -DAYS:], count, count >= 60


def ewma_of(squares, count):
    """Computes the EWMA volatility from squared returns. The variance starts at the first squared
    return, so the weights of all earlier days are added to that return's own weight.
    """
    first = squares[np.arange(len(squares)), np.minimum(DAYS - count, DAYS - 1)]
    return np.sqrt(DAYS * (squares @ EWMA_WEIGHTS + 0.94**count * first))


@quietly
def max_drawdowns(window, own, has):
    """Computes the maximum drawdown of the cumulative-return index, which starts at 1. Also returns
    the column indices of the peak and the trough in the price matrix.
    """
    levels = np.cumprod(1 + window, axis=1)
    peaks = np.maximum(np.maximum.accumulate(levels, axis=1), 1)
    falls = levels / peaks
    trough = falls.argmin(axis=1)
    symbols = np.arange(len(window))
    top = peaks[symbols, trough]
    # Index of the return at which the cumulative-return index reached its peak. It equals the
    # number of returns before that, when the running peak was still lower.
    peak = (peaks < top[:, None]).sum(axis=1)
    # Indices of all returns in the flattened array, ordered by symbol and date. The return in
    # column d ends at the price in column d + 1.
    places = np.append(np.flatnonzero(has), 0)
    end = np.cumsum(own.count) - DAYS
    row = lambda place: places[np.clip(end + place, 0, len(places) - 1)] % has.shape[1]
    started, fell = top > 1, falls[symbols, trough] < 1
    start = np.maximum(DAYS - own.count, 0)
    peak = np.where(started, row(peak) + 1, row(start))
    return np.minimum(falls[symbols, trough] - 1, 0), peak, np.where(fell, row(trough) + 1, peak)


@quietly
def phase_1_75(market):
    """Computes each symbol's trailing returns, volatilities, ratios, moments and maximum drawdown.
    """
    prices, own = market.prices, market.own
    symbols, width = np.arange(len(prices)), prices.shape[1]
    known = np.isfinite(prices)
    at = width - 1 - known[:, ::-1].argmax(axis=1)
    last = prices[symbols, at]
    back = at - np.array([1, 5, 21, 63, 252])[:, None]
    new_year = market.dates.searchsorted(market.dates[-1].astype("datetime64[Y]").astype("datetime64[D]"))
    before = prices[symbols, new_year - 1 - known[:, new_year - 1::-1].argmax(axis=1)] if new_year else np.full(len(prices), np.nan)
    trailing = np.where(back >= 0, prices[symbols, np.maximum(back, 0)], np.nan)

    window, n, enough = last_year(own)
    mean = window.sum(axis=1) / n
    centered = window - mean[:, None]
    centered *= last_places(DAYS, n)
    squares = centered * centered
    total = squares.sum(axis=1)
    second, third, fourth = total / n, dot(squares, centered) / n, dot(squares, squares) / n
    deviation = np.sqrt(total / (n - 1))

    def short(days):
        """Computes the standard deviation of the last `days` daily returns. Starts from their
        deviations from the 252-day mean, which are already known.
        """
        variance = (squares[:, -days:].sum(axis=1) - centered[:, -days:].sum(axis=1) ** 2 / days) / (days - 1)
        return np.where(own.count >= days, np.sqrt(variance), np.nan)

    losses = np.minimum(window, 0)
    annual = np.sqrt(DAYS)
    fall, peak, trough = max_drawdowns(window, own, market.has)
    statistics = np.stack([
        ewma_of(window * window, n), mean / deviation * annual, mean / np.sqrt(dot(losses, losses) / n) * annual,
        np.sqrt(n * (n - 1)) / (n - 2) * third / second**1.5,
        ((n * n - 1) * fourth / second**2 - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3)), fall,
    ])
    names = ("ewma", "sharpe", "sortino", "skewness", "kurtosis", "max_drawdown")
    return {
        "returns": last / np.vstack([trailing, before]) - 1,
        "volatility": np.stack([short(21), short(63), np.where(n >= DAYS, deviation, np.nan)]) * annual,
        **dict(zip(names, np.where(enough, statistics, np.nan))),
        "peak": peak, "trough": trough, "observations": own.count,
    }


# Phases 4 and 5: Portfolio Snapshots and Position Values


def carried(prices):
    """Fills each gap with the last price before it, or with zero if there is none. Also returns the
    column of each symbol's last price, or -1 if the symbol has no prices.
    """
    width, is_known, filled = prices.shape[1], np.isfinite(prices), prices.copy()
    known, gaps = np.flatnonzero(is_known), np.flatnonzero(~is_known)
    # Finds the last known price before each gap in the flattened array, which is ordered by symbol
    # and date. A price is used only if it belongs to the same symbol.
    before = np.append(-1, known)[known.searchsorted(gaps)]
    filled.flat[gaps] = np.where(before >= gaps - gaps % width, prices.flat[before], 0.0)
    return filled, np.where(is_known.any(axis=1), width - 1 - is_known[:, ::-1].argmax(axis=1), -1)


def phase_2(market, holdings, cash_balance):
    """Computes the portfolio's value on every date from the long and the short quantity of each
    symbol, which change only on entry and exit dates.
    """
    symbols, rows = market.closes.shape
    prices, price_row = carried(market.closes)
    known = price_row[holdings.column] >= 0
    quantity = np.where(known, holdings.quantity, 0.0)
    entry = market.dates.searchsorted(holdings.entry)
    sold = np.flatnonzero(~np.isnat(holdings.exit))
    exit = np.maximum(market.dates.searchsorted(holdings.exit[sold]), entry[sold])
    # The array has one row per symbol for long positions, followed by one row per symbol for short
    # positions. Each row has an extra cell at the end for trades after the last date.
    line = holdings.column + symbols * (quantity < 0)
    lines = np.flatnonzero(np.bincount(line, minlength=2 * symbols))
    start = np.zeros(2 * symbols, dtype=int)
    start[lines] = np.arange(len(lines)) * (rows + 1)
    start = start[line]
    cell, change = np.concatenate([start + entry, start[sold] + exit]), np.concatenate([quantity, -quantity[sold]])
    held = np.bincount(cell, change, len(lines) * (rows + 1)).reshape(-1, rows + 1).cumsum(axis=1)[:, :-1]
    held *= prices[lines % symbols]
    longs = lines.searchsorted(symbols)
    long, short = held[:longs].sum(axis=0), held[longs:].sum(axis=0)
    paid = np.bincount(entry, quantity * holdings.entry_price, rows + 1) - np.bincount(exit, quantity[sold] * holdings.exit_price[sold], rows + 1)
    # Before the date of an entry, its cost is still part of cash. Before the date of an exit, its
    # proceeds are not yet part of cash.
    cash = cash_balance + paid[::-1].cumsum()[-2::-1]
    equity = cash + long + short
    pnl = np.append(np.nan, np.diff(equity))
    own = pnl / np.append(np.nan, equity[:-1])
    shown = slice(-SNAPSHOTS, None)
    level = np.append(1.0, np.cumprod(1 + own[shown][1:]))
    return {
        "own": own[1:], "price_row": price_row, "prices": prices[:, -1],
        "equity": equity[shown], "cash": cash[shown], "long_value": long[shown], "short_value": short[shown],
        "gross": (long - short)[shown], "net": (long + short)[shown], "pnl": pnl[shown], "return": own[shown],
        "drawdown": level / np.maximum.accumulate(level) - 1,
    }


def phase_2_5(market, holdings, snapshots):
    """Computes the market value, cost, profit and signed weight of each position, and the number of
    days since its last price.
    """
    row, today = snapshots["price_row"][holdings.column], market.dates[-1]
    held = (holdings.entry <= today) & ~(holdings.exit <= today)
    value = np.where(held, holdings.quantity * snapshots["prices"][holdings.column], 0.0)
    value[row < 0] = np.nan
    cost = np.where(np.isnat(holdings.exit), holdings.quantity * holdings.entry_price, 0.0)
    return {"market_value": value, "cost_basis": cost, "unrealized_pnl": value - cost, "weight": value / snapshots["equity"][-1],
            "stale_days": len(market.dates) - 1 - row}


# Phases 6 and 7: Position Betas and Factor Exposures


def phase_3(market, holdings):
    """Computes market betas over 90 and 252 rows, by symbol and by position. The dimensions of each
    array are the window, the statistic of the regression, and the symbol or position.
    """
    rows = market.has & np.isfinite(market.market)
    symbols = np.stack([fits(market.returns, last_rows(rows, window), market.market, 30) for window in (90, 252)])
    return {"symbols": symbols, "positions": symbols.take(holdings.column, axis=2)}


def phase_4(factors, betas, value, equity, holdings):
    """Computes, for each factor, the portfolio's exposure, its value in dollars, and the share of
    the gross value that has a beta. The factors are the market over 90 rows, the market over 252
    rows, the styles and the spreads.
    """
    symbols, value = len(holdings.symbols), np.nan_to_num(value)
    table = np.vstack([betas["symbols"][:, 0], factors["ridge"][0], [fit[0] for fit in factors["spreads"]]])
    net, gross = np.bincount(holdings.column, value, symbols), np.bincount(holdings.column, np.abs(value), symbols)
    known = np.isfinite(table)
    dollars = np.where(known, np.clip(table, -BETA_CAP, BETA_CAP), 0) @ net
    return {"exposure": dollars / equity, "dollars": dollars, "coverage": known @ gross / gross.sum()}


# Phase 8: Volatility Analysis


def running(values):
    """Computes the running sums of each row. A leading zero makes each row one element longer."""
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def har(squares, sums, mean, n, enough):
    """Computes HAR-RV forecasts for both horizons and all symbols, with centered normal equations
    over each symbol's own rows.

    `squares` are the last 252 squared returns minus their `mean`. If there are fewer than 252,
    zeros fill the start of the row. `sums` are the running sums of `squares`, starting with zero.
    Regressors and targets are sums over days instead of means, which does not change the forecast
    or R². The rows of the 21-day regression are those of the 1-day regression, except the last
    twenty.
    """
    first, pairs = 21, ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    regressors = [squares[:, first:], sums[:, first + 1:] - sums[:, first - 4:-5], sums[:, first + 1:] - sums[:, :-22]]
    latest = [x[:, -1].copy() for x in regressors]
    valid = last_places(DAYS - first, n - first)
    regressors = [x * valid for x in regressors]
    raw, totals, results, done = 0.0, 0.0, {}, 0
    for horizon in (21, 1):
        end = DAYS - first - horizon
        count = n - first - horizon
        target = sums[:, first + 1 + horizon:] - sums[:, first + 1:-horizon] if horizon > 1 else squares[:, first + 1:]
        added = [x[:, done:end] for x in regressors]
        raw = raw + np.stack([dot(added[left], added[right]) for left, right in pairs])
        totals = totals + np.stack([x.sum(axis=1) for x in added])
        done = end
        # The targets outside the regression must not affect the minimum and maximum. They are
        # therefore replaced with the target of the last row, which is in the regression.
        bounds = np.where(valid[:, :end], target, target[:, -1:])
        low, high = bounds.min(axis=1), bounds.max(axis=1)
        target = target * valid[:, :end]
        total = target.sum(axis=1)
        gram = [raw[at] - totals[left] * totals[right] / count for at, (left, right) in enumerate(pairs)]
        product = [dot(x[:, :end], target) - own_total * total / count for x, own_total in zip(regressors, totals)]
        slopes = solve_3(gram, product)
        forecast = total / count + sum(slope * (x - own_total / count) for slope, x, own_total in zip(slopes, latest, totals))
        bounded = (forecast < low) | (forecast > high)
        forecast = np.where(bounded, total / count, forecast) / horizon + mean
        quality = sum(slope * value for slope, value in zip(slopes, product)) / (dot(target, target) - total**2 / count)
        names, numbers = ("forecast", "r_squared", "bounded"), [np.sqrt(DAYS * forecast), quality, bounded]
        results[horizon] = dict(zip(names, np.where(enough & (count >= 40), numbers, np.nan)))
    return results


@quietly
def phase_5(market, own):
    """Computes the volatilities, their percentile and trend, and the HAR forecasts. The last row is
    the portfolio, and the others are the symbols.
    """
    has = np.isfinite(own)
    portfolio = OwnReturns.from_returns(own[None], has[None])
    all_own = OwnReturns(np.concatenate([market.own.returns, portfolio.returns]), np.concatenate([market.own.count, portfolio.count]))
    returns, count = all_own.returns, all_own.count
    _, n, enough = last_year(all_own)
    squares = returns * returns
    ewma = ewma_of(squares[:, -DAYS:], n)
    mean = squares[:, -DAYS:].sum(axis=1) / n
    squares -= mean[:, None]
    squares[:, -DAYS:] *= last_places(DAYS, n)
    sums, square_sums = running(returns), running(squares)

    def variance(days, last=1):
        """Computes the variance of the returns in a window of `days` days, for each of the
        windows that end on one of the latest days. Their number is `last`.
        """
        change = sums[:, -last:] - sums[:, -last - days:-days]
        change *= change
        change /= -days
        change += square_sums[:, -last:]
        change -= square_sums[:, -last - days:-days]
        change += days * mean[:, None]
        change /= days - 1
        return change

    rolling = variance(21, DAYS)
    today = rolling[:, -1]
    realized = np.sqrt(DAYS * np.maximum([today, variance(63)[:, 0], variance(DAYS)[:, 0]], 0))
    trend = np.sqrt(today / rolling[:, -22]) - 1
    return {
        "volatility": np.where(count >= np.array([21, 63, DAYS])[:, None], realized, np.nan),
        "ewma": np.where(enough, ewma, np.nan),
        "percentile": np.where(count >= DAYS + 20, np.count_nonzero(rolling <= today[:, None], axis=1) / DAYS, np.nan),
        "trend": np.where(count < 42, np.nan, np.where(np.abs(trend) <= 0.1, 0, np.sign(trend))),
        "har": har(squares[:, -DAYS:], square_sums[:, -DAYS - 1:] - square_sums[:, -DAYS - 1:-DAYS], mean, n, enough),
    }


# Phase 9: Correlations


def pairwise(y, has):
    """Computes the correlation of each pair of symbols over the rows that both have, and the number
    of these rows.
    """
    mask = has.astype(float)
    # Subtracts each symbol's mean first, so that large sums do not lose digits. Missing returns
    # become zero.
    y = (y - (y.sum(axis=1) / mask.sum(axis=1))[:, None]) * mask
    count, product = mask @ mask.T, y @ y.T
    sums, squares = y @ mask.T, (y * y) @ mask.T
    share = sums / count
    squares -= sums * share
    share *= sums.T
    product -= share
    squares *= squares.T.copy()
    product /= np.sqrt(squares, out=squares)
    np.fill_diagonal(product, 1.0)
    return np.clip(product, -1, 1, out=product), count


def effective_bets(covariance, weights):
    """Computes the effective number of bets: the exponential of the entropy of the principal
    components' shares of the variance (Meucci 2009).

    The steps are those of LAPACK's eigenvalue solver (`eigh`). To save time, the weights are
    transformed to the basis of the tridiagonal matrix, instead of transforming the eigenvectors
    back.
    """
    size = len(covariance)
    reduced, diagonal, off_diagonal, scales, failed = dsytrd(covariance.T, lower=1, lwork=32 * size)
    eigenvalues, vectors, not_converged = dstevd(diagonal, off_diagonal)
    rotated = weights.copy()
    if size > 1:
        rotated[1:] = dormqr("L", "T", np.asfortranarray(reduced[1:, :-1]), scales, rotated[1:, None], 64)[0][:, 0]
    assert not (failed or not_converged), (failed, not_converged)
    shares = (rotated @ vectors) ** 2 * np.maximum(eigenvalues, 0)
    shares = shares[shares > 0] / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


@quietly
def phase_6(market, holdings, weight):
    """Computes correlations over 90 rows, the order in which to display the symbols, and measures
    of the portfolio's diversification.
    """
    own, has = market.own, market.has[:, -90:]
    kept = np.flatnonzero(has.sum(axis=1) >= 30)
    matrix, common = pairwise(market.returns[kept, -90:], has[kept])
    missing = (common < 30) | np.isnan(matrix)
    while missing.any():
        # Repeatedly drops the symbol with the most missing correlations.
        stay = np.arange(len(kept)) != missing.sum(axis=1).argmax()
        kept, matrix, missing = kept[stay], matrix[np.ix_(stay, stay)], missing[np.ix_(stay, stay)]
    if len(kept) < 2:
        # With fewer than two symbols there are no correlations, so all results are missing.
        names = ("matrix", "repaired", "order", "mean_abs", "effective_bets", "effective_positions")
        return dict.fromkeys(names, np.nan) | {"symbols": [holdings.symbols[at] for at in kept]}
    weights = np.bincount(holdings.column, np.nan_to_num(weight), len(holdings.symbols))[kept]
    returns, n = own.returns[kept, -90:], np.minimum(own.count[kept], 90)
    deviation = np.sqrt((dot(returns, returns) - returns.sum(axis=1) ** 2 / n) / (n - 1))
    matrix, rounds = repair(matrix)
    held = np.flatnonzero(weights)
    bets = effective_bets((matrix * deviation * deviation[:, None])[np.ix_(held, held)], weights[held])
    pairs = squareform(matrix, checks=False)
    mean_abs = np.abs(pairs).mean()
    # Converts correlations in place to the distances √((1 - ρ) / 2) for average linkage.
    pairs *= -0.5
    pairs += 0.5
    np.sqrt(np.maximum(pairs, 0, out=pairs), out=pairs)
    return {
        "symbols": [holdings.symbols[at] for at in kept], "matrix": matrix, "repaired": rounds > 0,
        "order": leaves_in_order(linkage(pairs, "average"), len(kept)), "mean_abs": mean_abs,
        "effective_bets": bets, "effective_positions": np.abs(weights).sum() ** 2 / (weights @ weights),
    }


# Comparison with `phases.py`


def agree(what, ours, plain, money=False):
    """Asserts that numbers are missing in the same places as in the results of `phases.py`, and
    that each number differs by at most 1e-12 plus 1e-9 of its size. The limit for amounts of money
    is 1e-6 plus 1e-9 of their size.

    Returns how many values were compared, and the largest difference as a fraction of its limit.
    """
    ours, plain = np.asarray(ours, dtype=float), np.asarray(plain, dtype=float)
    assert ours.shape == plain.shape, f"{what}: {ours.shape} and {plain.shape}"
    assert (np.isnan(ours) == np.isnan(plain)).all(), f"{what}: null in different places: {np.argwhere(np.isnan(ours) != np.isnan(plain))[:9]}"
    limit = 1e-9 * np.abs(plain) + (1e-6 if money else 1e-12)
    worst = float(np.nanmax(np.abs(ours - plain) / limit, initial=0))
    assert worst <= 1, f"{what}: {worst} times the limit"
    return ours.size, worst


def lookup(one, *path):
    """Returns the value at a path of keys in nested dictionaries, or None if a key on the path is
    missing.
    """
    for key in path:
        one = None if one is None else one.get(key)
    return one


def comparisons(golden, market, factor_symbols, factors, metrics, snapshots, values, betas, exposures, volatility, correlations):
    """Yields each output to compare: its name, the numbers computed in this file, and those of
    `phases.py`.
    """
    each = lambda among, *paths: [[lookup(one, *path) for one in among] for path in paths]
    symbols, positions = golden["symbols"], golden["positions"]
    table, intercept, quality, rows = factors["ridge"]
    yield "ridge betas", table, each(symbols, *[("ridge", "betas", name) for name in factor_symbols.styles])
    yield "ridge", [intercept, quality, rows], each(symbols, *[("ridge", key) for key in ("intercept", "r_squared", "observations")])
    for (long, short), fit in zip(factor_symbols.spreads, factors["spreads"]):
        fitted = [{one["name"]: one for one in symbol["spreads"]}.get(f"{long}-{short}") for symbol in symbols]
        yield f"spread {long}-{short}", fit[[0, 3, 4, 5, 6]], each(fitted, *[(key,) for key in ("beta", "t", "p", "r_squared", "observations")])
    yield "returns", metrics["returns"], each(symbols, *[("returns", key) for key in ("1d", "5d", "21d", "63d", "252d", "ytd")])
    yield "volatility", metrics["volatility"], each(symbols, *[("volatility", key) for key in ("21d", "63d", "252d")])
    yield "EWMA of symbols", metrics["ewma"], each(symbols, ("volatility", "ewma"))[0]
    for name in ("sharpe", "sortino", "skewness", "kurtosis", "observations"):
        yield name, metrics[name], each(symbols, (name,))[0]
    yield "max drawdown", metrics["max_drawdown"], each(symbols, ("max_drawdown", "value"))[0]
    for name in ("equity", "cash", "long_value", "short_value", "gross", "net", "pnl", "return", "drawdown"):
        yield name, snapshots[name], [day[name] for day in golden["snapshots"]]
    for name in ("market_value", "cost_basis", "unrealized_pnl", "weight"):
        yield name, values[name], [position[name] for position in positions]
    keys = ("beta", "alpha", "std_error", "t", "p", "r_squared", "observations")
    for at, window in enumerate(("90d", "252d")):
        yield f"market betas {window}", betas["positions"][at], each(positions, *[("market_beta", window, key) for key in keys])
    yield "market beta, 252 rows", exposures["exposure"][1], golden["portfolio"]["market_beta"]["252d"]
    for key in ("exposure", "dollars", "coverage"):
        yield f"{key} of factors", np.delete(exposures[key], 1), [exposure[key] for exposure in golden["exposures"]]
    plain = [*golden["volatility"]["positions"], golden["volatility"]["portfolio"]]
    yield "realized", volatility["volatility"], each(plain, ("21d",), ("63d",), ("252d",))
    yield "EWMA", volatility["ewma"], each(plain, ("ewma",))[0]
    yield "percentile", volatility["percentile"], each(plain, ("percentile",))[0]
    yield "trend", volatility["trend"], [None if one["trend"] is None else TREND.index(one["trend"]) - 1 for one in plain]
    for horizon in (1, 21):
        for key in ("forecast", "r_squared", "bounded"):
            yield f"HAR {horizon} {key}", volatility["har"][horizon][key], each(plain, ("har", f"{horizon}d", key))[0]
    for key in ("matrix", "mean_abs", "effective_bets", "effective_positions", "order", "repaired"):
        yield key, correlations[key], golden["correlations"][key]
    assert correlations["symbols"] == golden["correlations"]["symbols"], "symbols of the matrix"


def check_falls(market, metrics):
    """Checks that the daily returns between the peak and the trough compound to the maximum
    drawdown.
    """
    after = np.arange(market.returns.shape[1])
    between = (after >= metrics["peak"][:, None]) & (after < metrics["trough"][:, None])
    compounded = np.prod(1 + market.returns * between, axis=1) - 1
    agree("from peak to trough", np.where(np.isnan(metrics["max_drawdown"]), np.nan, compounded), metrics["max_drawdown"])


def check(what, market, holdings, factor_symbols, golden, cash):
    """Compares the results of every phase with those of `phases.py`."""
    factors, metrics = phase_1_5(market), phase_1_75(market)
    snapshots = phase_2(market, holdings, cash)
    values, betas = phase_2_5(market, holdings, snapshots), phase_3(market, holdings)
    exposures = phase_4(factors, betas, values["market_value"], snapshots["equity"][-1], holdings)
    volatility, correlations = phase_5(market, snapshots["own"]), phase_6(market, holdings, values["weight"])
    money = {"equity", "cash", "long_value", "short_value", "gross", "net", "pnl", "market_value", "cost_basis", "unrealized_pnl", "dollars of factors"}
    print(f"{what}: {market.prices.shape[0]} symbols, {market.prices.shape[1]} dates, {np.isnan(market.prices).sum()} prices missing")
    check_falls(market, metrics)
    pairs = comparisons(golden, market, factor_symbols, factors, metrics, snapshots, values, betas, exposures, volatility, correlations)
    for name, ours, plain in pairs:
        size, worst = agree(f"{what}: {name}", ours, plain, name in money)
        nulls = int(np.isnan(np.asarray(plain, dtype=float)).sum())
        print(f"  {name:24}{size:8} numbers, {nulls:4} null, largest deviation {worst:.1e} of the limit{', repaired' if name == 'repaired' and ours else ''}")


def with_gaps(table, random):
    """Returns a copy of a price table in which 2% of the prices are missing (except those of the
    market) and some symbols are listed late. Also returns random positions, some of them sold.
    """
    market, *others = table.columns
    gaps = random.random((len(table), len(others))) < 0.02
    late = [at for at, name in enumerate(others) if name.startswith("S")][::5]
    for at in late:
        gaps[:-int(random.integers(50, min(len(table), 200))), at] = True
    symbols = [name for name in others if name.startswith("S")]
    rows = len(symbols) * 3
    days = np.sort(random.integers(0, len(table), (rows, 2)), axis=1)
    sold = random.random(rows) < 0.2
    positions = pd.DataFrame({
        "symbol": [symbols[at % len(symbols)] for at in range(rows)], "quantity": random.choice([-1.0, 1.0, 1.0], rows) * random.integers(1, 50, rows),
        "entry_price": random.uniform(40, 60, rows), "entry": table.index[days[:, 0]],
        "exit": pd.Series(table.index[days[:, 1]]).where(sold), "exit_price": np.where(sold, random.uniform(40, 60, rows), np.nan),
    })
    return table.assign(**{name: table[name].mask(gaps[:, at]) for at, name in enumerate(others)}), positions


def main():
    """Compares the results with those of `phases.py` for four price tables: the files in `gaps/`,
    sixty symbols with many gaps, the same symbols with few dates, and five hundred symbols without
    gaps.
    """
    import many
    import reference

    def compare(what, closes, adjusted, factor_symbols, positions, cash, market=None):
        holdings = Holdings.from_table(positions)
        golden = reference.compute(closes, adjusted, factor_symbols, positions, cash)
        check(what, market or market_of(closes, adjusted, holdings.symbols, factor_symbols), holdings, factor_symbols, golden, cash)

    # One price column, because these phases do not know dividends.
    _, adjusted = reference.read_folder(reference.HERE / "gaps")
    positions = reference.read_positions(reference.HERE / "gaps-positions.csv")
    compare("gaps", adjusted, adjusted, reference.Factors.read(reference.HERE / "gaps-factors.toml"), positions, 20_000.0)

    whole = many.prices()
    table = whole.iloc[-HISTORY:]
    factor_symbols = reference.Factors("MKT", ["VAL", "GRO", "MOM"], [("GRO", "VAL"), ("MOM", "MKT")])
    random = np.random.default_rng(61)
    some = table[[*many.FUNDS, *[f"S{at:03}" for at in range(0, 480, 8)]]]
    for what, part in (("many gaps", some), ("few dates", some.iloc[-110:])):
        table_with_gaps, positions = with_gaps(part, random)
        compare(what, table_with_gaps, table_with_gaps, factor_symbols, positions, 1_000_000.0)

    positions = many.positions(whole.index)
    # Writes the prices to a file and reads them back, as the benchmark does.
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        table.rename_axis("Date").to_csv(file)
        file.flush()
        market = phase_1(file.name, Holdings.from_table(positions).symbols, factor_symbols)
    compare("complete", table, table, factor_symbols, positions, 1_000_000.0, market)


if __name__ == "__main__":
    main()
