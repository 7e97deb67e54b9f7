//! File descriptors: each connection needs one, and so does everything else the server opens.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that stay free for the database, providers and static files, where the limit is
/// high.
const MOST_RESERVED: u64 = 1_024;

/// Raises the process's limit of open files to the most that it may have.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    let raised = Rlimit { current: limit.maximum, ..limit };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => tracing::debug!(from = ?limit.current, to = ?limit.maximum, "file descriptor limit raised"),
        Err(error) => tracing::warn!(%error, limit = ?limit.current, "file descriptor limit not raised"),
    }
}

/// How many connections there may be at once: `wanted`, or fewer where the process may not open as
/// many files.
pub fn capacity(wanted: usize) -> usize {
    within(wanted, getrlimit(Resource::Nofile).current)
}

fn within(wanted: usize, limit: Option<u64>) -> usize {
    let Some(limit) = limit else { return wanted };
    let left = limit - (limit / 4).min(MOST_RESERVED);
    wanted.min(usize::try_from(left).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn keeps_a_quarter_of_the_descriptors_free() {
        for (wanted, limit, capacity) in [
            (10_000, None, 10_000),
            (10_000, Some(1_048_576), 10_000),
            (10_000, Some(4_096), 3_072),
            (10_000, Some(1_024), 768),
            (10_000, Some(0), 1),
            (100, Some(1_024), 100),
        ] {
            assert_eq!(within(wanted, limit), capacity, "{limit:?}");
        }
    }
}
