"""Computes the golden files from the prices and positions in this repository: `python reference.py
FOLDER`. The Rust tests compare the program's results with these files.
"""

import gzip
import json
import sys
import tomllib
from pathlib import Path

import pandas as pd

import many
import units
from income import dividends
from results import compute

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


def write_income(folder):
    """Writes the golden files for `income/`. Raises an error if a case is missing: income that is
    received and paid, open options with a delta, options that were settled in the money, a late
    listing that is left out of the risk, and a portfolio that is younger than its snapshots. Also
    raises an error unless CENT, whose prices are all rounded to cents, has its one dividend only.
    """
    closes, adjusted = read_folder(HERE / "income")
    golden = compute(closes, adjusted, Factors.read(HERE / "gaps-factors.toml"), read_positions(HERE / "income-positions.csv"), 60_000.0, 0.04)
    income = [row["income"] for row in golden["positions"]]
    settled = [row for row in golden["closed"] if row["multiplier"] == 100 and row["exit_price"] > 0]
    if not min(income) < 0 < max(income) or sum(row["delta"] is not None for row in golden["positions"]) != 4 or len(settled) != 4:
        raise AssertionError("income-positions.csv does not cover every case")
    if {row["symbol"] for row in golden["risk"]["left_out"]} != {"LATE", "LATE251121P25", "FUND-A"}:
        raise AssertionError("income-positions.csv has other positions that are left out of the risk")
    paid = dividends(closes["CENT"], adjusted["CENT"])
    if list(paid.index[paid > 0]) != [pd.Timestamp("2025-06-02")]:
        raise AssertionError("rounding errors in CENT.csv count as dividends, or its dividend does not count")
    write(folder / "income.json", golden)
    golden = compute(closes, adjusted, Factors.read(HERE / "gaps-factors.toml"), read_positions(HERE / "recent-positions.csv"), 25_000.0, 0.04)
    if not 60 < len(golden["snapshots"]) < 200 or golden["snapshots"][0]["pnl"] is None:
        raise AssertionError("the first entry of recent-positions.csv is not within the snapshots")
    write(folder / "recent.json", golden)


def write_few_days(folder):
    """Writes the golden files for `short.csv` and `apart.csv`, which have too few days for many
    results. Raises an error if these results are there.
    """
    for name in ("short", "apart"):
        table = pd.read_csv(HERE / f"{name}.csv", index_col="Date", parse_dates=True)
        golden = compute(table, table, Factors.read(HERE / "gaps-factors.toml"), read_positions(HERE / f"{name}-positions.csv"), 15_000.0)
        if golden["risk"]["volatility"] is not None or (golden["comparison"]["sharpe"] is None) != (name == "short"):
            raise AssertionError(f"{name}.csv has enough days for every result")
        write(folder / f"{name}.json", golden)


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
    write_income(folder)
    write_few_days(folder)
    write(folder / "higham.json", units.higham())
    write(folder / "options.json", units.options())
    write(folder / "implied.json", units.implied())
    write_many(folder / "many.json.gz")


if __name__ == "__main__":
    main()
