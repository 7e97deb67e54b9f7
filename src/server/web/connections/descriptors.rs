//! Adapts the maximum number of connections to the limit on open file descriptors. Each connection
//! needs one descriptor; the database, requests to data providers and static files share the rest.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Maximum number of file descriptors to reserve for the database, requests to data providers and
/// static files. If the limit on open files is below 4,096, a quarter of the limit is reserved
/// instead.
const MAX_RESERVED: u64 = 1_024;

/// Raises the process's soft limit on open files to the hard limit.
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

/// Returns the maximum number of connections: `wanted`, or fewer if the limit on open files is too
/// low.
pub fn capacity(wanted: usize) -> usize {
    capacity_within(wanted, getrlimit(Resource::Nofile).current)
}

fn capacity_within(wanted: usize, limit: Option<u64>) -> usize {
    let Some(limit) = limit else { return wanted };
    let left = limit - (limit / 4).min(MAX_RESERVED);
    wanted.min(usize::try_from(left).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::capacity_within;

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
            assert_eq!(capacity_within(wanted, limit), capacity, "{limit:?}");
        }
    }
}
