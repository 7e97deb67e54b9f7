"""Values options: the Black-Scholes-Merton model with interest and dividends, delta, settlement at
expiration, and implied volatility.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

import income
import phases


def black_scholes(call, spot, strike, years, volatility, rate=0.0, dividend_yield=0.0):
    """Computes the Black-Scholes price of a European option (Black and Scholes 1973; with a
    dividend yield: Merton 1973). `rate` and `dividend_yield` are continuous and per year. Without
    volatility, the price is that of exercising the option at the forward price.
    """
    side = 1.0 if call else -1.0
    share, cash = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    deviation = volatility * np.sqrt(years)
    if deviation == 0:
        return float(max(side * (share - cash), 0.0))
    ahead = (np.log(spot / strike) + (rate - dividend_yield) * years) / deviation + deviation / 2
    return float(side * (share * stats.norm.cdf(side * ahead) - cash * stats.norm.cdf(side * (ahead - deviation))))


def delta(call, spot, strike, years, volatility, rate=0.0, dividend_yield=0.0):
    """Computes the delta of a European option per share: by how much its price changes for each
    dollar by which the price of the underlying changes (Merton 1973).
    """
    side, kept = (1.0 if call else -1.0), np.exp(-dividend_yield * years)
    deviation = volatility * np.sqrt(years)
    if deviation == 0:
        ahead = np.sign(spot * kept - strike * np.exp(-rate * years))
        return float(side * kept * (1 + side * ahead) / 2)
    ahead = (np.log(spot / strike) + (rate - dividend_yield) * years) / deviation + deviation / 2
    return float(side * kept * stats.norm.cdf(side * ahead))


@dataclass
class Model:
    """Everything that the model needs to know about an underlying, by date: its closes, its
    volatility as of that date, and its dividend yield as of that date.
    """

    closes: pd.Series
    volatility: pd.Series
    dividend_yield: pd.Series
    rate: float

    @staticmethod
    def of(symbol, closes, adjusted, returns, risk_free):
        paid = income.dividends(closes[symbol], adjusted[symbol])
        return Model(closes[symbol], volatilities(returns[symbol]), income.yields(paid, closes[symbol]), float(np.log(1 + risk_free)))

    def parameters(self, date):
        return {"volatility": self.volatility[date], "rate": self.rate, "dividend_yield": self.dividend_yield[date]}

    def before_calendar(self):
        """Returns the parameters for a date before the calendar: the first volatility that exists,
        and no dividends.
        """
        return {"volatility": self.volatility.iloc[0], "rate": self.rate, "dividend_yield": 0.0}


def volatilities(returns):
    """Computes the annualized volatility as of each date from the last 63 returns up to then, or
    from all of them if there are between 21 and 62. Earlier dates have the first volatility that
    exists. All are NaN if there are fewer than 21 returns.
    """
    known = returns.dropna()
    found = pd.Series(float("nan"), index=returns.index)
    for count in range(21, len(known) + 1):
        window = known.iloc[max(0, count - 63):count]
        found[window.index[-1]] = window.std(ddof=1) * np.sqrt(phases.DAYS) if phases.varies(window) else 0.0
    return found.ffill().bfill()


def years_left(option, date):
    return (option["expiration"] - date).days / 365


def intrinsic(option, spot):
    return max(spot - option["strike"] if option["type"] == "CALL" else option["strike"] - spot, 0.0)


def last_session(option, dates):
    """Returns an option's last session: the last trading date on or before its expiration. Returns
    None if the price table ends before the expiration or starts after it.
    """
    sessions = dates[dates <= option["expiration"]]
    return sessions[-1] if len(sessions) and dates[-1] >= option["expiration"] else None


def settled(positions, closes):
    """Returns the table of positions, in which each expired option has an exit: on its last session,
    at its intrinsic value at the last close of its underlying up to then. An exit in the file
    counts if it is not after that session. Without such a close, or if the option was entered
    later, it stays as it is.
    """
    positions = positions.copy()
    for at, option in positions[positions["class"] == "OPTIONS"].iterrows():
        over = last_session(option, closes.index)
        known = closes.loc[:over, option["underlying"]].dropna() if over is not None and option["underlying"] in closes else []
        if len(known) and option["entry"] <= over and not option["exit"] <= over:
            positions.loc[at, "exit"], positions.loc[at, "exit_price"] = over, intrinsic(option, known.iloc[-1])
    return positions


def modeled(option, model):
    """Returns an option's modeled price for each date on which its underlying has a price. From the
    option's last session on, the price is the intrinsic value at the last close up to that session.
    """
    prices = pd.Series(float("nan"), index=model.closes.index)
    over = last_session(option, prices.index)
    for date, spot in model.closes.dropna().items():
        if date < option["expiration"] and (over is None or date < over):
            prices[date] = black_scholes(option["type"] == "CALL", spot, option["strike"], years_left(option, date), **model.parameters(date))
    known = model.closes.loc[:over].dropna() if over is not None else model.closes.iloc[:0]
    if len(known):
        prices.loc[over:] = intrinsic(option, known.iloc[-1])
    return prices


def is_open(position, as_of):
    """Returns whether a position is held at the close of the last date. An option that has expired
    by then is not.
    """
    is_held = position["entry"] <= as_of and not position["exit"] <= as_of
    return bool(is_held and not position["expiration"] <= as_of)


def current_delta(option, model, as_of):
    """Returns the delta of an open option on the last date and the latest price of its underlying,
    or None if the underlying has no model.
    """
    known = model.closes.dropna()
    if known.empty or np.isnan(model.volatility[as_of]):
        return None
    spot = known.iloc[-1]
    return delta(option["type"] == "CALL", spot, option["strike"], years_left(option, as_of), **model.parameters(as_of)), spot


def implied_volatility(call, price, spot, strike, years, rate=0.0, dividend_yield=0.0):
    """Returns the volatility at which the Black-Scholes price equals `price`, found by Brent's
    method. Returns None if no volatility gives this price.
    """
    share, cash = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    least, bound = (share - cash, share) if call else (cash - share, cash)
    if not max(least, 0.0) < price < bound:
        return None
    excess = lambda volatility: black_scholes(call, spot, strike, years, volatility, rate, dividend_yield) - price
    return optimize.brentq(excess, 1e-3, 10.0, xtol=1e-16, rtol=1e-15)


def implied(positions, quotes, models, as_of):
    """Returns the implied volatility, by symbol, of each option that is open on the last date.
    Interest and dividends are those of the day of the quoted price. Returns an empty result if no
    option has quoted prices.
    """
    found = {}
    for at, option in positions[positions["class"] == "OPTIONS"].iterrows():
        if not quotes or not is_open(option, as_of):
            continue
        date, model = quotes[at].last_valid_index() if at in quotes else None, models.get(option["underlying"])
        spot = model.closes.get(date) if model else None
        volatility = None
        if date is not None and spot is not None and pd.notna(spot):
            volatility = implied_volatility(option["type"] == "CALL", quotes[at][date], spot, option["strike"], years_left(option, date),
                                            model.rate, model.dividend_yield[date])
        found[option["symbol"]] = {"implied": volatility, "implied_date": date and str(date.date())}
    return found
