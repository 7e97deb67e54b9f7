//! Checks the quotas of a user. Each check runs inside the transaction that uses the quota, so that
//! two concurrent requests cannot both take the last slot.

use sqlx::{Sqlite, Transaction};

use super::{Quotas, StoreError, StoreResult, rows, store_error};

/// Checks that the owner's portfolios, including the new one, stay within the quota.
///
/// # Errors
/// Returns [`StoreError::QuotaReached`] if there are too many portfolios.
pub(super) async fn check_portfolios(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    quotas: &Quotas,
) -> StoreResult<()> {
    let portfolios: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM portfolios WHERE owner = ?")
        .bind(owner)
        .fetch_one(&mut **tx)
        .await
        .map_err(store_error)?;
    if portfolios > i64::from(quotas.portfolios) {
        let limit = quotas.portfolios;
        return Err(StoreError::QuotaReached(format!(
            "You have reached the limit of {limit} portfolios. Delete one, then try again."
        )));
    }
    Ok(())
}

/// Checks that the owner's active runs, the portfolio's attempts and the owner's stored bytes stay
/// within the quotas. Each count includes the new attempt.
///
/// # Errors
/// Returns [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if a quota would be
/// exceeded.
pub(super) async fn check_attempt(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    attempt: u32,
    quotas: &Quotas,
) -> StoreResult<()> {
    if attempt > quotas.attempts {
        let limit = quotas.attempts;
        return Err(StoreError::QuotaReached(format!(
            "This portfolio has reached its limit of {limit} attempts. Upload it again as a new one."
        )));
    }
    let used = sqlx::query(
        "SELECT COUNT(*) AS active FROM runs r JOIN portfolios p ON p.id = r.portfolio_id \
         WHERE r.status = 'running' AND p.owner = ?",
    )
    .bind(owner)
    .fetch_one(&mut **tx)
    .await
    .map_err(store_error)?;
    if rows::integer(&used, "active")? > i64::from(quotas.active_runs) {
        return Err(StoreError::TooManyRuns);
    }
    check_bytes(tx, owner, quotas).await
}

/// Checks that everything the owner has stored stays within the quota: positions, files, previews,
/// logs and results.
///
/// # Errors
/// Returns [`StoreError::QuotaReached`] if there are too many bytes.
pub(super) async fn check_bytes(tx: &mut Transaction<'_, Sqlite>, owner: &str, quotas: &Quotas) -> StoreResult<()> {
    let used = sqlx::query(
        "SELECT COALESCE(SUM(r.bytes), 0) \
         + (SELECT COALESCE(SUM(LENGTH(positions)), 0) FROM portfolios WHERE owner = ?1) \
         + (SELECT COALESCE(SUM(LENGTH(f.file) + LENGTH(f.changes)), 0) FROM portfolio_files f \
            JOIN portfolios p ON p.id = f.portfolio_id WHERE p.owner = ?1) \
         + (SELECT COALESCE(SUM(LENGTH(file) + LENGTH(changes)), 0) FROM previews WHERE owner = ?1) AS bytes \
         FROM runs r JOIN portfolios p ON p.id = r.portfolio_id WHERE p.owner = ?1",
    )
    .bind(owner)
    .fetch_one(&mut **tx)
    .await
    .map_err(store_error)?;
    if rows::count::<u64>(&used, "bytes")? > quotas.stored_bytes {
        let limit = quotas.stored_bytes / 1_000_000;
        return Err(StoreError::QuotaReached(format!(
            "You have reached the storage limit of {limit} MB. Delete a portfolio, then try again."
        )));
    }
    Ok(())
}
