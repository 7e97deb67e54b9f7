//! Corrections: previews of the file that a portfolio was read from. Starting one replaces the
//! portfolio's positions, and starts its next attempt.

use positions::CashAssumption;
use uuid::Uuid;

use super::{LIFETIME_MS, PreviewError, PreviewService, UploadedFile, check_size};
use crate::server::{
    store::{PortfolioFile, Preview, PreviewEntries, StoreError},
    util::{clock, viewer::Viewer},
};

impl PreviewService {
    /// Opens the correction of a portfolio: a preview of its file with what the person decided
    /// about it, its name and its cash balance. If one is open already, returns its id.
    ///
    /// # Errors
    /// Returns [`PreviewError::NoFile`] if the file is not stored, [`StoreError::AlreadyRunning`]
    /// while a run of the portfolio is active, and [`StoreError::NotFound`] if the user has no such
    /// portfolio.
    pub async fn correct(&self, user: &str, portfolio_id: Uuid) -> Result<Uuid, PreviewError> {
        let viewer = Viewer::Owner(user);
        self.setups.require_ended(user, portfolio_id).await?;
        let portfolio = self.setups.portfolio(viewer, portfolio_id).await?;
        let stored = self.setups.store().portfolio_file(viewer, portfolio_id).await?;
        let PortfolioFile { file, changes } = stored.ok_or(PreviewError::NoFile)?;
        let entries = PreviewEntries { name: portfolio.name, cash: portfolio.cash.to_string(), changes };
        let (id, now_ms) = (Uuid::new_v4(), clock::now_ms());
        let mut preview =
            Preview { id, owner: user.to_owned(), file, entries, corrects: Some(portfolio_id), created_ms: now_ms };
        let open = self.read_preview(preview.clone()).await?;
        // The portfolio may have been started with another balance than the one in its file.
        if open.checked.cash(&preview.entries.cash).ok() != Some(portfolio.cash) {
            preview.entries.changes.assumptions.cash = Some(CashAssumption::AsTyped);
        }
        let since_ms = now_ms - LIFETIME_MS;
        Ok(self.setups.store().save_correction(&preview, since_ms, self.setups.quotas()).await?)
    }

    /// Replaces the file of a correction by another one, which is read from the beginning.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the user has no such preview, and a store error if the
    /// user has reached the storage quota or the store fails.
    pub async fn replace_file(
        &self,
        user: &str,
        id: Uuid,
        file: UploadedFile,
        entries: PreviewEntries,
    ) -> Result<(), PreviewError> {
        check_size(&entries.changes)?;
        let file = self.compress(file).await?;
        let store = self.setups.store();
        let is_replaced = store.replace_preview_file(user, id, &file, &entries, self.setups.quotas()).await?;
        if is_replaced { Ok(()) } else { Err(StoreError::NotFound.into()) }
    }
}
