//! What the nine phases cost beside a second computation of them in Python, on one thread, in the same run:
//!
//! - plain: a loop over symbols.
//! - numpy: vectorised, all symbols at once, for any table of prices; like ours each phase ends with named records, of
//!   which the results are made.
//! - arrays: the same without the records, as numpy leaves it.
//! - dense: arrays for a table in which no price is missing, which ours does not count on.
//!
//! Ours are measured as a run computes them, with their progress and their lines of the log. `make bench` prints it.
//! Times are CPU times, medians over rounds. Memory is the highest resident size during a phase, less that before it.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

#[path = "../tests/support/many.rs"]
mod many;

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use portfolio_setup::{
    server::{
        analytics::{correlation::correlation_matrix, psd},
        batch::{
            Control, Outputs, Reporter,
            phases::{self, Input},
        },
        market_data::{Factors, Limiter, TableSource, csv_files},
        portfolio::{Rules, parse_positions},
        tracker::{RunIdentity, RunState, Tracker},
    },
    status::Phase,
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use tokio::runtime::Runtime;
use uuid::Uuid;

const CASH: f64 = 1_000_000.0;
const FACTORS: &str = include_str!("../tests/reference/gaps-factors.toml");
const ROUNDS: usize = 7;

/// What is computed.
struct Case {
    name: &'static str,
    symbols: usize,
    days: usize,
    lots: usize,
}

/// The closes that 254 snapshots and every window in them need.
const HISTORY: usize = 273;

const CASES: [Case; 3] = [
    Case { name: "20 symbols × 254 days", symbols: 20, days: HISTORY, lots: 1 },
    Case { name: "500 symbols × 2,520 days", symbols: 500, days: 2_520, lots: 1 },
    Case { name: "10,000 positions over 500 symbols × 254 days", symbols: 500, days: HISTORY, lots: 20 },
];

/// The peers, as `bench.py` calls them, and how often each is measured.
const PEERS: [(&str, usize); 4] = [("plain", 1), (MEMORY_OF, ROUNDS), ("arrays", ROUNDS), ("dense", ROUNDS)];
/// The peer that ours is compared with: whose memory is shown, too.
const MEMORY_OF: &str = "numpy";

/// What one phase took.
#[derive(Clone, Default)]
struct Cost {
    cpu_seconds: f64,
    peak_bytes: Option<f64>,
}

/// What each phase took, by its id.
type Costs = BTreeMap<String, Cost>;

fn main() {
    let python = std::env::var("REFERENCE_PYTHON").ok();
    for case in &CASES {
        let folder = tempfile::TempDir::new().unwrap();
        write(case, folder.path());
        let ours = ours(folder.path());
        let peers: Vec<(&str, Costs)> = PEERS
            .iter()
            .filter_map(|(name, rounds)| Some((*name, peer(python.as_ref()?, folder.path(), name, *rounds))))
            .collect();
        print(case.name, &ours, &peers);
    }
    if python.is_none() {
        println!(
            "Without peers: REFERENCE_PYTHON names no Python with the packages of tests/reference/requirements.txt."
        );
    }
}

fn write(case: &Case, folder: &Path) {
    fs::write(folder.join("prices.csv"), many::prices(case.symbols, case.days)).unwrap();
    fs::write(folder.join("positions.csv"), many::positions(case.symbols, case.days, case.lots)).unwrap();
    fs::write(folder.join("factors.toml"), FACTORS).unwrap();
    fs::write(folder.join("cash.txt"), CASH.to_string()).unwrap();
    // More symbols than rows.
    if case.symbols > 90 && case.lots == 1 {
        let matrix = indefinite(case.symbols);
        fs::write(
            folder.join("matrix.f64"),
            matrix.iter().flatten().flat_map(|rho| rho.to_le_bytes()).collect::<Vec<_>>(),
        )
        .unwrap();
    }
}

/// Correlations of series with holes, which no one set of series could have: the matrix has negative eigenvalues.
fn indefinite(symbols: usize) -> Vec<Vec<f64>> {
    let mut normal = many::Normal(7);
    let market: Vec<f64> = (0..90).map(|_| normal.next()).collect();
    let mut one = || -> Vec<Option<f64>> {
        market.iter().map(|day| Some(day + normal.next()).filter(|_| normal.uniform() > 0.2)).collect()
    };
    let series: Vec<Vec<Option<f64>>> = (0..symbols).map(|_| one()).collect();
    correlation_matrix(&series, 90, 30).unwrap().matrix
}

fn ours(folder: &Path) -> Costs {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = fs::read(folder.join("positions.csv")).unwrap();
    let today = chrono::Utc::now().date_naive();
    let positions = parse_positions(&text, &Rules { today, last_price_date: None }).unwrap().positions;
    let factors = Factors::from_toml(FACTORS).unwrap();
    let input = Arc::new(Input::new(positions, CASH, factors, "local".to_owned(), 1));
    let matrix = fs::read(folder.join("matrix.f64")).ok().map(|bytes| square(&bytes));

    let mut costs = Costs::new();
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    // The first round is for the memory alone.
    for round in 0..=ROUNDS {
        let mut outputs = Outputs::default();
        let mut keep = |id: &str, work: &mut dyn FnMut()| {
            if round == 0 {
                costs.insert(id.to_owned(), Cost { peak_bytes: peak_of(work), ..Cost::default() });
            } else {
                let before = cpu_seconds();
                work();
                times.entry(id.to_owned()).or_default().push(cpu_seconds() - before);
            }
        };
        let mut source = None;
        for phase in Phase::ALL {
            keep(phase.id(), &mut || {
                // Reading the price file is part of the first phase, as it is with the peers.
                let source = source.get_or_insert_with(|| {
                    csv_files(&folder.join("prices.csv"), Limiter::unlimited(), Some(input.factors.clone())).unwrap()
                });
                compute(&runtime, phase, source, &input, &mut outputs);
            });
        }
        if let Some(matrix) = &matrix {
            keep("repair", &mut || assert!(psd::repair(matrix).unwrap().repaired));
        }
    }
    for (id, mut rounds) in times {
        rounds.sort_by(f64::total_cmp);
        costs.get_mut(&id).unwrap().cpu_seconds = rounds[rounds.len() / 2];
    }
    costs
}

/// One phase as a run computes it.
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

/// The highest resident size while this works, less that before it.
fn peak_of(work: &mut dyn FnMut()) -> Option<f64> {
    // Sets the highest size back to the present one.
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

fn peer(python: &str, folder: &Path, name: &str, rounds: usize) -> Costs {
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "reference", "bench.py"].iter().collect();
    let one_thread = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, "1"));
    let output = Command::new(python)
        .arg("-B")
        .arg(script)
        .args([folder.as_os_str(), name.as_ref(), rounds.to_string().as_ref()])
        .envs(one_thread)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{name} failed");
    let lines = String::from_utf8(output.stdout).unwrap();
    let costs = lines.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let cost = Cost { cpu_seconds: line["cpu_seconds"].as_f64()?, peak_bytes: line["peak_bytes"].as_f64() };
        Some((line["phase"].as_str()?.to_owned(), cost))
    });
    costs.collect()
}

fn print(title: &str, ours: &Costs, peers: &[(&str, Costs)]) {
    println!("\n{title}: CPU time in ms and ours as a ratio to each peer, and highest memory in MiB");
    let mut header = format!("{:<24}{:>9}", "", "ours");
    for (name, _) in peers {
        write!(header, "{name:>10}{:>8}", "ratio").unwrap();
    }
    println!("{header}{:>10}{:>10}", "ours, MiB", MEMORY_OF);
    let names = Phase::ALL.into_iter().map(|phase| (phase.id(), phase.name())).chain([("repair", "Matrix repair")]);
    for (id, name) in names {
        let Some(own) = ours.get(id) else { continue };
        let mut line = format!("{name:<24}{:>9.3}", own.cpu_seconds * 1e3);
        for (_, costs) in peers {
            match costs.get(id) {
                Some(peer) => {
                    write!(line, "{:>10.3}{:>8.3}", peer.cpu_seconds * 1e3, own.cpu_seconds / peer.cpu_seconds)
                        .unwrap();
                }
                None => write!(line, "{:>10}{:>8}", "-", "-").unwrap(),
            }
        }
        let of = peers.iter().find(|(name, _)| *name == MEMORY_OF).and_then(|(_, costs)| costs.get(id)?.peak_bytes);
        for peak in [own.peak_bytes, of] {
            match peak {
                Some(bytes) => write!(line, "{:>10.1}", bytes / 1_048_576.0).unwrap(),
                None => write!(line, "{:>10}", "-").unwrap(),
            }
        }
        println!("{line}");
    }
}
