//! Opening the database: its connections, and its tables brought up to date.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{jobs, private_files};

/// How long a lock held by another process is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait before a database that is locked or full is opened again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Codes of SQLite for what passes by itself or once an operator has made room: busy, locked, full.
const PASSING: [i32; 3] = [5, 6, 13];

/// Code of SQLite for a value or row over its limits.
const TOO_BIG: i32 = 18;

/// Kind of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// Retrying later may work.
    Passing,
    /// Fewer bytes would work.
    TooLarge,
    /// Retrying fails again.
    Permanent,
}

/// Opens the database: the connection that writes, and those that read beside it.
pub(super) async fn open_database(url: &str) -> Result<(SqlitePool, SqlitePool), String> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| format!("DATABASE_URL={url} is not a SQLite address: {error}"))?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is overwritten, so nobody finds it in the file.
        .pragma("secure_delete", "ON")
        .busy_timeout(BUSY_TIMEOUT);
    private_files::create(options.get_filename())
        .map_err(|error| format!("The file of DATABASE_URL={url} cannot be created: {error}"))?;
    let failed = |error| format!("The database DATABASE_URL={url} cannot be opened and brought up to date: {error}");
    let writer = loop {
        match writer(options.clone()).await {
            Ok(writer) => break writer,
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) if is_passing(&error) => {
                tracing::warn!(%error, "the database cannot be brought up to date yet; trying again");
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
    jobs::migrate(&writer).await?;
    Ok(writer)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY_TIMEOUT * 2)
        // A full disk ends a transaction behind the driver's back; a connection that still believes in it is of no more
        // use.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

/// Returns what an error means for whoever asked.
pub(super) fn severity(error: &sqlx::Error) -> Severity {
    match error {
        sqlx::Error::PoolTimedOut => Severity::Passing,
        // The low byte is the code, the others say more of it.
        sqlx::Error::Database(database) => match database.code().and_then(|code| code.parse::<i32>().ok()) {
            Some(code) if PASSING.contains(&(code & 0xff)) => Severity::Passing,
            Some(code) if code & 0xff == TOO_BIG => Severity::TooLarge,
            _ => Severity::Permanent,
        },
        // The driver's words for a value beyond SQLite's limit, which it checks itself.
        sqlx::Error::Encode(_) => Severity::TooLarge,
        _ => Severity::Permanent,
    }
}

fn is_passing(error: &sqlx::Error) -> bool {
    severity(error) == Severity::Passing
}
