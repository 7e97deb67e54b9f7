"""Measures the cost of each of the nine phases in Python: `python bench.py FOLDER PEER`, where PEER
is one of these implementations:

- `plain`: a loop over symbols with pandas and statsmodels;
- `numpy`: vectorized code for any price table. Like the Rust program, it returns named records;
- `arrays`: like `numpy`, but without the records. It repairs the correlation matrix by calling the
  individual LAPACK routines instead of `numpy.linalg.eigh`;
- `dense`: arrays for tables without gaps, reading only the end of the price file.

FOLDER contains `prices.csv` (Date and one column per symbol), `positions.csv` (Symbol, Quantity,
Entry Price Per Share, Entry Date), `factors.toml`, `cash.txt` and, if the matrix repair is
measured, `matrix.f64`: n·n numbers, row by row, little-endian.

Each line of standard input requests one round of all phases, in the order of a run. The line says
what the response contains. `time` requests the CPU seconds of each phase, and `memory` the bytes by
which each phase raises memory use. `results` requests the results with which the implementations
are compared. Each response is a line of JSON.

Set OPENBLAS_NUM_THREADS=1, OMP_NUM_THREADS=1 and MKL_NUM_THREADS=1 to use one thread.
"""

import ctypes
import gc
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import dense
import phases
import reference
import vectorised

LIBC = ctypes.CDLL(None)


class Case:
    """Contents of a folder with a benchmark case. Positions are read here, so the time for reading
    them does not count toward any phase.
    """

    def __init__(self, folder):
        self.prices = folder / "prices.csv"
        self.factors = reference.Factors.read(folder / "factors.toml")
        self.positions = reference.read_positions(folder / "positions.csv")
        self.symbols = sorted(self.positions["symbol"].unique())
        self.cash = float((folder / "cash.txt").read_text())
        path = folder / "matrix.f64"
        self.matrix = square(np.fromfile(path, dtype="<f8")) if path.exists() else None


def square(numbers):
    """Returns a square matrix of n·n numbers that are given row by row."""
    size = math.isqrt(len(numbers))
    return numbers.reshape(size, size)


class Plain:
    """Runs the phases of `reference.compute` one at a time. It loops over symbols, with pandas and
    statsmodels.
    """

    def __init__(self, case):
        self.case = case

    def phase_1(self):
        table = pd.read_csv(self.case.prices, index_col="Date", parse_dates=True)
        self.calendar = phases.calendar_of(table, self.case.factors.market)
        self.prices = table.reindex(self.calendar)
        self.returns = phases.returns_of(self.prices)

    def phase_1_5(self):
        factors, returns = self.case.factors, self.returns
        self.differences = {f"{long}-{short}": returns[long] - returns[short] for long, short in factors.spreads}
        self.ridges = {symbol: phases.ridge(returns[symbol], returns[factors.styles]) for symbol in self.case.symbols}
        self.spreads = {symbol: {name: phases.spread(returns[symbol], name, difference) for name, difference in self.differences.items()}
                        for symbol in self.case.symbols}

    def phase_1_75(self):
        prices, returns = self.prices, self.returns
        self.metrics = {symbol: phases.metrics(prices[symbol], prices[symbol], returns[symbol], self.calendar) for symbol in self.case.symbols}

    def phase_2(self):
        cash, self.values = phases.holdings(self.case.positions, self.by_position(), self.case.cash)
        self.table, equity = phases.snapshots(cash, self.values)
        self.own, self.equity = equity.pct_change(fill_method=None), float(equity.iloc[-1])

    def by_position(self):
        positions = self.case.positions
        return pd.DataFrame({at: self.prices[symbol] for at, symbol in positions["symbol"].items()})

    def phase_2_5(self):
        self.rows = []
        for at, position in self.case.positions.iterrows():
            cost, value = position["quantity"] * position["entry_price"], float(self.values[at].iloc[-1])
            self.rows.append({"symbol": position["symbol"], "market_value": value, "cost_basis": cost,
                              "unrealized_pnl": value - cost, "weight": value / self.equity})

    def phase_3(self):
        market = self.returns[self.case.factors.market]
        self.betas = {symbol: phases.market_betas(self.returns[symbol], market) for symbol in self.case.symbols}
        self.position_betas = [self.betas[row["symbol"]] for row in self.rows]

    def phase_4(self):
        values = [row["market_value"] for row in self.rows]
        exposure = lambda beta: phases.exposure(values, [beta(row["symbol"]) for row in self.rows], self.equity)
        self.exposures = [
            *[exposure(lambda symbol: self.betas[symbol][window]["beta"]) for window in ("90d", "252d")],
            *[exposure(lambda symbol: self.ridges[symbol]["betas"].get(name)) for name in self.case.factors.styles],
            *[exposure(lambda symbol: self.spreads[symbol][name]["beta"]) for name in self.differences],
        ]

    def phase_5(self):
        self.volatilities = {symbol: phases.volatility(self.returns[symbol]) for symbol in self.case.symbols}
        self.own_volatility = phases.volatility(self.own)

    def phase_6(self):
        weights = {symbol: sum(row["weight"] for row in self.rows if row["symbol"] == symbol) for symbol in self.case.symbols}
        self.correlations = phases.correlations(self.returns[self.case.symbols], np.array(list(weights.values())))

    def repair(self):
        self.repaired = phases.repaired(self.case.matrix)[0]

    def results(self):
        return {
            "equity": self.equity,
            "market_exposure": self.exposures[0]["exposure"],
            "ridge_betas": sum(abs(beta) for fit in self.ridges.values() for beta in fit["betas"].values()),
            "sharpe": sum(metrics["sharpe"] for metrics in self.metrics.values()),
            "har_21d": sum(volatility["har"]["21d"]["forecast"] for volatility in self.volatilities.values()),
            "mean_abs": self.correlations["mean_abs"],
            "effective_bets": self.correlations["effective_bets"],
        }


class Vectorized:
    """Runs the phases of `vectorised.py`."""

    module = vectorised

    def __init__(self, case):
        self.case, self.holdings = case, self.module.Holdings.from_table(case.positions)

    def phase_1(self):
        self.market = self.module.phase_1(self.case.prices, self.holdings.symbols, self.case.factors)

    def phase_1_5(self):
        self.factors = self.module.phase_1_5(self.market)

    def phase_1_75(self):
        self.metrics = self.module.phase_1_75(self.market)

    def phase_2(self):
        self.snapshots = self.module.phase_2(self.market, self.holdings, self.case.cash)

    def phase_2_5(self):
        self.values = self.module.phase_2_5(self.market, self.holdings, self.snapshots)

    def phase_3(self):
        self.betas = self.module.phase_3(self.market, self.holdings)

    def phase_4(self):
        equity = self.snapshots["equity"][-1]
        self.exposures = self.module.phase_4(self.factors, self.betas, self.values["market_value"], equity, self.holdings)

    def phase_5(self):
        self.volatility = self.module.phase_5(self.market, self.snapshots["own"])

    def phase_6(self):
        self.correlations = self.module.phase_6(self.market, self.holdings, self.values["weight"])

    def repair(self):
        self.repaired, self.rounds = dense.repair(self.case.matrix)

    def results(self):
        """Returns the results with which the implementations are compared. Sums skip symbols that
        have no value.
        """
        return {
            "equity": self.snapshots["equity"][-1],
            "market_exposure": self.exposures["exposure"][0],
            "ridge_betas": np.nansum(np.abs(self.factors["ridge"][0])),
            "sharpe": np.nansum(self.metrics["sharpe"]),
            "har_21d": np.nansum(self.volatility["har"][21]["forecast"][:-1]),
            "mean_abs": self.correlations["mean_abs"],
            "effective_bets": self.correlations["effective_bets"],
        }


def records(**columns):
    """Combines columns into a list of named records, one per row, like the records in the Rust
    program's results. NaN becomes None. A column that is already a list is used unchanged.
    """
    lists = [column if isinstance(column, list) else nulls(column) for column in columns.values()]
    return [dict(zip(columns, row)) for row in zip(*lists)]


def nulls(numbers):
    """Converts an array of numbers to a list in which None replaces NaN."""
    numbers = np.asarray(numbers)
    if numbers.dtype.kind != "f":
        return numbers.tolist()
    listed = numbers.tolist()
    for at in np.flatnonzero(np.isnan(numbers)):
        listed[at] = None
    return listed


class Named(Vectorized):
    """Runs the phases of `vectorised.py`. At the end of each phase, converts its results to named
    records, as the Rust program does.
    """

    def phase_1_5(self):
        super().phase_1_5()
        betas, *rest = self.factors["ridge"]
        ridge = records(betas=records(**dict(zip(self.case.factors.styles, betas))), **dict(zip(("intercept", "r_squared", "observations"), rest)))
        names = [f"{long}-{short}" for long, short in self.case.factors.spreads]
        spreads = [records(name=[name] * len(ridge), **dict(zip(("beta", "t", "p", "r_squared", "observations"), fit[[0, 3, 4, 5, 6]])))
                   for name, fit in zip(names, self.factors["spreads"])]
        self.named_factors = records(symbol=self.holdings.symbols, ridge=ridge, spreads=[list(fits) for fits in zip(*spreads)])

    def phase_1_75(self):
        super().phase_1_75()
        metrics, dates = self.metrics, self.market.dates.tolist()
        fall = records(value=metrics["max_drawdown"], peak=[dates[at] for at in metrics["peak"].tolist()], trough=[dates[at] for at in metrics["trough"].tolist()])
        self.named_metrics = records(
            symbol=self.holdings.symbols, returns=records(**dict(zip(("1d", "5d", "21d", "63d", "252d", "ytd"), metrics["returns"]))),
            volatility=records(**dict(zip(("21d", "63d", "252d"), metrics["volatility"])), ewma=metrics["ewma"]), max_drawdown=fall,
            **{name: metrics[name] for name in ("sharpe", "sortino", "skewness", "kurtosis", "observations")})

    def phase_2(self):
        super().phase_2()
        names = ("equity", "cash", "long_value", "short_value", "gross", "net", "pnl", "return", "drawdown")
        shown = self.market.dates[-len(self.snapshots["equity"]):].tolist()
        self.named_snapshots = records(date=shown, **{name: self.snapshots[name] for name in names})

    def phase_2_5(self):
        super().phase_2_5()
        self.named_values = records(symbol=self.by_position(self.holdings.symbols), quantity=self.holdings.quantity, **self.values)

    def phase_3(self):
        super().phase_3()
        names = ("beta", "alpha", "std_error", "t", "p", "r_squared", "observations")
        by_symbol = records(**{window: records(**dict(zip(names, fits))) for window, fits in zip(("90d", "252d"), self.betas["symbols"])})
        self.named_betas = records(market_beta=self.by_position(by_symbol))

    def phase_4(self):
        super().phase_4()
        factors = self.case.factors
        names = [factors.market, factors.market, *factors.styles, *[f"{long}-{short}" for long, short in factors.spreads]]
        self.named_exposures = records(factor=names, **self.exposures)

    def phase_5(self):
        super().phase_5()
        volatility = self.volatility
        har = records(**{f"{horizon}d": records(**fit) for horizon, fit in volatility["har"].items()})
        self.named_volatility = records(symbol=[*self.holdings.symbols, None], **dict(zip(("21d", "63d", "252d"), volatility["volatility"])),
                                        ewma=volatility["ewma"], percentile=volatility["percentile"], trend=volatility["trend"], har=har)

    def phase_6(self):
        super().phase_6()
        self.named_correlations = self.correlations | {"matrix": self.correlations["matrix"].tolist()}

    def repair(self):
        self.repaired, self.rounds = dense.repair(self.case.matrix, dense.projected_by_eigh)
        self.named_repaired = self.repaired.tolist()

    def by_position(self, by_symbol):
        """Expands a list with one element per symbol to one element per position."""
        return [by_symbol[at] for at in self.holdings.column.tolist()]


class Dense(Vectorized):
    """Runs the phases of `dense.py`. Its first phase reads only the end of the price file."""

    module = dense

    def phase_1(self):
        self.market = dense.phase_1_tail(self.case.prices, self.holdings.symbols, self.case.factors)

    def phase_2_5(self):
        self.values = dense.phase_2_5(self.market, self.holdings, self.snapshots["equity"][-1])


def resident(name):
    """Returns the process's current (`VmRSS`) or peak (`VmHWM`) resident memory in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(name)


def keep_memory():
    """Makes the allocator keep freed memory. Otherwise every round would request arrays of a few
    megabytes from the kernel again.
    """
    trim_threshold, mmap_threshold = -1, -3
    LIBC.mallopt(trim_threshold, 1 << 30)
    LIBC.mallopt(mmap_threshold, 1 << 25)


def peak_memory(work):
    """Returns the largest increase in resident memory while `work` runs, in bytes. Returns None if
    the kernel does not allow the peak to be reset.

    Memory freed by earlier phases is returned to the kernel first. Otherwise a phase that reuses it
    would appear to need none.
    """
    gc.collect()
    LIBC.malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        work()
        return None
    before = resident("VmRSS")
    work()
    return max(resident("VmHWM") - before, 0)


def cpu_seconds(work):
    """Returns the CPU seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def collect_results(computation):
    """Returns the results with which this implementation is compared with the others. It must have
    computed all phases before.
    """
    results = {name: float(value) for name, value in computation.results().items()}
    if computation.case.matrix is not None:
        results["repaired_sum"] = float(np.abs(computation.repaired).sum())
        # The implementation `plain` does not report how many rounds the matrix repair took.
        results["repair_rounds"] = getattr(computation, "rounds", None)
    return results


def main():
    folder, peer = Path(sys.argv[1]), sys.argv[2]
    keep_memory()
    case = Case(folder)
    computation = {"plain": Plain, "numpy": Named, "arrays": Vectorized, "dense": Dense}[peer](case)
    names = ["phase_1", "phase_1.5", "phase_1.75", "phase_2", "phase_2.5", "phase_3", "phase_4", "phase_5", "phase_6"]
    names += ["repair"] * (case.matrix is not None)
    for command in map(str.strip, sys.stdin):
        if command == "results":
            response = collect_results(computation)
        else:
            cost = {"time": cpu_seconds, "memory": peak_memory}[command]
            response = {name: cost(getattr(computation, name.replace(".", "_"))) for name in names}
        print(json.dumps(response), flush=True)


if __name__ == "__main__":
    main()
