//! Benchmark of the nine phases. Compares the Rust program with four Python implementations, called
//! "peers" in the code. Every implementation runs on a single thread. The peers are:
//!
//! - `plain`: a loop over symbols with pandas and statsmodels.
//! - `numpy`: vectorized over all symbols, for any price table. As in the Rust program, each phase
//!   ends by creating records with named fields from its results.
//! - `arrays`: like `numpy`, but without the records. It repairs the correlation matrix by calling
//!   the individual LAPACK routines instead of `numpy.linalg.eigh`.
//! - `dense`: like `arrays`, but only for price tables without gaps. (The Rust program handles
//!   gaps, too.)
//!
//! The Rust phases do the same work as in a run, including progress reports and log lines. Each
//! implementation, including the Rust program, runs in a process of its own. The implementations
//! take turns round by round, so a change in the speed of the machine affects all of them equally.
//! `make bench` prints the comparison; `cargo bench --features ssr --bench phases -- 500` prints
//! only the cases with "500" in their name.
//!
//! Times are CPU times: the medians over the rounds. Memory is the highest resident size during a
//! phase, minus the size before it.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use analytics::{Interrupt, correlation::correlation_matrix, psd};
use portfolio_setup::server::{
    batch::{Control, Outputs, Reporter, model::input::Input, phases},
    market_data::{Factors, Limiter, TableSource, csv_files},
    tracker::{RunIdentity, RunState, Tracker},
};
use positions::{UploadRules, parse_positions};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use status::Phase;
use test_support::many;
use tokio::runtime::Runtime;
use uuid::Uuid;

const CASH: f64 = 1_000_000.0;
const FACTORS: &str = include_str!("../tests/reference/gaps-factors.toml");
const ROUNDS: usize = 9;

/// A benchmark case: the number of symbols and days in the price table, and the number of lots per
/// symbol in the portfolio.
struct Case {
    name: &'static str,
    symbols: usize,
    days: usize,
    lots: usize,
}

/// Number of daily closes that a run uses per symbol: enough for 254 portfolio snapshots and for
/// the longest window of any statistic.
const HISTORY: usize = 273;

const CASES: [Case; 3] = [
    Case { name: "20 symbols × 254 days", symbols: 20, days: HISTORY, lots: 1 },
    Case { name: "500 symbols × 2,520 days", symbols: 500, days: 2_520, lots: 1 },
    Case { name: "10,000 positions over 500 symbols × 254 days", symbols: 500, days: HISTORY, lots: 20 },
];

/// The Python implementations in `bench.py`: the name of each, and the number of rounds in which
/// its CPU time is measured.
const PEERS: [(&str, usize); 4] = [("plain", 1), (MEMORY_PEER, ROUNDS), ("arrays", ROUNDS), ("dense", ROUNDS)];
/// Command-line option that makes this program measure the Rust phases of one case in a child
/// process. Its value is the folder of the case.
const PROCESS_OPTION: &str = "--ours=";
/// Python implementation whose memory is printed next to that of the Rust program.
const MEMORY_PEER: &str = "numpy";

/// Cost of each phase in one round, by phase id: CPU seconds in a round that measures time, bytes
/// in a round that measures memory.
type Round = BTreeMap<String, f64>;

/// Resource measured in a round.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    Memory,
    Time,
}

impl Measure {
    /// Returns the command that makes an implementation's process run one round and measure this
    /// resource.
    const fn command(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Time => "time",
        }
    }

    /// Runs `work` and returns its cost: CPU seconds, or bytes of peak memory. Returns `None` if
    /// the kernel does not report memory.
    fn cost(self, work: &mut dyn FnMut()) -> Option<f64> {
        match self {
            Self::Memory => peak_memory(work),
            Self::Time => {
                let before = cpu_seconds();
                work();
                Some(cpu_seconds() - before)
            }
        }
    }
}

fn main() {
    // Arguments that begin with two dashes are options, some of which Cargo adds. All other
    // arguments are filters for case names.
    let (filters, options): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| !argument.starts_with("--"));
    if let Some(folder) = options.iter().find_map(|option| option.strip_prefix(PROCESS_OPTION)) {
        return serve_rounds(folder.as_ref());
    }
    let python = std::env::var("REFERENCE_PYTHON").ok();
    for case in CASES.iter().filter(|case| filters.iter().all(|filter| case.name.contains(filter.as_str()))) {
        let folder = tempfile::TempDir::new().unwrap();
        write(case, folder.path());
        let mut implementations = vec![Implementation::ours(folder.path())];
        implementations.extend(python.iter().flat_map(|python| Implementation::peers(python, folder.path())));
        for implementation in &mut implementations {
            implementation.memory = implementation.round(Measure::Memory);
        }
        for round in 0..ROUNDS {
            for implementation in implementations.iter_mut().filter(|implementation| round < implementation.rounds) {
                let costs = implementation.round(Measure::Time);
                implementation.times.push(costs);
            }
        }
        print(case.name, &implementations);
    }
    if python.is_none() {
        println!("No peers: set REFERENCE_PYTHON to a Python with the packages of tests/reference/requirements.txt.");
    }
}

fn write(case: &Case, folder: &Path) {
    fs::write(folder.join("prices.csv"), many::prices(case.symbols, case.days)).unwrap();
    fs::write(folder.join("positions.csv"), many::positions(case.symbols, case.days, case.lots)).unwrap();
    fs::write(folder.join("factors.toml"), FACTORS).unwrap();
    fs::write(folder.join("cash.txt"), CASH.to_string()).unwrap();
    // The matrix repair is measured only for cases that have one lot per symbol and more than 90
    // symbols, because the correlation window has 90 rows.
    if case.symbols > 90 && case.lots == 1 {
        let matrix = indefinite(case.symbols);
        fs::write(
            folder.join("matrix.f64"),
            matrix.iter().flatten().flat_map(|rho| rho.to_le_bytes()).collect::<Vec<_>>(),
        )
        .unwrap();
    }
}

/// Returns a correlation matrix that needs repair. It is computed from series with gaps, so each
/// pair is correlated over different rows, and the matrix has negative eigenvalues.
fn indefinite(symbols: usize) -> Vec<Vec<f64>> {
    let mut normal = many::Normal(7);
    let market: Vec<f64> = (0..90).map(|_| normal.draw()).collect();
    let mut next_series = || -> Vec<Option<f64>> {
        market.iter().map(|day| Some(day + normal.draw()).filter(|_| normal.uniform() > 0.2)).collect()
    };
    let series: Vec<Vec<Option<f64>>> = (0..symbols).map(|_| next_series()).collect();
    correlation_matrix(&series, 90, 30, Interrupt::NEVER).unwrap().matrix
}

/// The Rust program, with the inputs of one benchmark case.
struct Ours {
    runtime: Runtime,
    prices: PathBuf,
    input: Arc<Input>,
    matrix: Option<Vec<Vec<f64>>>,
}

impl Ours {
    fn new(folder: &Path) -> Self {
        let text = fs::read(folder.join("positions.csv")).unwrap();
        let today = chrono::Utc::now().date_naive();
        let positions = parse_positions(&text, &UploadRules { today, last_price_date: None }).unwrap().positions;
        let factors = Factors::from_toml(FACTORS).unwrap();
        Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            prices: folder.join("prices.csv"),
            input: Arc::new(Input::new(positions, CASH, factors, "local".to_owned(), 1)),
            matrix: fs::read(folder.join("matrix.f64")).ok().map(|bytes| square(&bytes)),
        }
    }

    fn round(&mut self, measure: Measure) -> Round {
        let Self { runtime, prices, input, matrix } = self;
        let (mut outputs, mut round) = (Outputs::default(), Round::new());
        let mut record = |id: &str, work: &mut dyn FnMut()| {
            round.extend(measure.cost(work).map(|cost| (id.to_owned(), cost)));
        };
        let mut source = None;
        for phase in Phase::ALL {
            record(phase.id(), &mut || {
                // Reads the price file during the first phase, as the Python implementations do.
                let source = source.get_or_insert_with(|| {
                    csv_files(prices, Limiter::unlimited(), Some(input.factors.clone())).unwrap()
                });
                compute(runtime, phase, source, input, &mut outputs);
            });
        }
        if let Some(matrix) = matrix {
            record("repair", &mut || assert!(psd::repair(matrix.clone(), Interrupt::NEVER).unwrap().repaired));
        }
        round
    }
}

/// Computes one phase in the same way as a run does.
fn compute(runtime: &Runtime, phase: Phase, source: &TableSource, input: &Arc<Input>, outputs: &mut Outputs) {
    let identity = RunIdentity {
        portfolio_id: Uuid::nil(),
        owner: "local".to_owned(),
        portfolio_name: "Benchmark".to_owned(),
        attempt: 1,
        positions_total: input.positions().len() as u64,
        data_notice: None,
    };
    let live = Tracker::default().insert(RunState::new(identity, 0));
    let reporter = Reporter::new(live, phase, Control::default());
    runtime.block_on(phases::run(phase, input, outputs, source, &reporter)).unwrap();
}

fn square(bytes: &[u8]) -> Vec<Vec<f64>> {
    let numbers: Vec<f64> = bytes.chunks_exact(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect();
    numbers.chunks_exact(numbers.len().isqrt()).map(<[f64]>::to_vec).collect()
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Returns the peak memory of `work` in bytes: the highest resident size while it runs, minus the
/// size before it.
fn peak_memory(work: &mut dyn FnMut()) -> Option<f64> {
    // Resets the kernel's record of the highest resident size to the current size.
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = resident("VmRSS:")?;
    work();
    Some(resident("VmHWM:")? - before)
}

fn resident(field: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0)
}

/// Runs in the child process of a benchmark case. Computes one round for each line of standard
/// input, and prints the costs of each round as a line of JSON.
fn serve_rounds(folder: &Path) {
    let mut ours = Ours::new(folder);
    for command in std::io::stdin().lines() {
        let command = command.unwrap();
        let measure =
            [Measure::Memory, Measure::Time].into_iter().find(|measure| measure.command() == command).unwrap();
        println!("{}", serde_json::to_string(&ours.round(measure)).unwrap());
    }
}

/// An implementation that runs in a separate process, with its measurements.
struct Implementation {
    name: &'static str,
    /// Number of rounds in which the implementation's times are measured.
    rounds: usize,
    process: Child,
    requests: ChildStdin,
    responses: BufReader<ChildStdout>,
    memory: Round,
    times: Vec<Round>,
}

impl Implementation {
    fn ours(folder: &Path) -> Self {
        let mut option = OsString::from(PROCESS_OPTION);
        option.push(folder);
        Self::start("ours", ROUNDS, Command::new(std::env::current_exe().unwrap()).arg(option))
    }

    fn peers(python: &str, folder: &Path) -> impl Iterator<Item = Self> {
        let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "reference", "bench.py"].iter().collect();
        let one_thread = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, "1"));
        PEERS.into_iter().map(move |(name, rounds)| {
            let mut command = Command::new(python);
            command.arg("-B").arg(&script).args([folder.as_os_str(), name.as_ref()]).envs(one_thread);
            Self::start(name, rounds, &mut command)
        })
    }

    fn start(name: &'static str, rounds: usize, command: &mut Command) -> Self {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let requests = process.stdin.take().unwrap();
        let responses = BufReader::new(process.stdout.take().unwrap());
        Self { name, rounds, process, requests, responses, memory: Round::new(), times: Vec::new() }
    }

    fn round(&mut self, measure: Measure) -> Round {
        writeln!(self.requests, "{}", measure.command()).unwrap();
        let mut line = String::new();
        self.responses.read_line(&mut line).unwrap();
        let Ok(Value::Object(costs)) = serde_json::from_str(&line) else { panic!("{} failed", self.name) };
        costs.into_iter().filter_map(|(phase, cost)| Some((phase, cost.as_f64()?))).collect()
    }

    /// Returns the implementation's median CPU time for a phase, in seconds.
    fn cpu_seconds(&self, phase: &str) -> Option<f64> {
        let mut times: Vec<f64> = self.times.iter().filter_map(|round| round.get(phase)).copied().collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    }
}

impl Drop for Implementation {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn print(title: &str, all: &[Implementation]) {
    println!("\n{title}: CPU time in ms, ratio of ours to each peer, and peak memory in MiB");
    let (ours, peers) = all.split_first().unwrap();
    let mut header = format!("{:<24}{:>9}", "", ours.name);
    for peer in peers {
        write!(header, "{:>10}{:>8}", peer.name, "ratio").unwrap();
    }
    println!("{header}{:>10}{:>10}", "ours, MiB", MEMORY_PEER);
    let names = Phase::ALL.into_iter().map(|phase| (phase.id(), phase.name())).chain([("repair", "Matrix repair")]);
    for (id, name) in names {
        let Some(own) = ours.cpu_seconds(id) else { continue };
        let mut line = format!("{name:<24}{:>9.3}", own * 1e3);
        for peer in peers {
            match peer.cpu_seconds(id) {
                Some(theirs) => write!(line, "{:>10.3}{:>8.3}", theirs * 1e3, own / theirs).unwrap(),
                None => write!(line, "{:>10}{:>8}", "-", "-").unwrap(),
            }
        }
        for implementation in
            all.iter().filter(|implementation| [ours.name, MEMORY_PEER].contains(&implementation.name))
        {
            match implementation.memory.get(id) {
                Some(bytes) => write!(line, "{:>10.1}", bytes / 1_048_576.0).unwrap(),
                None => write!(line, "{:>10}", "-").unwrap(),
            }
        }
        println!("{line}");
    }
}
