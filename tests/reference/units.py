"""Computes golden values for the unit tests of three functions: the repair of a correlation matrix,
the price of an option, and its implied volatility.
"""

import itertools

import numpy as np

import phases
from options import black_scholes, delta, implied_volatility

# Example from Higham 2002, section 4: a symmetric matrix that is not a correlation matrix, and the
# correlation matrix nearest to it, to four digits.
EXAMPLE = [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
NEAREST = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]


def indefinite(random, size, spread):
    """Returns a matrix with a unit diagonal and a negative eigenvalue: the correlations of a
    one-factor model plus random noise.
    """
    while True:
        load = random.uniform(-1, 1, size)
        noise = np.triu(random.uniform(-spread, spread, (size, size)), 1)
        matrix = np.clip(np.outer(load, load) + noise + noise.T, -1, 1).round(6)
        np.fill_diagonal(matrix, 1.0)
        if np.linalg.eigvalsh(matrix)[0] < -1e-3:
            return matrix


def higham():
    random = np.random.default_rng(20_020_730)
    sizes = [(3, 0.9), (5, 0.4), (5, 0.9), (10, 0.3), (10, 0.9), (20, 0.2), (20, 0.6)]
    cases = []
    for matrix in [np.array(EXAMPLE), *(indefinite(random, size, spread) for size, spread in sizes)]:
        smallest = np.linalg.eigvalsh(matrix)[0]
        repaired, rounds = phases.higham(matrix)
        if np.linalg.eigvalsh(repaired)[0] < -1e-12:
            raise AssertionError("an eigenvalue is still negative after the repair")
        cases.append({
            "n": len(matrix), "matrix": matrix.tolist(), "repaired": repaired.tolist(), "rounds": rounds, "smallest_eigenvalue": float(smallest),
        })
    if np.abs(np.array(cases[0]["repaired"]) - NEAREST).max() > 1e-4:
        raise AssertionError("the repair of Higham's example differs from the paper")
    return cases


def options():
    """Returns sixty options with their prices and deltas. They range from far in to far out of the
    money, and from a day to five years to expiration, with and without interest and dividends.
    Raises an error if a delta is not the derivative of the price.
    """
    random = np.random.default_rng(19_730_501)
    cases = []
    for call, moneyness, years in itertools.product((True, False), (0.5, 0.8, 0.95, 1.0, 1.25, 2.0), (1 / 365, 0.1, 0.5, 1.5, 5.0)):
        spot, volatility = round(random.uniform(5, 400), 2), round(random.uniform(0.05, 0.9), 4)
        rate, dividend_yield = [(0.0, 0.0), (0.04, 0.0), (0.03, 0.02), (-0.005, 0.01)][len(cases) % 4]
        case = {"call": call, "spot": spot, "strike": round(spot * moneyness, 2), "years": years, "volatility": volatility,
                "rate": rate, "dividend_yield": dividend_yield}
        cases.append(case | {"price": black_scholes(**case), "delta": delta(**case)})
        step = 1e-4 * spot
        slope = (black_scholes(**case | {"spot": spot + step}) - black_scholes(**case | {"spot": spot - step})) / (2 * step)
        if abs(cases[-1]["delta"] - slope) > 1e-5:
            raise AssertionError(f"delta {cases[-1]['delta']}, but the price changes by {slope} per dollar")
    return cases


def implied():
    """Returns options with prices rounded to whole cents, like quoted prices, and the implied
    volatility of each.
    """
    random = np.random.default_rng(20_150_401)
    cases = []
    for call, moneyness, years in itertools.product((True, False), (0.8, 0.9, 1.0, 1.1, 1.25), (7 / 365, 0.1, 0.5, 1.0, 2.5)):
        spot, volatility = round(random.uniform(20, 400), 2), random.uniform(0.15, 0.9)
        strike = round(spot * moneyness, 1)
        price = round(black_scholes(call, spot, strike, years, volatility), 2)
        found = implied_volatility(call, price, spot, strike, years)
        # Skips options with little time value, which are far from the money. If the time value is
        # smaller than the rounding to a cent, the price has no implied volatility, or an unreliable
        # one.
        if found is not None and min(price, price - (spot - strike if call else strike - spot)) > 0.05:
            cases.append({"call": call, "spot": spot, "strike": strike, "years": years, "price": price, "implied_volatility": found})
    if len(cases) < 40:
        raise AssertionError("fewer than 40 prices imply a volatility")
    return cases
