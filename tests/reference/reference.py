"""Computes the golden files from the prices and positions in this repository: `python reference.py
FOLDER`. The Rust tests compare the program's results with these files.
"""

import gzip
import json
import sys
import tomllib
from pathlib import Path

import pandas as pd

import checks
import instruments
import many
import phases
import units

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Factors:
    """Symbols of the factors: the market, the styles, the spreads (each a pair of symbols) and the
    rate factor, if there is one.
    """

    def __init__(self, market, styles, spreads, rate=None):
        self.market, self.styles, self.spreads, self.rate = market, styles, spreads, rate

    def symbols(self):
        rate = [self.rate] if self.rate else []
        return {self.market, *self.styles, *(fund for pair in self.spreads for fund in pair), *rate}

    @staticmethod
    def read(path):
        """Reads the factors from a TOML file. The format is that of the server's factor file, which
        the environment variable `FACTORS` names.
        """
        table = tomllib.loads(path.read_text())
        return Factors(table["market"], table["styles"], [(pair["long"], pair["short"]) for pair in table["spreads"]], table.get("rate"))


def read_folder(folder):
    """Reads a folder with one price file per symbol. Returns closes and adjusted closes, one column
    per symbol.
    """
    files = {path.stem: pd.read_csv(path, index_col="Date", parse_dates=True) for path in sorted(folder.glob("*.csv"))}
    column = lambda name: pd.DataFrame({symbol: table[name] for symbol, table in files.items()}).sort_index()
    return column("Close"), column("Adj Close")


def read_positions(path):
    table = pd.read_csv(path, comment="#", skip_blank_lines=True)
    column = lambda name, missing: table[name] if name in table else pd.Series(missing, index=table.index)
    dates = lambda name: pd.to_datetime(column(name, pd.NaT))
    return pd.DataFrame({
        "symbol": table["Symbol"],
        "quantity": table["Quantity"].astype(float),
        "entry_price": table["Entry Price Per Share"].astype(float),
        "entry": dates("Entry Date"),
        "exit": dates("Exit Date"),
        "exit_price": column("Exit Price Per Share", float("nan")).astype(float),
        "class": column("Investment Class", "PUBLIC"),
        "underlying": column("Underlying Symbol", None),
        "strike": column("Strike Price", float("nan")).astype(float),
        "expiration": dates("Expiration Date"),
        "type": column("Option Type", None),
    })


def read_json_positions(path):
    """Reads positions in the format in which the server stores them. Only this format has contracts
    of another size than 100, and positions without an entry price.
    """
    rows = []
    for position in json.loads(path.read_text()):
        kind, end = position["class"], position.get("exit") or {}
        rows.append({
            "symbol": position["symbol"], "quantity": position["quantity"], "entry_price": position["entry_price"],
            "price_source": position.get("price_source", "stated"), "entry": position["entry_date"],
            "exit": end.get("date"), "exit_price": end.get("price"), "class": kind["type"].upper(),
            "underlying": kind.get("underlying"), "strike": kind.get("strike"), "expiration": kind.get("expiration"),
            "type": kind["kind"].upper() if "kind" in kind else None, "multiplier": kind.get("multiplier"),
        })
    table = pd.DataFrame(rows)
    numbers = {name: table[name].astype(float) for name in ("quantity", "entry_price", "exit_price", "strike", "multiplier")}
    return table.assign(**numbers, **{name: pd.to_datetime(table[name]) for name in ("entry", "exit", "expiration")})


def compute(closes, adjusted, factor_symbols, positions, cash_balance):
    calendar = phases.calendar_of(adjusted, factor_symbols.market)
    history, closes, prices = closes, closes.reindex(calendar), adjusted.reindex(calendar)
    returns = phases.without_rounding(phases.returns_of(prices), prices, closes)
    market = returns[factor_symbols.market]
    positions = instruments.completed(positions)
    quotes = instruments.own_quotes(positions, closes, factor_symbols.symbols())
    positions = instruments.entry_prices(positions, history, closes, returns, quotes)
    styles = phases.complete(returns[factor_symbols.styles])
    sources = {at: instruments.pricing(position, prices.columns, quotes.get(at), calendar[-1]) for at, position in positions.iterrows()}
    known = positions[[source != "unavailable" for source in sources.values()]]
    symbols = sorted(known.loc[known["class"] == "PUBLIC", "symbol"].unique())
    differences = {f"{long}-{short}": returns[long] - returns[short] for long, short in factor_symbols.spreads}

    factors = {symbol: {
        "ridge": phases.ridge(returns[symbol], styles),
        "spreads": [fit for name, difference in differences.items() if (fit := phases.spread(returns[symbol], name, difference))],
    } for symbol in symbols}
    metrics = {symbol: phases.metrics(closes[symbol], prices[symbol], returns[symbol], calendar) for symbol in symbols}

    cash, values = phases.holdings(instruments.by_contract(known), instruments.unit_prices(known, closes, returns, quotes), cash_balance)
    table, equity = phases.snapshots(cash, values)
    today = float(equity.iloc[-1])
    betas = {symbol: phases.market_betas(returns[symbol], market) for symbol in symbols}
    rate_betas = {symbol: phases.market_betas(returns[symbol], returns[factor_symbols.rate]) for symbol in symbols if factor_symbols.rate}
    no_betas = {"90d": None, "252d": None}

    rows = []
    for at, position in positions.iterrows():
        symbol, pricing = position["symbol"], sources[at]
        is_closed = pd.notna(position["exit"]) and pd.notna(position["entry_price"])
        cost = 0.0 if is_closed else position["quantity"] * position["entry_price"] * position["multiplier"]
        value = None if pricing == "unavailable" else float(values[at].iloc[-1])
        entry_date = position["entry_price_date"]
        priced = quotes[at] if pricing == "market" and at in quotes else closes.get(position["source"])
        price_date = None if priced is None else priced.last_valid_index()
        rows.append({
            "symbol": symbol, "quantity": position["quantity"], "multiplier": int(position["multiplier"]),
            "market_value": value, "cost_basis": phases.number(cost),
            "entry_price": phases.number(position["entry_price"]), "entry_price_source": position["price_source"],
            "entry_price_date": None if pd.isna(entry_date) else str(entry_date.date()),
            "unrealized_pnl": None if value is None else value - cost,
            "weight": None if value is None else value / today,
            "stale": instruments.is_stale(position, pricing, price_date, calendar[-1]),
            "pricing": pricing,
            "market_beta": betas.get(symbol, no_betas),
            "rate_beta": rate_betas.get(symbol, no_betas) if factor_symbols.rate else None,
        })

    valued = [(row["symbol"], row["market_value"]) for row in rows if row["market_value"] is not None]

    def beta_of(symbol, kind, name):
        if symbol not in betas:
            return None
        if kind in ("market", "rate"):
            fit = (betas if kind == "market" else rate_betas)[symbol]["90d"]
            return fit and fit["beta"]
        if kind == "style":
            fit = factors[symbol]["ridge"]
            return fit and fit["betas"].get(name)
        return next((fit["beta"] for fit in factors[symbol]["spreads"] if fit["name"] == name), None)

    kinds = [("market", factor_symbols.market), *(("style", style) for style in factor_symbols.styles), *(("spread", name) for name in differences)]
    kinds += [("rate", factor_symbols.rate)] if factor_symbols.rate else []
    exposures = [{"factor": name, "kind": kind}
                 | phases.exposure([value for _, value in valued], [beta_of(symbol, kind, name) for symbol, _ in valued], today)
                 for kind, name in kinds]

    weight = {symbol: sum(row["weight"] or 0.0 for row in rows if row["symbol"] == symbol) for symbol in symbols}
    signed = pd.Series([weight[symbol] for symbol in symbols])
    own, end = phases.own_returns(equity), phases.lost(equity)
    unit_prices = instruments.unit_prices(known, closes, returns, quotes)
    own = phases.own_without_rounding(own, equity, values, known, unit_prices.div(known["multiplier"], axis=1))
    if end is not None:
        # Statistics of the returns before that date would pass for current ones.
        own[:] = float("nan")
    # The portfolio is empty before the first entry, so it has no returns then.
    own[own.index < positions["entry"].min()] = float("nan")
    volatility = {symbol: phases.volatility(returns[symbol]) for symbol in symbols}
    implied = instruments.implied(positions, closes, quotes)
    own_volatility = phases.volatility(own)
    checks.volatility(own, own_volatility)
    for symbol in symbols:
        checks.volatility(returns[symbol], volatility[symbol])
    return {
        "as_of": str(calendar[-1].date()),
        "symbols": [{"symbol": symbol} | metrics[symbol] | factors[symbol] for symbol in symbols],
        "positions": rows,
        "snapshots": [{"date": str(date.date())} | {name: phases.number(value) for name, value in day.items()} for date, day in table.iterrows()],
        "exposures": exposures,
        "portfolio": {
            "market_beta": {window: phases.exposure([value for _, value in valued],
                                                    [(fit := betas.get(symbol, no_betas)[window]) and fit["beta"] for symbol, _ in valued], today)["exposure"]
                            for window in ("90d", "252d")},
            "rate_beta": next((row["exposure"] for row in exposures if row["kind"] == "rate"), None),
            "max_drawdown": phases.number(table["drawdown"].min()),
            "total_return": phases.total_return(table),
            "equity_lost": None if end is None else str(end.date()),
        },
        "volatility": {
            "portfolio": own_volatility,
            "positions": [{"symbol": symbol} | (volatility[symbol] if symbol in volatility else implied[symbol])
                          for symbol in sorted({*symbols, *implied})],
        },
        "correlations": phases.correlations(returns[symbols], signed.to_numpy()),
    }


def write(path, golden):
    path.write_text(json.dumps(golden, indent=1) + "\n")


def write_many(path):
    """Writes the golden file for five hundred symbols. The file is compressed, and has only every
    25th row of the correlation matrix, because storing all 250,000 correlations would make every
    change of the file large.
    """
    table = many.prices()
    factors = Factors("MKT", ["VAL", "GRO", "MOM"], [("GRO", "VAL"), ("MOM", "MKT")])
    golden = compute(table, table, factors, many.positions(table.index), 1_000_000.0)
    matrix = golden["correlations"]["matrix"]
    golden["correlations"]["matrix"] = {str(row): matrix[row] for row in range(0, len(matrix), 25)}
    path.write_bytes(gzip.compress(json.dumps(golden, separators=(",", ":")).encode(), mtime=0))


def write_repair(path):
    """Writes the golden file for `repair.csv`. Raises an error if the correlations need no repair,
    because then the file would test nothing.
    """
    table = pd.read_csv(HERE / "repair.csv", index_col="Date", parse_dates=True)
    golden = compute(table, table, Factors.read(HERE / "gaps-factors.toml"), read_positions(HERE / "repair-positions.csv"), 30_000.0)
    if not golden["correlations"]["repaired"]:
        raise AssertionError("the correlations of repair.csv do not need repair")
    write(path, golden)


def write_quotes(path):
    """Writes the golden file for `quotes.csv`. Raises an error unless the options cover every case.
    The cases for implied volatility are a quoted price that has one, a quoted price that has none,
    and no quoted price. The cases for the valuation are a current market price, a stale one, and a
    modeled price.
    """
    table = pd.read_csv(HERE / "quotes.csv", index_col="Date", parse_dates=True)
    golden = compute(table, table, Factors.read(HERE / "gaps-factors.toml"), read_positions(HERE / "quotes-positions.csv"), 80_000.0)
    implied = [(row["implied"] is not None, row["implied_date"] is not None) for row in golden["volatility"]["positions"] if "implied" in row]
    pricings = {(row["pricing"], row["stale"]) for row in golden["positions"] if row["multiplier"] == 100}
    if not {(True, True), (False, True), (False, False)} <= set(implied) or not {("market", False), ("market", True), ("modelled", False)} <= pricings:
        raise AssertionError("quotes.csv does not cover every case")
    write(path, golden)


def write_edges(folder):
    """Writes the golden files for `edges.csv`: returns that do not vary, a short factor, expirations
    and trades on closed days, contracts of other sizes, entry prices of the market; and a portfolio
    that loses its whole equity. Raises an error if a case is missing.
    """
    table = pd.read_csv(HERE / "edges.csv", index_col="Date", parse_dates=True)
    factors = Factors.read(HERE / "edges-factors.toml")
    golden = compute(table, table, factors, read_json_positions(HERE / "edges-positions.json"), 40_000.0)
    steady = [row for row in golden["symbols"] if row["symbol"] in ("GROW", "GROW4", "ONE")]
    if len(steady) != 3 or any(row["sharpe"] is not None or row["ridge"] is not None for row in steady):
        raise AssertionError("a fund that grows steadily varies")
    taken = [row for row in golden["positions"] if row["entry_price_source"] != "stated"]
    if sum(row["entry_price"] is None for row in taken) != 2 or not any(row["multiplier"] == 10 for row in taken):
        raise AssertionError("edges-positions.json does not cover every case")
    write(folder / "edges.json", golden)
    golden = compute(table, table, factors, read_json_positions(HERE / "lost-positions.json"), 12_200.0)
    if golden["portfolio"]["max_drawdown"] != -1 or golden["snapshots"][-1]["equity"] <= 0:
        raise AssertionError("the equity of lost-positions.json does not fall to zero and recover")
    write(folder / "lost.json", golden)
    golden = compute(table, table, factors, read_json_positions(HERE / "steady-positions.json"), 0.0)
    if golden["volatility"]["portfolio"]["252d"] != 0:
        raise AssertionError("the portfolio of steady funds varies")
    write(folder / "steady.json", golden)


def main():
    folder = Path(sys.argv[1])
    sample = pd.read_csv(ROOT / "data/prices.csv", index_col=0, parse_dates=True)
    bundled = Factors("SP500", ["VLUE", "MTUM", "QUAL", "SIZE", "USMV"], [(fund, "SP500") for fund in ("VLUE", "MTUM", "SIZE", "QUAL")])
    # The sample data has one price per symbol and date. It serves as both the close and the
    # adjusted close.
    write(folder / "bundled.json", compute(sample, sample, bundled, read_positions(ROOT / "data/sample-portfolio.csv"), 50_000.0))
    closes, adjusted = read_folder(HERE / "gaps")
    factors = Factors.read(HERE / "gaps-factors.toml")
    write(folder / "gaps.json", compute(closes, adjusted, factors, read_positions(HERE / "gaps-positions.csv"), 20_000.0))
    closes, adjusted = read_folder(HERE / "extras")
    factors = Factors.read(HERE / "extras-factors.toml")
    write(folder / "extras.json", compute(closes, adjusted, factors, read_positions(HERE / "extras-positions.csv"), 150_000.0))
    write_repair(folder / "repair.json")
    write_quotes(folder / "quotes.json")
    write_edges(folder)
    write(folder / "higham.json", units.higham())
    write(folder / "options.json", units.options())
    write(folder / "implied.json", units.implied())
    write_many(folder / "many.json.gz")


if __name__ == "__main__":
    main()
