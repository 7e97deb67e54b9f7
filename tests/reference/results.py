"""Computes all results of a portfolio, in the format of the API."""

import pandas as pd

import checks
import comparison
import income
import instruments
import options
import phases
import risk

NO_BETAS = {"90d": None, "252d": None}


class Symbols:
    """Everything that is computed per symbol and does not depend on the positions. Results are
    computed when first needed, for symbols that are held and for underlyings of options.
    """

    def __init__(self, closes, adjusted, returns, factors, calendar, rate):
        self.closes, self.adjusted, self.returns, self.factors, self.calendar, self.rate = closes, adjusted, returns, factors, calendar, rate
        self.styles = phases.complete(returns[factors.styles])
        self.differences = {f"{long}-{short}": returns[long] - returns[short] for long, short in factors.spreads}
        self.known = {}

    def __getitem__(self, symbol):
        if symbol not in self.known:
            self.known[symbol] = self.compute(symbol)
        return self.known[symbol]

    def compute(self, symbol):
        own, market = self.returns[symbol], self.returns[self.factors.market]
        spreads = [phases.spread(own, name, difference) for name, difference in self.differences.items()]
        styles = {name: phases.style_with_market(own, market, self.returns[name]) for name in self.factors.styles}
        return {
            "metrics": phases.metrics(self.closes[symbol], self.adjusted[symbol], own, self.calendar, self.rate)
            | {"ridge": phases.ridge(own, self.styles), "spreads": [fit for fit in spreads if fit], "styles_with_market": {name: fit for name, fit in styles.items() if fit}},
            "market": phases.market_betas(own, market),
            "rate": phases.market_betas(own, self.returns[self.factors.rate]) if self.factors.rate else None,
        }

    def beta(self, symbol, kind, name):
        """Returns a symbol's beta to a factor, or None."""
        if symbol is None:
            return None
        found = self[symbol]
        if kind in ("market", "rate"):
            fit = found[kind]["90d"]
            return fit and fit["beta"]
        if kind == "style":
            fit = found["metrics"]["ridge"]
            return fit and fit["betas"].get(name)
        if kind == "with_market":
            return found["metrics"]["styles_with_market"].get(name, {}).get("beta")
        return next((fit["beta"] for fit in found["metrics"]["spreads"] if fit["name"] == name), None)


class Exposed:
    """Values of the positions with which their betas count: market values, and those of options at
    delta.
    """

    def __init__(self, rows, symbols, equity):
        counted = [row for row in rows if row["exposure_value"] is not None]
        self.values, self.sources = [row["exposure_value"] for row in counted], [row["source"] for row in counted]
        self.uncovered = sum(abs(row["market_value"]) for row in rows if row["exposure_value"] is None and row["market_value"] is not None)
        self.symbols, self.equity = symbols, equity

    def exposure(self, betas):
        return phases.exposure(self.values, betas, self.equity, self.uncovered)

    def to(self, kind, name):
        return self.exposure([self.symbols.beta(source, kind, name) for source in self.sources])

    def to_factors(self):
        factors = self.symbols.factors
        kinds = [("market", factors.market), *(("style", style) for style in factors.styles), *(("spread", name) for name in self.symbols.differences)]
        kinds += [("rate", factors.rate)] if factors.rate else []
        with_market = lambda kind, name: {key: self.to("with_market", name)[key] for key in ("exposure", "dollars", "coverage")} if kind == "style" else None
        return [{"factor": name, "kind": kind} | self.to(kind, name) | {"with_market": with_market(kind, name)} for kind, name in kinds]

    def to_market(self, window):
        fits = [source and self.symbols[source]["market"][window] for source in self.sources]
        return self.exposure([fit and fit["beta"] for fit in fits])["exposure"]


def position_row(position, pricing, value, received, priced, symbols, model, equity):
    """Returns the results of a position. `priced` contains the prices that date its value, and
    `model` is that of the underlying. The fields that the API does not have are `source`, the symbol
    whose betas the position has, `is_option` and `is_open`.
    """
    as_of = symbols.calendar[-1]
    is_option, is_open = position["class"] == "OPTIONS", pricing != "unavailable" and options.is_open(position, as_of)
    is_closed = pd.notna(position["exit"]) and pd.notna(position["entry_price"])
    cost = 0.0 if is_closed else position["quantity"] * position["entry_price"] * position["multiplier"]
    found = options.current_delta(position, model, as_of) if is_option and is_open and model else None
    if is_option and pricing != "closed":
        exposed = found and found[0] * position["multiplier"] * position["quantity"] * found[1]
    else:
        exposed = value
    listed = position["symbol"] if position["class"] == "PUBLIC" and position["symbol"] in symbols.closes else None
    source = position["underlying"] if found else listed
    betas = symbols[source] if source else {"market": NO_BETAS, "rate": NO_BETAS}
    entry_date, price_date = position["entry_price_date"], None if priced is None else priced.last_valid_index()
    return {
        "symbol": position["symbol"], "quantity": position["quantity"], "multiplier": int(position["multiplier"]),
        "market_value": value, "cost_basis": phases.number(cost),
        "entry_price": phases.number(position["entry_price"]), "entry_price_source": position["price_source"],
        "entry_price_date": None if pd.isna(entry_date) else str(entry_date.date()),
        "unrealized_pnl": None if value is None else value - cost,
        "weight": None if value is None else value / equity,
        "stale": instruments.is_stale(position, pricing, price_date, as_of),
        "pricing": pricing, "income": received, "delta": found and found[0], "exposure_value": exposed,
        "market_beta": betas["market"], "rate_beta": betas["rate"] if symbols.factors.rate else None,
        "source": source, "is_option": is_option, "is_open": is_open,
    }


def closed_row(position, received):
    """Returns the results of a closed position. Its realized profit includes its income."""
    gain = position["quantity"] * position["multiplier"] * (position["exit_price"] - position["entry_price"])
    return {
        "symbol": position["symbol"], "quantity": position["quantity"], "multiplier": int(position["multiplier"]),
        "entry_date": str(position["entry"].date()), "exit_date": str(position["exit"].date()),
        "entry_price": float(position["entry_price"]), "exit_price": float(position["exit_price"]),
        "income": received, "realized_pnl": float(gain + (received or 0.0)),
    }


def compute(closes, adjusted, factor_symbols, positions, cash_balance, risk_free=0.0):
    """Computes all results. `risk_free` is an effective rate per year. If `closes` is `adjusted`, the
    source has one price column, and no dividends are known.
    """
    one_column = closes is adjusted
    calendar = phases.calendar_of(adjusted, factor_symbols.market)
    as_of = calendar[-1]
    history, closes, prices = closes, closes.reindex(calendar), adjusted.reindex(calendar)
    returns = phases.without_rounding(phases.returns_of(prices), prices, closes)
    symbols = Symbols(closes, prices, returns, factor_symbols, calendar, comparison.daily_rate(risk_free))
    positions = instruments.completed(positions)
    models = {symbol: options.Model.of(symbol, closes, prices, returns, risk_free) for symbol in positions["underlying"].dropna().unique() if symbol in closes}
    quotes = instruments.own_quotes(positions, closes, factor_symbols.symbols())
    positions = options.settled(instruments.entry_prices(positions, history, closes, models, quotes), closes)
    sources = {at: instruments.pricing(position, prices.columns, quotes.get(at), calendar) for at, position in positions.iterrows()}
    known = positions[[source != "unavailable" for source in sources.values()]]
    listed = sorted(known.loc[known["class"] == "PUBLIC", "symbol"].unique())

    received = income.received(known, phases.held_on(known, calendar), closes, prices)
    unit_prices = instruments.unit_prices(known, closes, models, quotes)
    contracts = instruments.by_contract(known)
    cash, values = phases.holdings(contracts, unit_prices, cash_balance, received.sum(axis=1))
    table, equity = phases.snapshots(cash, values, positions["entry"].min())
    checks.cash(contracts, values, received, equity)
    today, end = float(equity.iloc[-1]), phases.lost(equity)

    income_of = {at: None if one_column else float(received[at].sum()) for at in known.index}
    rows = []
    for at, position in positions.iterrows():
        pricing, source = sources[at], position["source"]
        value = None if pricing == "unavailable" else float(values[at].iloc[-1])
        priced = quotes[at] if pricing == "market" and at in quotes else closes.get(source)
        rows.append(position_row(position, pricing, value, income_of.get(at), priced, symbols, models.get(source), today))
    closed = [closed_row(position, income_of[at]) for at, position in known.iterrows() if position["exit"] <= as_of]

    exposed = Exposed(rows, symbols, today)
    exposures = exposed.to_factors()
    base = equity.index[max(equity.index.get_loc(table.index[0]) - pd.notna(table["pnl"].iloc[0]), 0)]
    book = risk.risk(rows, returns, contracts, values, received, equity, base)
    checks.risk(book, equity.iloc[-1] - equity[base])

    weights = pd.Series([sum(row["weight"] or 0.0 for row in rows if row["symbol"] == symbol) for symbol in listed])
    own = phases.own_without_rounding(phases.own_returns(equity), equity, values, known, unit_prices.div(known["multiplier"], axis=1))
    if end is not None:
        # Statistics of the returns before that date would pass for current ones.
        own[:] = float("nan")
    # The portfolio is empty before the first entry, so it has no returns then.
    own[own.index < positions["entry"].min()] = float("nan")
    market = returns[factor_symbols.market]
    varies = phases.varies(own[table.index].dropna()) if end is None else False
    compared = comparison.compare(table["return"], market, calendar, risk_free, varies) if end is None else None
    if compared:
        checks.comparison(table["return"], market, comparison.daily_rate(risk_free), compared)

    volatility = {symbol: phases.volatility(returns[symbol]) for symbol in listed}
    implied = options.implied(positions, quotes, models, as_of)
    own_volatility = phases.volatility(own)
    checks.volatility(own, own_volatility)
    for symbol in listed:
        checks.volatility(returns[symbol], volatility[symbol])
    table["income"] = None if one_column else received.sum(axis=1)
    table["benchmark_return"] = market
    return {
        "as_of": str(as_of.date()),
        "symbols": [{"symbol": symbol} | symbols[symbol]["metrics"] for symbol in listed],
        "positions": [{name: value for name, value in row.items() if name not in ("source", "is_option", "is_open")} for row in rows],
        "closed": closed,
        "snapshots": [{"date": str(date.date())} | {name: phases.number(value) for name, value in day.items()} for date, day in table.iterrows()],
        "comparison": compared,
        "risk": book,
        "exposures": exposures,
        "portfolio": {
            "market_beta": {window: exposed.to_market(window) for window in ("90d", "252d")},
            "rate_beta": next((row["exposure"] for row in exposures if row["kind"] == "rate"), None),
            "max_drawdown": phases.number(table["drawdown"].min()),
            "total_return": phases.total_return(table),
            "equity_lost": None if end is None else str(end.date()),
        },
        "volatility": {
            "portfolio": own_volatility,
            "positions": [{"symbol": symbol} | (volatility[symbol] if symbol in volatility else implied[symbol])
                          for symbol in sorted({*listed, *implied})],
        },
        "correlations": phases.correlations(returns[listed], weights.to_numpy()),
    }
