"""The nine phases in numpy for price tables without gaps, the special case that needs the least
work.

Every symbol must have a price on every calendar date, there must be at least 273 dates, and no
position may be sold. The work is then simpler than in the general case: all regressions over a
window share their regressor, the correlation matrix is positive semi-definite, the effective number
of bets follows from the window's 90 rows instead of its hundreds of columns, and only the end of
the price file is read. `vectorised.py` accepts any table. The difference in time between the two is
the cost of the general case. `python dense.py` compares the results with `phases.py`. Arrays have
one row per date and one column per symbol.
"""

import io
import tempfile
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage
from scipy.linalg.lapack import dormqr, dpotrf, dstevd, dsytrd
from scipy.spatial.distance import squareform
from scipy.special import stdtr

from phases import BETA_CAP, DAYS, HISTORY, SNAPSHOTS

TREND = ("falling", "stable", "rising")
EWMA_WEIGHTS = np.concatenate([[0.94 ** (DAYS - 1)], 0.06 * 0.94 ** np.arange(DAYS - 2, -1, -1.0)])


@dataclass
class Market:
    """Output of phase_1, the input of all other phases: dates, prices (273 rows), returns (272
    rows), and the returns of the factors.
    """

    dates: np.ndarray
    prices: np.ndarray
    returns: np.ndarray
    market: np.ndarray
    styles: np.ndarray
    spreads: np.ndarray


@dataclass
class Holdings:
    """Positions of the portfolio. Each array has one element per position: the column of its
    symbol, its quantity, its entry price or its entry date.
    """

    symbols: list
    column: np.ndarray
    quantity: np.ndarray
    entry_price: np.ndarray
    entry: np.ndarray

    @staticmethod
    def from_table(table):
        """Creates holdings from a table in the format of `many.positions`. Symbols are numbered in
        alphabetical order.
        """
        symbols, column = np.unique(table["symbol"].to_numpy(dtype=object), return_inverse=True)
        entry = table["entry"].to_numpy().astype("datetime64[D]")
        return Holdings(list(symbols), column, table["quantity"].to_numpy(float), table["entry_price"].to_numpy(float), entry)


def scan(operation, array, block=16):
    """Accumulates `operation` down the rows of `array` in place: first within each block of rows,
    for all blocks at once, then from block to block.
    """
    whole = len(array) // block * block
    blocks = array[:whole].reshape(-1, block, array.shape[1])
    for row in range(1, block):
        operation(blocks[:, row], blocks[:, row - 1], out=blocks[:, row])
    for at in range(1, len(blocks)):
        operation(blocks[at], blocks[at - 1, -1], out=blocks[at])
    for row in range(max(whole, 1), len(array)):
        operation(array[row], array[row - 1], out=array[row])
    return array


def dot(left, right):
    """Returns the dot product of each column of `left` with the same column of `right`."""
    return np.einsum("ij,ij->j", left, right)


def count_of(truths):
    """Counts the true values in each column of an array with at most 255 rows. Faster than
    `count_nonzero`.
    """
    return truths.view(np.uint8).sum(axis=0, dtype=np.uint8).astype(int)


def mean_of(rows):
    """Computes the mean of each column as a product with a vector of ones, which is faster than
    `mean`.
    """
    return np.ones(len(rows)) @ rows / len(rows)


def fits(y, x):
    """Regresses each column of `y` on the series `x` by ordinary least squares. Returns beta,
    alpha, standard error, t, p and R².
    """
    count = len(x)
    mean_x, mean_y = x.mean(), mean_of(y)
    centered = x - mean_x
    sxx, sxy, syy = centered @ centered, centered @ y, dot(y, y) - count * mean_y**2
    beta = sxy / sxx
    explained = beta * sxy
    error = np.sqrt(np.maximum(syy - explained, 0) / ((count - 2) * sxx))
    with np.errstate(divide="ignore"):
        t = beta / error
    return np.stack([beta, mean_y - beta * mean_x, error, t, 2 * stdtr(count - 2, -np.abs(t)), explained / syy])


def tail_of(path, rows):
    """Returns the header and the last `rows` lines of a price file that is ordered by date. Reads
    the file from its end.
    """
    with open(path, "rb") as file:
        header = file.readline()
        start, end = file.tell(), file.seek(0, io.SEEK_END)
        size = 1 << 20
        while True:
            first = max(start, end - size)
            file.seek(first)
            lines = file.read().splitlines()
            # The first line may be incomplete, so one line more than `rows` must be read.
            if first == start or len(lines) > rows:
                return header.decode().rstrip(), [line.decode() for line in lines[-rows:]]
            size *= 2


def phase_1(path, symbols, factors):
    """Reads the price file and keeps the last 273 dates."""
    table = pd.read_csv(path, low_memory=False).iloc[-HISTORY:]
    names = list(table.columns)
    return market_of(table.iloc[:, 0].to_numpy(), table.iloc[:, 1:].to_numpy(), names[1:], symbols, factors)


def phase_1_tail(path, symbols, factors):
    """Reads only the last 273 dates of the price file. Its rows must be ordered by date, and its
    numbers must not be in quotation marks.
    """
    header, lines = tail_of(path, HISTORY)
    dates, _, rows = zip(*(line.partition(",") for line in lines))
    return market_of(np.array(dates), np.loadtxt(rows, delimiter=","), header.split(",")[1:], symbols, factors)


def market_of(dates, values, names, symbols, factors):
    """Splits a price table into the prices of the held symbols and those of the factors."""
    at = {name: column for column, name in enumerate(names)}
    long_short = [name for pair in factors.spreads for name in pair]
    prices = np.ascontiguousarray(values[:, [at[name] for name in symbols]])
    funds = values[:, [at[name] for name in [factors.market, *factors.styles, *long_short]]]
    returns, changes = prices[1:] / prices[:-1] - 1, funds[1:] / funds[:-1] - 1
    styles = len(factors.styles)
    spreads = changes[:, 1 + styles::2] - changes[:, 2 + styles::2]
    return Market(dates.astype("U10").astype("datetime64[D]"), prices, returns, changes[:, 0].copy(), changes[:, 1:1 + styles], spreads)


# Phase 2: Factor Analysis


def ridge(y, styles):
    """Computes ridge regressions of all symbols on the style factors. Returns betas (styles,
    symbols), intercepts and R². All symbols share the factors, so a single linear system is solved
    for all of them.
    """
    count = len(y)
    mean, deviation = styles.mean(axis=0), styles.std(axis=0)
    scaled = (styles - mean) / deviation
    gram, mean_y = scaled.T @ scaled, mean_of(y)
    product = scaled.T @ y
    coefficients = np.linalg.solve(gram + np.eye(len(gram)), product)
    total = dot(y, y) - count * mean_y**2
    residual = total - dot(coefficients, 2 * product - gram @ coefficients)
    betas = coefficients / deviation[:, None]
    return betas, mean_y - mean @ betas, 1 - residual / total


def phase_1_5(market):
    """Computes, for every symbol, a ridge regression over 90 rows and a regression on each spread
    over 180 rows.
    """
    rows = market.returns[-180:]
    return {"ridge": ridge(market.returns[-90:], market.styles[-90:]), "spreads": [fits(rows, spread) for spread in market.spreads[-180:].T]}


# Phase 3: Symbol Metrics


def max_drawdowns(prices):
    """Computes the maximum drawdown of each column and the rows of its peak and trough. The prices
    stand in for compounded returns, because the two are proportional if there are no gaps.
    """
    peaks = scan(np.maximum, prices.copy())
    levels = prices / peaks
    trough = levels.argmin(axis=0)
    column = np.arange(prices.shape[1])
    # The running peak never falls. The row of the peak is therefore the number of rows in which the
    # running peak is still lower than at the trough.
    return levels[trough, column] - 1, count_of(peaks < peaks[trough, column]), trough


def phase_1_75(market):
    """Computes each symbol's trailing returns, volatilities, ratios, moments and maximum drawdown.
    """
    prices, window = market.prices, market.returns[-DAYS:]
    last = prices[-1]
    new_year = market.dates.searchsorted(market.dates[-1].astype("datetime64[Y]").astype("datetime64[D]"))
    back = prices[[-2, -6, -22, -64, -253, new_year - 1]]
    mean = mean_of(window)
    centered = window - mean
    squares = centered * centered
    total = np.ones(DAYS) @ squares
    second, third, fourth = total / DAYS, dot(squares, centered) / DAYS, dot(squares, squares) / DAYS
    deviation = np.sqrt(total / (DAYS - 1))

    def short(days):
        """Computes the variance of the last `days` daily returns. Starts from their deviations from
        the 252-day mean, which are already known.
        """
        return (np.ones(days) @ squares[-days:] - (np.ones(days) @ centered[-days:]) ** 2 / days) / (days - 1)

    losses = np.minimum(window, 0)
    n, annual = DAYS, np.sqrt(DAYS)
    fall, peak, trough = max_drawdowns(prices[-DAYS - 1:])
    return {
        "returns": last / back - 1,
        "volatility": np.stack([np.sqrt(short(21)), np.sqrt(short(63)), deviation]) * annual,
        "ewma": np.sqrt(DAYS * (EWMA_WEIGHTS @ np.square(window))),
        "sharpe": mean / deviation * annual,
        "sortino": mean / np.sqrt(dot(losses, losses) / n) * annual,
        "skewness": np.sqrt(n * (n - 1)) / (n - 2) * third / second**1.5,
        "kurtosis": ((n * n - 1) * fourth / second**2 - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3)),
        "max_drawdown": fall,
        "peak": peak + len(prices) - DAYS - 1,
        "trough": trough + len(prices) - DAYS - 1,
    }


# Phases 4 and 5: Portfolio Snapshots and Position Values


def phase_2(market, holdings, cash_balance):
    """Computes the portfolio's value on every date from the long and the short quantity of each
    symbol, which change only on entry dates.
    """
    rows, symbols = market.prices.shape
    entry = market.dates.searchsorted(holdings.entry)
    # An extra row at the end collects the purchases after the last date. Short quantities have
    # their own columns, to the right of those for long quantities.
    cell = entry * (2 * symbols) + holdings.column + symbols * (holdings.quantity < 0)
    bought = np.bincount(cell, holdings.quantity, (rows + 1) * 2 * symbols).reshape(rows + 1, 2 * symbols)
    held = scan(np.add, bought[:rows])
    long, short = np.einsum("isj,ij->si", held.reshape(rows, 2, symbols), market.prices)
    paid = np.bincount(entry, holdings.quantity * holdings.entry_price, rows + 1)
    cash = cash_balance + paid[::-1].cumsum()[-2::-1]
    equity = cash + long + short
    pnl = np.diff(equity)
    own = pnl / equity[:-1]
    shown = slice(-SNAPSHOTS, None)
    level = np.concatenate([[1.0], np.cumprod(1 + own[1 - SNAPSHOTS:])])
    return {
        "own": own, "equity": equity[shown], "cash": cash[shown], "long_value": long[shown], "short_value": short[shown],
        "gross": (long - short)[shown], "net": (long + short)[shown], "pnl": pnl[shown], "return": own[shown],
        "drawdown": level / np.maximum.accumulate(level) - 1,
    }


def phase_2_5(market, holdings, equity):
    """Computes the market value, cost, profit and signed weight of each position."""
    value = holdings.quantity * market.prices[-1][holdings.column]
    cost = holdings.quantity * holdings.entry_price
    return {"market_value": value, "cost_basis": cost, "unrealized_pnl": value - cost, "weight": value / equity}


# Phases 6 and 7: Position Betas and Factor Exposures


def phase_3(market, holdings):
    """Computes market betas over 90 and 252 rows, by symbol and by position. The dimensions of each
    array are the window, the statistic of the regression, and the symbol or position.
    """
    symbols = np.stack([fits(market.returns[-window:], market.market[-window:]) for window in (90, 252)])
    return {"symbols": symbols, "positions": symbols.take(holdings.column, axis=2)}


def phase_4(factors, betas, value, equity, holdings):
    """Computes the portfolio's exposure to each factor, that exposure in dollars, and the share of
    the gross value in positions with a known beta. The factors are the market (with betas over the
    last 90 days and over the last 252 days), the styles and the spreads.
    """
    symbols = len(holdings.symbols)
    table = np.vstack([betas["symbols"][:, 0], factors["ridge"][0], [fit[0] for fit in factors["spreads"]]])
    net, gross = np.bincount(holdings.column, value, symbols), np.bincount(holdings.column, np.abs(value), symbols)
    known = np.isfinite(table)
    dollars = np.where(known, np.clip(table, -BETA_CAP, BETA_CAP), 0) @ net
    return {"exposure": dollars / equity, "dollars": dollars, "coverage": known @ gross / gross.sum()}


# Phase 8: Volatility Analysis


def solve_3(gram, product):
    """Solves a symmetric system of three linear equations for each column by elimination. `gram`
    contains the upper triangle of the matrix, in the order 11, 12, 13, 22, 23, 33.
    """
    a, b, c, d, e, f = gram
    p, q, r = product
    by, cy = b / a, c / a
    d, e, f, q, r = d - by * b, e - by * c, f - cy * c, q - by * p, r - cy * p
    ey = e / d
    third = (r - ey * q) / (f - ey * e)
    second = (q - e * third) / d
    return (p - b * second - c * third) / a, second, third


def har(squares, sums, mean):
    """Computes HAR-RV forecasts for both horizons and all columns, with centered normal equations.

    `squares` are the 252 squared returns minus their `mean`. `sums` are the running sums of
    `squares`, starting with a row of zeros. Regressors and targets are sums over days instead of
    means, which does not change the forecast or R². The rows of the 21-day regression are the first
    rows of the 1-day regression.
    """
    first, pairs = 21, ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    regressors = [squares[first:], sums[first + 1:] - sums[first - 4:-5], sums[first + 1:] - sums[:-22]]
    latest = [x[-1] for x in regressors]
    raw, totals, results, done = np.zeros((6, len(mean))), np.zeros((3, len(mean))), {}, 0
    for horizon in (21, 1):
        count = DAYS - first - horizon
        target = sums[first + 1 + horizon:] - sums[first + 1:-horizon] if horizon > 1 else squares[first + 1:]
        added = [x[done:count] for x in regressors]
        raw = raw + [dot(added[left], added[right]) for left, right in pairs]
        totals = totals + [np.ones(count - done) @ x for x in added]
        done = count
        total = np.ones(count) @ target
        gram = [raw[at] - totals[left] * totals[right] / count for at, (left, right) in enumerate(pairs)]
        product = [dot(x[:count], target) - own_total * total / count for x, own_total in zip(regressors, totals)]
        slopes = solve_3(gram, product)
        forecast = total / count + sum(slope * (x - own_total / count) for slope, x, own_total in zip(slopes, latest, totals))
        bounded = (forecast < target.min(axis=0)) | (forecast > target.max(axis=0))
        forecast = np.where(bounded, total / count, forecast) / horizon + mean
        explained = sum(slope * value for slope, value in zip(slopes, product))
        quality = explained / (dot(target, target) - total**2 / count)
        results[horizon] = {"forecast": np.sqrt(DAYS * forecast), "r_squared": quality, "bounded": bounded}
    return results


def phase_5(market, own):
    """Computes the volatilities, their percentile and trend, and the HAR forecasts. The last column
    is the portfolio, and the others are the symbols.
    """
    rows, symbols = market.returns.shape
    returns = np.empty((rows, symbols + 1))
    returns[:, :-1], returns[:, -1] = market.returns, own
    # Running sums of `r` and of `r² - mean(r²)`, where `r` are the daily returns. Both start with a
    # row of zeros.
    sums, squares = np.zeros((rows + 1, symbols + 1)), np.zeros((rows + 1, symbols + 1))
    sums[1:] = returns
    np.square(returns, out=returns)
    ewma = np.sqrt(DAYS * (EWMA_WEIGHTS @ returns[-DAYS:]))
    mean = mean_of(returns[-DAYS:])
    returns -= mean
    squares[1:] = returns
    scan(np.add, sums)
    scan(np.add, squares)

    def variance(days, last=slice(-1, None)):
        """Computes the variance over the `days` days that end at each row of the slice `last`."""
        start = slice(last.start - days, -days)
        change = sums[last] - sums[start]
        change *= change
        change /= -days
        change += squares[last]
        change -= squares[start]
        change += days * mean
        change /= days - 1
        return change

    rolling = variance(21, slice(-DAYS, None))
    today = rolling[-1]
    trend = np.sqrt(today / rolling[-22]) - 1
    forecasts = har(returns[-DAYS:], squares[-DAYS - 1:], mean)
    return {
        "volatility": np.sqrt(DAYS * np.stack([today, variance(63)[0], variance(DAYS)[0]])),
        "ewma": ewma,
        "percentile": count_of(rolling <= today) / DAYS,
        "trend": np.where(np.abs(trend) <= 0.1, 0, np.sign(trend)).astype(int),
        "har": forecasts,
    }


# Phase 9: Correlations


def projected(matrix):
    """Returns the positive semi-definite matrix nearest to a symmetric matrix. It is computed
    either from the eigenvectors of the positive eigenvalues or from those of the negative ones,
    whichever are fewer.

    The three steps are those of LAPACK's divide-and-conquer eigenvalue solver (`eigh`), but only
    the required eigenvectors are transformed back from the tridiagonal matrix. This saves a fifth
    of the time at 500 symbols.
    """
    size = len(matrix)
    reduced, diagonal, off_diagonal, scales, failed = dsytrd(matrix.T, lower=1, lwork=32 * size)
    eigenvalues, vectors, not_converged = dstevd(diagonal, off_diagonal)
    negative = int(np.searchsorted(eigenvalues, 0.0))
    wanted = slice(0, negative) if negative <= size // 2 else slice(negative, size)
    half = np.asfortranarray(vectors[:, wanted] * np.sqrt(np.abs(eigenvalues[wanted])))
    if half.shape[1]:
        half[1:], _, wrong = dormqr("L", "N", np.asfortranarray(reduced[1:, :-1]), scales, half[1:], 64 * size)
        assert not (failed or not_converged or wrong), (failed, not_converged, wrong)
    product = half @ half.T
    return product if wanted.start else np.add(matrix, product, out=product)


def projected_by_eigh(matrix):
    """Returns the nearest positive semi-definite matrix. Uses only numpy, which always computes all
    eigenvectors.
    """
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(eigenvalues, 0)) @ vectors.T


def needs_no_repair(matrix):
    """Returns whether the smallest eigenvalue is at least -1e-10. This holds if and only if the
    matrix has a Cholesky factor after 1e-10 is added to its diagonal.
    """
    shifted = matrix.copy()
    shifted.flat[::len(matrix) + 1] += 1e-10
    return dpotrf(shifted.T, lower=1, clean=0, overwrite_a=1)[1] == 0


def repair(matrix, projected=projected):
    """Returns the nearest correlation matrix (Higham 2002) and how many rounds the repair took. It
    takes zero rounds if the matrix needs no repair.
    """
    if needs_no_repair(matrix):
        return matrix, 0
    tolerance = 1e-7 if len(matrix) <= 100 else 1e-5
    y, correction, rounds = matrix.copy(), np.zeros_like(matrix), 0
    while rounds < 100:
        rounds += 1
        r = y - correction
        y = projected(r)
        np.subtract(y, r, out=correction)
        # After the projection, y is the matrix that Higham calls X. His Y differs from it only on
        # the diagonal, which is all ones.
        change = np.linalg.norm(1 - y.diagonal())
        np.fill_diagonal(y, 1.0)
        if change / np.linalg.norm(y) < tolerance:
            break
    clipped = projected(y)
    scale = 1 / np.sqrt(clipped.diagonal())
    clipped *= scale
    clipped *= scale[:, None]
    return clipped, rounds


def leaves_in_order(merges, count):
    """Returns the leaves of the clustering tree in display order. At each fork, the branch that
    contains the alphabetically first name comes first.
    """
    branches, first = [[leaf] for leaf in range(count)], list(range(count))
    for left, right in merges[:, :2].astype(int).tolist():
        if first[right] < first[left]:
            left, right = right, left
        branches.append(branches[left] + branches[right])
        first.append(first[left])
    return branches[-1]


def effective_bets(centered, weights):
    """Computes the effective number of bets: the exponential of the entropy of the principal
    components' shares of the variance (Meucci 2009).

    Let X = U S V' be the singular value decomposition of the centered returns, and w the weights.
    The variance along a component is then (v'w)²s² = (u'Xw)². So the eigenvectors of XX', a 90 by
    90 matrix, are enough, and those of the covariance X'X of hundreds of symbols are not needed.
    This holds only if the correlation matrix was not repaired.
    """
    vectors = np.linalg.eigh(centered @ centered.T)[1]
    shares = (vectors.T @ (centered @ weights)) ** 2
    shares = shares[shares > 0] / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def effective_bets_of(covariance, weights):
    """Computes the effective number of bets from a covariance matrix, which is necessary if the
    correlation matrix was repaired.
    """
    eigenvalues, vectors = np.linalg.eigh(covariance)
    shares = (vectors.T @ weights) ** 2 * np.maximum(eigenvalues, 0)
    shares = shares[shares > 0] / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def phase_6(market, holdings, weight):
    """Computes correlations over 90 rows, the order in which to display the symbols, and measures
    of the portfolio's diversification.
    """
    count = len(holdings.symbols)
    weights = np.bincount(holdings.column, weight, count)
    window = market.returns[-90:]
    centered = window - mean_of(window)
    deviation = np.sqrt(dot(centered, centered))
    scaled = centered / deviation
    matrix = scaled.T @ scaled
    np.fill_diagonal(matrix, 1.0)
    matrix, rounds = repair(matrix)
    held = np.flatnonzero(weights)
    if rounds:
        bets = effective_bets_of((matrix * np.outer(deviation, deviation))[np.ix_(held, held)], weights[held])
    else:
        bets = effective_bets(centered[:, held], weights[held])
    pairs = squareform(matrix, checks=False)
    mean_abs = np.abs(pairs).mean()
    # Converts correlations in place to the distances √((1 - ρ) / 2) for average linkage.
    pairs *= -0.5
    pairs += 0.5
    np.sqrt(np.maximum(pairs, 0, out=pairs), out=pairs)
    return {
        "matrix": matrix, "repaired": rounds > 0, "order": leaves_in_order(linkage(pairs, "average"), count), "mean_abs": mean_abs,
        "effective_bets": bets, "effective_positions": np.abs(weights).sum() ** 2 / (weights @ weights),
    }


# Comparison with `phases.py`


def agree(what, ours, plain, money=False):
    """Asserts that each number differs from that of `phases.py` by at most 1e-12 plus 1e-9 of its
    size. The limit for amounts of money is 1e-6 plus 1e-9 of their size.
    """
    ours, plain = np.asarray(ours, dtype=float), np.asarray(plain, dtype=float)
    limit = 1e-9 * np.abs(plain) + (1e-6 if money else 1e-12)
    worst = float((np.abs(ours - plain) / limit).max())
    assert ours.shape == plain.shape and worst <= 1, f"{what}: {ours.shape} and {plain.shape}, {worst} times the limit"
    print(f"{what:34}{ours.size:8} numbers, largest deviation {worst:.1e} of the limit")


def check_symbols(golden, factors, metrics, market, names):
    """Compares the results of phase_1_5 and phase_1_75 for every symbol with those of `phases.py`.
    """
    each = lambda *path: [[symbol[path[0]][key] for symbol in golden["symbols"]] for key in path[1:]]
    one = lambda part, key: [symbol[part][key] for symbol in golden["symbols"]]
    betas, intercept, quality = factors["ridge"]
    agree("ridge betas", betas, [[symbol["ridge"]["betas"][name] for symbol in golden["symbols"]] for name in names])
    agree("ridge intercept", intercept, one("ridge", "intercept"))
    agree("ridge R²", quality, one("ridge", "r_squared"))
    for at, fit in enumerate(factors["spreads"]):
        plain = [[symbol["spreads"][at][key] for symbol in golden["symbols"]] for key in ("beta", "t", "p", "r_squared")]
        agree(f"spread {at}", fit[[0, 3, 4, 5]], plain)
    agree("returns", metrics["returns"], each("returns", "1d", "5d", "21d", "63d", "252d", "ytd"))
    agree("volatility", metrics["volatility"], each("volatility", "21d", "63d", "252d"))
    agree("EWMA", metrics["ewma"], one("volatility", "ewma"))
    for name in ("sharpe", "sortino", "skewness", "kurtosis"):
        agree(name, metrics[name], [symbol[name] for symbol in golden["symbols"]])
    agree("max drawdown", metrics["max_drawdown"], one("max_drawdown", "value"))
    column = np.arange(market.prices.shape[1])
    agree("from peak to trough", metrics["max_drawdown"], market.prices[metrics["trough"], column] / market.prices[metrics["peak"], column] - 1)


def check_portfolio(golden, snapshots, values, betas, exposures):
    """Compares the results of phase_2 to phase_4 with those of `phases.py`."""
    for name in ("equity", "cash", "long_value", "short_value", "gross", "net", "pnl", "return", "drawdown"):
        agree(name, snapshots[name], [day[name] for day in golden["snapshots"]], money=name not in ("return", "drawdown"))
    for name, numbers in values.items():
        agree(name, numbers, [position[name] for position in golden["positions"]], money=name != "weight")
    keys = ("beta", "alpha", "std_error", "t", "p", "r_squared")
    for at, window in enumerate(("90d", "252d")):
        plain = [[position["market_beta"][window][key] for position in golden["positions"]] for key in keys]
        agree(f"market betas {window}", betas["positions"][at], plain)
    agree("market beta, 252 rows", exposures["exposure"][1], golden["portfolio"]["market_beta"]["252d"])
    for key in ("exposure", "dollars", "coverage"):
        agree(key, np.delete(exposures[key], 1), [exposure[key] for exposure in golden["exposures"]], money=key == "dollars")


def check_volatility(golden, found):
    """Compares the results of phase_5 with those of `phases.py`. The last column of the results is
    the portfolio.
    """
    plain = [*golden["volatility"]["positions"], golden["volatility"]["portfolio"]]
    agree("realized", found["volatility"], [[one[key] for one in plain] for key in ("21d", "63d", "252d")])
    agree("EWMA", found["ewma"], [one["ewma"] for one in plain])
    agree("percentile", found["percentile"], [one["percentile"] for one in plain])
    assert [TREND[at + 1] for at in found["trend"]] == [one["trend"] for one in plain], "trend"
    for horizon in (1, 21):
        for key in ("forecast", "r_squared", "bounded"):
            agree(f"HAR {horizon} {key}", found["har"][horizon][key], [one["har"][f"{horizon}d"][key] for one in plain])


def check_correlations(golden, found):
    """Compares the results of phase_6 with those of `phases.py`."""
    for key in ("matrix", "mean_abs", "effective_bets", "effective_positions"):
        agree(key, found[key], golden[key])
    assert found["order"] == golden["order"] and found["repaired"] == golden["repaired"], "order"


def check_repair(phases):
    """Compares repairs of a matrix that has negative eigenvalues: the correlations of sixty series
    with gaps, where each pair is correlated over the rows that both series have.
    """
    random = np.random.default_rng(60)
    series = pd.DataFrame(random.standard_normal((70, 60)) + random.standard_normal((70, 1)))
    matrix = series.mask(random.random(series.shape) < 0.2).corr(min_periods=30).to_numpy()
    plain, was_repaired = phases.repaired(matrix)
    for project in (projected, projected_by_eigh):
        found, rounds = repair(matrix, project)
        assert was_repaired and rounds > 1, rounds
        agree(f"repaired in {rounds} rounds", found, plain)


def main():
    """Compares the results of every phase with those of `phases.py`, for 500 symbols, 2,520 days
    and one position per symbol.
    """
    import many
    import phases
    import reference

    table = many.prices()
    positions = many.positions(table.index)
    factor_symbols = reference.Factors("MKT", ["VAL", "GRO", "MOM"], [("GRO", "VAL"), ("MOM", "MKT")])
    golden = reference.compute(table, table, factor_symbols, positions, 1_000_000.0)
    holdings = Holdings.from_table(positions)
    # Writes the prices, which have four decimals, to a file and reads them back, as the benchmark
    # does.
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        table.rename_axis("Date").to_csv(file)
        file.flush()
        market, last = (read(file.name, holdings.symbols, factor_symbols) for read in (phase_1, phase_1_tail))
    agree("prices", market.prices, table[holdings.symbols].iloc[-HISTORY:])
    agree("prices from the end of the file", last.prices, market.prices)
    assert (last.dates == market.dates).all() and (market.dates == table.index[-HISTORY:].to_numpy()).all(), "dates"
    factors = phase_1_5(market)
    check_symbols(golden, factors, phase_1_75(market), market, factor_symbols.styles)
    snapshots = phase_2(market, holdings, 1_000_000.0)
    equity = snapshots["equity"][-1]
    values, betas = phase_2_5(market, holdings, equity), phase_3(market, holdings)
    check_portfolio(golden, snapshots, values, betas, phase_4(factors, betas, values["market_value"], equity, holdings))
    check_volatility(golden, phase_5(market, snapshots["own"]))
    check_correlations(golden["correlations"], phase_6(market, holdings, values["weight"]))
    check_repair(phases)


if __name__ == "__main__":
    main()
