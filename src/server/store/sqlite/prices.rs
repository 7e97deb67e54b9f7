//! The price store in SQLite.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};

use super::SqliteStore;
use crate::server::market_data::{Bar, Closes, PriceStore, PriceStoreResult, StoredPrices, StoredRange};

/// Number of rows per `INSERT` statement. With five values per row, a statement binds 5,000 values,
/// well below SQLite's limit of 32,766.
const ROWS_PER_STATEMENT: usize = 1_000;

#[async_trait]
impl PriceStore for SqliteStore {
    async fn prices(&self, source: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>> {
        // Both queries run in one transaction, so that the header row and the daily prices are
        // consistent.
        let mut reading = self.readers.begin().await?;
        let header = sqlx::query(
            "SELECT from_date, to_date, asked_ms, unknown, notes FROM price_histories WHERE source = ? AND symbol = ?",
        )
        .bind(source)
        .bind(symbol)
        .fetch_optional(&mut *reading)
        .await?;
        let Some(header) = header else { return Ok(None) };
        let rows =
            sqlx::query("SELECT date, close, adj_close FROM prices WHERE source = ? AND symbol = ? ORDER BY date")
                .bind(source)
                .bind(symbol)
                .fetch_all(&mut *reading)
                .await?;
        let bar = |row: &SqliteRow| {
            Ok(Bar { date: date(row, "date")?, close: row.try_get("close")?, adj_close: row.try_get("adj_close")? })
        };
        let notes: String = header.try_get("notes")?;
        Ok(Some(StoredPrices {
            from: date(&header, "from_date")?,
            to: date(&header, "to_date")?,
            asked_ms: header.try_get("asked_ms")?,
            unknown: header.try_get("unknown")?,
            notes: serde_json::from_str(&notes)?,
            bars: rows.iter().map(bar).collect::<PriceStoreResult<_>>()?,
        }))
    }

    async fn ranges(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>> {
        // The symbols are bound as a single JSON list, because their number may exceed SQLite's
        // limit on bound values in a statement.
        let rows = sqlx::query(
            "SELECT symbol, from_date, to_date, asked_ms, unknown, \
             (SELECT MAX(date) FROM prices WHERE prices.source = known.source AND prices.symbol = known.symbol) AS last \
             FROM price_histories AS known WHERE source = ? AND symbol IN (SELECT value FROM json_each(?))",
        )
        .bind(source)
        .bind(serde_json::to_string(symbols)?)
        .fetch_all(&self.readers)
        .await?;
        let range = |row: &SqliteRow| {
            let last: Option<String> = row.try_get("last")?;
            let range = StoredRange {
                from: date(row, "from_date")?,
                to: date(row, "to_date")?,
                asked_ms: row.try_get("asked_ms")?,
                unknown: row.try_get("unknown")?,
                last: last.map(|last| last.parse()).transpose()?,
            };
            Ok((row.try_get("symbol")?, range))
        };
        rows.iter().map(range).collect()
    }

    async fn closes(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, Closes>> {
        let rows = sqlx::query(
            "SELECT symbol, date, close FROM prices \
             WHERE source = ? AND symbol IN (SELECT value FROM json_each(?)) ORDER BY symbol, date",
        )
        .bind(source)
        .bind(serde_json::to_string(symbols)?)
        .fetch_all(&self.readers)
        .await?;
        let mut closes: HashMap<String, Closes> = HashMap::new();
        for row in &rows {
            let symbol: &str = row.try_get("symbol")?;
            let close = (date(row, "date")?, row.try_get("close")?);
            match closes.get_mut(symbol) {
                Some(known) => known.push(close),
                None => _ = closes.insert(symbol.to_owned(), vec![close]),
            }
        }
        Ok(closes)
    }

    async fn save_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()> {
        let mut writing = self.writer.begin().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO price_histories (source, symbol, from_date, to_date, asked_ms, unknown, notes) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(source)
        .bind(symbol)
        .bind(prices.from.to_string())
        .bind(prices.to.to_string())
        .bind(prices.asked_ms)
        .bind(&prices.unknown)
        .bind(serde_json::to_string(&prices.notes)?)
        .execute(&mut *writing)
        .await?;
        sqlx::query("DELETE FROM prices WHERE source = ? AND symbol = ?")
            .bind(source)
            .bind(symbol)
            .execute(&mut *writing)
            .await?;
        for bars in prices.bars.chunks(ROWS_PER_STATEMENT) {
            let mut insert =
                QueryBuilder::<Sqlite>::new("INSERT INTO prices (source, symbol, date, close, adj_close) ");
            insert.push_values(bars, |mut row, bar| {
                row.push_bind(source).push_bind(symbol).push_bind(bar.date.to_string());
                row.push_bind(bar.close).push_bind(bar.adj_close);
            });
            insert.build().execute(&mut *writing).await?;
        }
        Ok(writing.commit().await?)
    }

    async fn requests_since(&self, source: &str, since_ms: i64) -> PriceStoreResult<Vec<i64>> {
        let request_times = sqlx::query_scalar(
            "SELECT asked_ms FROM price_histories WHERE source = ? AND asked_ms >= ? ORDER BY asked_ms",
        )
        .bind(source)
        .bind(since_ms)
        .fetch_all(&self.readers)
        .await?;
        Ok(request_times)
    }
}

fn date(row: &SqliteRow, column: &str) -> PriceStoreResult<chrono::NaiveDate> {
    let text: String = row.try_get(column)?;
    Ok(text.parse()?)
}
