"""Generates the price files of the reference portfolios, with the same contents every time: `python
generate.py FOLDER`.

The script writes the contents of `gaps/` into FOLDER. Into FOLDER's parent folder, it writes
`extras/`, `income/`, `quotes.csv`, `edges.csv`, `short.csv`, `apart.csv`, `repair.csv` and the
positions for `repair.csv`.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from options import black_scholes

DAYS = 320
REPAIR_SYMBOLS = 80


def gaps(folder):
    """Generates prices with gaps, late listings and dividends, one file per symbol."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(20_260_109)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    funds = {"MKT": market}
    for name, load in (("VAL", 0.9), ("GRO", 1.1), ("MOM", 1.0)):
        funds[name] = load * market + 0.004 * random.standard_normal(DAYS)
    stocks = {f"S{at:02}": (0.3 + 0.1 * at) * market + (0.008 + 0.001 * at) * random.standard_normal(DAYS) for at in range(12)}
    for name, returns in (funds | stocks).items():
        adjusted = pd.Series(50 * np.cumprod(1 + returns), index=dates)
        close = adjusted.copy()
        if name in ("S03", "S07"):
            # Simulates a dividend: closes before the dividend are higher than the adjusted closes.
            close.iloc[: DAYS - 70] *= 1.03
        table = pd.DataFrame({"Close": close.round(4), "Adj Close": adjusted.round(4)})
        if name in stocks:
            at = int(name[1:])
            if at in (2, 5):
                table.iloc[random.choice(np.arange(20, DAYS - 5), size=8, replace=False)] = np.nan
            if at == 6:
                # Removes one recent week of prices.
                table.iloc[DAYS - 40 : DAYS - 35] = np.nan
            table = {8: table.iloc[DAYS - 120 :], 9: table.iloc[DAYS - 45 :], 10: table.iloc[DAYS - 20 :]}.get(at, table)
        table.dropna().to_csv(folder / f"{name}.csv", index_label="Date")


def delivered(returns, start, splits, yields):
    """Computes Close and Adj Close, as data sources define them, from a symbol's daily returns and
    its first price.

    `splits` maps a day to the number of new shares per old share. `yields` maps a day to the
    dividend, as a fraction of the previous day's price. Close is the price paid on the day, divided
    by the ratios of all later splits. Adj Close is Close times (1 - yield) for every later dividend
    (the method of CRSP).
    """
    ratio, kept = np.ones(DAYS), np.ones(DAYS)
    for day, shares in splits.items():
        ratio[day] = shares
    for day, share in yields.items():
        kept[day] = 1 - share
    paid = start * np.cumprod((returns + kept) / ratio)
    later = lambda factors: np.append(np.cumprod(factors[:0:-1])[::-1], 1.0)
    close = paid / later(ratio)
    adjusted = close * later(kept)
    for day in splits:
        # Checks that a split does not change the value of a holding.
        if abs(paid[day] * ratio[day] / paid[day - 1] - (kept[day] + returns[day])) > 1e-12 or abs(close[day] / close[day - 1] - 1) > 0.2:
            raise AssertionError("a split changes the return or moves Close")
    return close, adjusted


def extras(folder):
    """Generates prices for a rate factor, for symbols with large betas and with splits, and for the
    underlyings of options. The positions are in `extras-positions.csv`.
    """
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(20_260_214)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    bond = 0.0001 - 0.15 * market + 0.005 * random.standard_normal(DAYS)
    quarters = lambda share: {day: share for day in range(30, DAYS, 63)}
    # Specification of each symbol: beta to the market, beta to the bond, volatility of its own
    # noise, first price, splits and dividends.
    specs = {
        "VAL": (0.85, 0.2, 0.004, 80, {}, quarters(0.006)),
        "GRO": (1.15, -0.1, 0.004, 120, {}, {}),
        "AAA": (1.1, 0.0, 0.010, 95, {}, quarters(0.004)),
        "FOUR": (1.3, -0.4, 0.014, 400, {DAYS - 100: 4.0}, quarters(0.003)),
        "TENTH": (0.7, 0.5, 0.018, 4.2, {DAYS - 60: 0.1}, {}),
        "BOTH": (0.9, 0.3, 0.011, 60, {DAYS - 200: 2.0, DAYS - 30: 0.2}, quarters(0.01)),
        "SEVEN": (7.0, 0.0, 0.010, 70, {}, {}),
        "MINUS": (-6.0, 0.0, 0.012, 300, {}, {}),
        "HOLE": (0.8, 0.9, 0.012, 55, {}, quarters(0.008)),
        "STALE": (1.0, 0.1, 0.013, 33, {}, {}),
        "YOUNG": (1.2, 0.0, 0.016, 25, {}, {}),
        "UTIL": (0.4, 1.1, 0.007, 48, {}, quarters(0.009)),
    }
    prices = {"MKT": (100 * np.cumprod(1 + market),) * 2, "BND": delivered(bond, 90, {}, {day: 0.003 for day in range(10, DAYS, 21)})}
    for name, (load, rates, own, start, splits, yields) in specs.items():
        returns = load * market + rates * bond + own * random.standard_normal(DAYS)
        prices[name] = delivered(returns, start, splits, yields)
    for name, (close, adjusted) in prices.items():
        table = pd.DataFrame({"Close": close, "Adj Close": adjusted}, index=dates).round(4)
        if name == "BND":
            table.iloc[[DAYS - 150, DAYS - 77, DAYS - 21]] = np.nan
        if name == "HOLE":
            table.iloc[[*range(DAYS - 48, DAYS - 42), DAYS - 120, DAYS - 9]] = np.nan
        table = {"STALE": table.iloc[: DAYS - 4], "YOUNG": table.iloc[DAYS - 26 :]}.get(name, table)
        table.dropna().to_csv(folder / f"{name}.csv", index_label="Date")


def repair(prices_path, positions_path):
    """Generates prices and positions for 80 symbols with gaps on different days, so that the matrix
    of their pairwise correlations is not positive semi-definite.
    """
    random = np.random.default_rng(20_260_315)
    days = 273
    dates = pd.bdate_range(end="2025-08-22", periods=days)
    market = 0.0003 + 0.01 * random.standard_normal(days)
    columns = {"MKT": market}
    for name, load in (("VAL", 0.9), ("GRO", 1.1), ("MOM", 1.0)):
        columns[name] = load * market + 0.004 * random.standard_normal(days)
    symbols = [f"R{at:02}" for at in range(REPAIR_SYMBOLS)]
    for at, symbol in enumerate(symbols):
        columns[symbol] = (0.4 + 0.02 * at) * market + 0.01 * random.standard_normal(days)
    table = pd.DataFrame({name: 50 * np.cumprod(1 + returns) for name, returns in columns.items()}, index=dates).round(3)
    for symbol in symbols:
        table.loc[dates[random.choice(np.arange(days - 90, days - 1), size=15, replace=False)], symbol] = np.nan

    window = (table / table.shift(1) - 1)[symbols].tail(90)
    known = window.notna().astype(int)
    if (known.T @ known).min().min() < 30:
        raise AssertionError("a pair has fewer than 30 common days")
    if np.linalg.eigvalsh(window.corr(min_periods=30))[0] >= -1e-10:
        raise AssertionError("the correlations do not need repair")

    table.to_csv(prices_path, index_label="Date")
    rows = [(symbol, (-1 if at % 4 == 3 else 1) * (10 + at % 9), 50 + at % 5, "2024-08-12") for at, symbol in enumerate(symbols)]
    pd.DataFrame(rows, columns=["Symbol", "Quantity", "Entry Price Per Share", "Entry Date"]).to_csv(positions_path, index=False)


def quotes(path):
    """Generates prices of shares and options in one table, like a data source that provides both.
    The positions are in `quotes-positions.csv`.
    """
    random = np.random.default_rng(20_260_412)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    columns = {"MKT": 50 * np.cumprod(1 + market)}
    funds = {"VAL": (50, 0.9, 0.004), "GRO": (50, 1.1, 0.004), "MOM": (50, 1.0, 0.004)}
    specs = funds | {"AAA": (100, 1.1, 0.010), "BBB": (60, 0.8, 0.012), "CCC": (200, 1.3, 0.014)}
    for name, (start, load, own) in specs.items():
        columns[name] = start * np.cumprod(1 + load * market + own * random.standard_normal(DAYS))
    table = pd.DataFrame(columns, index=dates).round(3)
    # Specification of each option: underlying, strike, expiration, whether it is a call, and the
    # first and last day with a price.
    options = {
        "AAA260116C105": ("AAA", 105, "2026-01-16", True, 150, DAYS - 1),
        "AAA260116P90": ("AAA", 90, "2026-01-16", False, 40, DAYS - 1),
        "AAA250719C100": ("AAA", 100, "2025-07-19", True, 120, DAYS),
        "AAA251017C60": ("AAA", 60, "2025-10-17", True, 200, DAYS - 1),
        "BBB251017P55": ("BBB", 55, "2025-10-17", False, 180, DAYS - 4),
        "CCC251219C220": ("CCC", 220, "2025-12-19", True, 100, DAYS - 8),
        "CCC250620P190": ("CCC", 190, "2025-06-20", False, 60, DAYS),
        "CCC250919C210": ("CCC", 210, "2025-09-19", True, 130, DAYS - 1),
    }
    level = 0.25 + np.cumsum(0.004 * random.standard_normal(DAYS))
    for symbol, (underlying, strike, expiration, call, first, last) in options.items():
        expires = pd.Timestamp(expiration)
        prices = pd.Series(np.nan, index=dates)
        for day in range(first, min(last, DAYS - 1) + 1):
            years = (expires - dates[day]).days / 365
            spot = table[underlying].iloc[day]
            if years < 0:
                break
            intrinsic = max(spot - strike if call else strike - spot, 0.0)
            volatility = max(level[day], 0.1) + 0.15 * np.log(strike / spot) ** 2
            price = black_scholes(call, spot, strike, years, volatility) if years > 0 else intrinsic
            prices.iloc[day] = max(round(price, 2), 0.01)
        table[symbol] = prices
    # Removes prices of two options on some days, as if the options were not traded then. Sets the
    # last price of a third option below its intrinsic value.
    for symbol in ("AAA260116P90", "CCC251219C220"):
        table.loc[dates[random.choice(np.arange(210, DAYS - 12), size=25, replace=False)], symbol] = np.nan
    table.loc[dates[-1], "AAA251017C60"] = round(table["AAA"].iloc[-1] - 60 - 0.05, 2)
    # Adds two special cases: an option that has a price on a day on which its underlying has none,
    # and an option whose underlying has no prices at all.
    table.loc[dates[DAYS - 4], "BBB"] = np.nan
    table["GONE251017C40"] = pd.Series(np.round(4 + np.cumsum(0.05 * random.standard_normal(DAYS)), 2), index=dates).where(dates >= dates[90])
    table.to_csv(path, index_label="Date")


def edges(path):
    """Generates prices with a closed day, a style factor with 40 days only, and funds that do not
    vary: two that grow by 0.02% a day, one of them rounded, and one that is always worth 1.
    """
    random = np.random.default_rng(20_260_507)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    specs = {"MKT": (50, 1.0, 0.0), "VAL": (50, 0.9, 0.004), "GRO": (50, 1.1, 0.004), "MOM": (50, 1.0, 0.004), "AAA": (100, 1.1, 0.010), "BBB": (60, 0.8, 0.012)}
    columns = {name: start * np.cumprod(1 + load * market + own * random.standard_normal(DAYS)) for name, (start, load, own) in specs.items()}
    table = pd.DataFrame(columns, index=dates).round(3)
    table.loc[dates[: DAYS - 40], "MOM"] = np.nan
    # An option with prices of its own from day 150 on.
    level = 0.25 + np.cumsum(0.004 * random.standard_normal(DAYS))
    years = np.array([(pd.Timestamp("2026-01-16") - date).days / 365 for date in dates])
    own = [round(black_scholes(True, spot, 100, left, max(sigma, 0.1)), 2) for spot, left, sigma in zip(table["AAA"], years, level)]
    table["AAA260116C100"] = pd.Series(own, index=dates).where(dates >= dates[150])
    # Good Friday is a closed day.
    table = table.drop(pd.Timestamp("2025-04-18"))
    growth = 100 * 1.0002 ** np.arange(len(table))
    table["GROW"], table["GROW4"], table["ONE"] = growth, growth.round(4), 1.0
    table.to_csv(path, index_label="Date")


def dividends(folder):
    """Generates closes in whole cents and exact adjusted closes, like those of data providers, for
    symbols that pay dividends. The adjusted closes of one symbol are in whole cents, too. The
    positions are in `income-positions.csv`.
    """
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(20_260_620)
    dates = pd.bdate_range("2024-06-03", periods=DAYS)
    market = 0.0003 + 0.01 * random.standard_normal(DAYS)
    quarters = lambda first, share: {day: share for day in range(first, DAYS, 63)}
    # Specification of each symbol: beta to the market, volatility of its own noise, first price and
    # dividends.
    specs = {
        "MKT": (1.0, 0.0, 100, quarters(58, 0.004)),
        "VAL": (0.9, 0.004, 80, quarters(55, 0.007)),
        "GRO": (1.1, 0.004, 120, {}),
        "MOM": (1.0, 0.004, 50, {}),
        "AAA": (1.1, 0.010, 100, quarters(60, 0.009)),
        "BBB": (0.8, 0.012, 40, quarters(70, 0.012)),
        "CCC": (1.3, 0.014, 60, quarters(80, 0.010)),
        "DDD": (0.6, 0.013, 30, {DAYS - 40: 0.05}),
        "HOLE": (0.9, 0.011, 55, quarters(65, 0.008)),
        "LATE": (1.2, 0.016, 25, {DAYS - 10: 0.015}),
        "CENT": (0.7, 0.010, 12, {DAYS - 60: 0.02}),
    }
    for name, (load, own, start, yields) in specs.items():
        close, adjusted = delivered(load * market + own * random.standard_normal(DAYS), start, {}, yields)
        cents = close.round(2)
        table = pd.DataFrame({"Close": cents, "Adj Close": cents * (adjusted / close)}, index=dates)
        if name == "CENT":
            table = table.round(2)
        if name == "HOLE":
            # One dividend falls on a day without a price, another on the day after two such days.
            table.iloc[[65 + 63 * 2, 65 + 63 * 3 - 2, 65 + 63 * 3 - 1]] = np.nan
        if name == "AAA":
            # An option on AAA that has prices of its own in the last 120 days.
            years = np.array([(pd.Timestamp("2025-12-19") - date).days / 365 for date in dates])
            quoted = [round(black_scholes(True, spot, 140, left, 0.27, 0.03, 0.02), 2) for spot, left in zip(cents, years)]
            option = pd.DataFrame({"Close": quoted, "Adj Close": quoted}, index=dates).tail(120)
            option.drop(option.index[[30, 31, 118, 119]]).to_csv(folder / "AAA251219C140.csv", index_label="Date")
        table = {"DDD": table.tail(150), "LATE": table.tail(45)}.get(name, table)
        table.dropna().to_csv(folder / f"{name}.csv", index_label="Date")


def short(path):
    """Generates prices of 48 days, too few for many results. The positions are in
    `short-positions.csv`.
    """
    random = np.random.default_rng(20_260_621)
    dates = pd.bdate_range(end="2025-08-22", periods=48)
    market = 0.0003 + 0.01 * random.standard_normal(48)
    specs = {"MKT": (50, 1.0, 0.0), "VAL": (50, 0.9, 0.004), "GRO": (50, 1.1, 0.004), "MOM": (50, 1.0, 0.004), "AAA": (100, 1.1, 0.010), "BBB": (60, 0.8, 0.012)}
    columns = {name: start * np.cumprod(1 + load * market + own * random.standard_normal(48)) for name, (start, load, own) in specs.items()}
    pd.DataFrame(columns, index=dates).round(3).to_csv(path, index_label="Date")


def apart(path):
    """Generates prices of two symbols that both have prices on 40 days only, because one ends soon
    after the other is listed, and of one with prices on all days. The positions are in
    `apart-positions.csv`.
    """
    random = np.random.default_rng(20_260_622)
    dates = pd.bdate_range(end="2025-08-22", periods=200)
    market = 0.0003 + 0.01 * random.standard_normal(200)
    specs = {"MKT": (50, 1.0, 0.0), "VAL": (50, 0.9, 0.004), "GRO": (50, 1.1, 0.004), "MOM": (50, 1.0, 0.004), "OLD": (80, 0.9, 0.012), "NEW": (20, 1.4, 0.012), "AAA": (100, 1.1, 0.010)}
    columns = {name: start * np.cumprod(1 + load * market + own * random.standard_normal(200)) for name, (start, load, own) in specs.items()}
    table = pd.DataFrame(columns, index=dates).round(3)
    table.loc[dates[120:], "OLD"] = np.nan
    table.loc[dates[:80], "NEW"] = np.nan
    table.to_csv(path, index_label="Date")


def main():
    folder = Path(sys.argv[1])
    gaps(folder)
    extras(folder.parent / "extras")
    quotes(folder.parent / "quotes.csv")
    edges(folder.parent / "edges.csv")
    dividends(folder.parent / "income")
    short(folder.parent / "short.csv")
    apart(folder.parent / "apart.csv")
    repair(folder.parent / "repair.csv", folder.parent / "repair-positions.csv")


if __name__ == "__main__":
    main()
