//! Prices in SQLite.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};

use super::{SqliteStore, unavailable};
use crate::server::{
    market_data::Bar,
    store::{PriceStore, StoreError, StoreResult, StoredPrices},
};

/// Rows of five values each in one statement, well below SQLite's limit of 32,766 values.
const ROWS_A_STATEMENT: usize = 1_000;

#[async_trait]
impl PriceStore for SqliteStore {
    async fn prices(&self, source: &str, symbol: &str) -> StoreResult<Option<StoredPrices>> {
        // One transaction, so that header and days belong together.
        let mut reading = self.readers.begin().await.map_err(unavailable)?;
        let header = sqlx::query(
            "SELECT from_date, to_date, asked_ms, unknown, notes FROM price_histories WHERE source = ? AND symbol = ?",
        )
        .bind(source)
        .bind(symbol)
        .fetch_optional(&mut *reading)
        .await
        .map_err(unavailable)?;
        let Some(header) = header else { return Ok(None) };
        let rows =
            sqlx::query("SELECT date, close, adj_close FROM prices WHERE source = ? AND symbol = ? ORDER BY date")
                .bind(source)
                .bind(symbol)
                .fetch_all(&mut *reading)
                .await
                .map_err(unavailable)?;
        let bar = |row: &SqliteRow| {
            Ok(Bar {
                date: date(row, "date")?,
                close: row.try_get("close").map_err(unavailable)?,
                adj_close: row.try_get("adj_close").map_err(unavailable)?,
            })
        };
        let notes: String = header.try_get("notes").map_err(unavailable)?;
        Ok(Some(StoredPrices {
            from: date(&header, "from_date")?,
            to: date(&header, "to_date")?,
            asked_ms: header.try_get("asked_ms").map_err(unavailable)?,
            unknown: header.try_get("unknown").map_err(unavailable)?,
            notes: serde_json::from_str(&notes).map_err(|error| StoreError::Unavailable(error.into()))?,
            bars: rows.iter().map(bar).collect::<StoreResult<_>>()?,
        }))
    }

    async fn keep_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> StoreResult<()> {
        let mut writing = self.writer.begin().await.map_err(unavailable)?;
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
        .bind(serde_json::to_string(&prices.notes).map_err(|error| StoreError::Unavailable(error.into()))?)
        .execute(&mut *writing)
        .await
        .map_err(unavailable)?;
        sqlx::query("DELETE FROM prices WHERE source = ? AND symbol = ?")
            .bind(source)
            .bind(symbol)
            .execute(&mut *writing)
            .await
            .map_err(unavailable)?;
        for bars in prices.bars.chunks(ROWS_A_STATEMENT) {
            let mut insert =
                QueryBuilder::<Sqlite>::new("INSERT INTO prices (source, symbol, date, close, adj_close) ");
            insert.push_values(bars, |mut row, bar| {
                row.push_bind(source).push_bind(symbol).push_bind(bar.date.to_string());
                row.push_bind(bar.close).push_bind(bar.adj_close);
            });
            insert.build().execute(&mut *writing).await.map_err(unavailable)?;
        }
        writing.commit().await.map_err(unavailable)
    }

    async fn asked_since(&self, source: &str, since_ms: i64) -> StoreResult<Vec<i64>> {
        sqlx::query_scalar("SELECT asked_ms FROM price_histories WHERE source = ? AND asked_ms >= ? ORDER BY asked_ms")
            .bind(source)
            .bind(since_ms)
            .fetch_all(&self.readers)
            .await
            .map_err(unavailable)
    }
}

fn date(row: &SqliteRow, column: &str) -> StoreResult<chrono::NaiveDate> {
    let text: String = row.try_get(column).map_err(unavailable)?;
    text.parse().map_err(|error: chrono::ParseError| StoreError::Unavailable(error.into()))
}
