//! Opens the database: creates its connections and migrates its tables.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{jobs, private_files, run_lists};

/// How long a call waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Wait between two attempts to open a database that is locked or full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// SQLite's error codes for temporary conditions: busy (5) and locked (6) go away by themselves,
/// and full (13) goes away once an operator has freed disk space.
const TEMPORARY: [i32; 3] = [5, 6, 13];

/// SQLite's error code for a value or row that exceeds the size limit.
const TOO_BIG: i32 = 18;

/// Classifies a database error by whether a retry of the failed call can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// The database error is temporary, so a later retry may succeed.
    Temporary,
    /// The value is too large for the database, so a retry can succeed only with a smaller value.
    TooLarge,
    /// The database error is permanent, so any retry would fail again.
    Permanent,
}

/// Opens the database and returns two connection pools: the first has the only write connection,
/// and the second has the read connections.
pub(super) async fn open_database(url: &str) -> Result<(SqlitePool, SqlitePool), String> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| format!("DATABASE_URL={url} is not a SQLite address: {error}"))?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Makes SQLite overwrite deleted data, so that it cannot be recovered from the file.
        .pragma("secure_delete", "ON")
        .busy_timeout(BUSY_TIMEOUT);
    private_files::create(options.get_filename())
        .map_err(|error| format!("The file of DATABASE_URL={url} cannot be created: {error}"))?;
    let failed = |error| format!("The database DATABASE_URL={url} cannot be opened or migrated: {error}");
    let writer = loop {
        match writer(options.clone()).await {
            Ok(writer) => break writer,
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) if is_temporary(&error) => {
                tracing::warn!(%error, "database is locked or full, retrying the migration");
                tokio::time::sleep(RETRY_AFTER).await;
            }
            Err(error) => return Err(failed(error)),
        }
    };
    let readers = pool(4).connect_with(options.read_only(true)).await.map_err(|error| failed(error.into()))?;
    Ok((writer, readers))
}

async fn writer(options: SqliteConnectOptions) -> Result<SqlitePool, MigrateError> {
    let writer = pool(1).connect_with(options).await?;
    sqlx::migrate!("migrations/sqlite").run(&writer).await?;
    run_lists::fill_in_codes(&writer).await?;
    jobs::migrate(&writer).await?;
    Ok(writer)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY_TIMEOUT * 2)
        // When the disk is full, SQLite ends a transaction without the driver's knowledge. A
        // connection that the driver still considers to be in a transaction is unusable, so it is
        // closed.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

/// Returns the severity of a database error.
pub(super) fn severity(error: &sqlx::Error) -> Severity {
    match error {
        sqlx::Error::PoolTimedOut => Severity::Temporary,
        // The low byte of SQLite's error code is the primary code. The higher bytes refine it.
        sqlx::Error::Database(database) => match database.code().and_then(|code| code.parse::<i32>().ok()) {
            Some(code) if TEMPORARY.contains(&(code & 0xff)) => Severity::Temporary,
            Some(code) if code & 0xff == TOO_BIG => Severity::TooLarge,
            _ => Severity::Permanent,
        },
        // The driver itself checks SQLite's size limit, and reports a value that exceeds it as
        // `Encode`.
        sqlx::Error::Encode(_) => Severity::TooLarge,
        _ => Severity::Permanent,
    }
}

fn is_temporary(error: &sqlx::Error) -> bool {
    severity(error) == Severity::Temporary
}
