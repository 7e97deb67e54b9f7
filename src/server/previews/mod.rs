//! Previews: uploaded files that are read, shown and corrected before a portfolio starts.
//!
//! | file | purpose |
//! |---|---|
//! | `mod.rs` | stores, changes and starts previews |
//! | `corrections.rs` | corrects the positions of a portfolio from its file |
//! | `checked_file.rs` | reads a file, and compares it with known prices |
//! | `layouts.rs` | applies and remembers what a person took the columns of a file for |
//! | `repairs.rs` | names the repairs that a file offers, so that a form can choose one |
//!
//! A preview stores the file and the person's decisions (`changes`), and nothing that follows from
//! them. It is read again for each request.

mod checked_file;
mod corrections;
mod layouts;
mod repairs;

pub use checked_file::{CheckedFile, PriceEstimate, SecondsRange};
pub use layouts::RememberedLayout;
pub use repairs::{all_suggestions, offered_repair, repair_id};

use std::sync::Arc;

use positions::{
    Position, Problem, ProblemCode, Problems, Reading, UploadRules, parse_cash, sample_csv, validate_name,
};
use sha2::{Digest, Sha256};
use text::hex;
use uuid::Uuid;

use crate::server::{
    setups::SetupService,
    store::{
        AcceptedRun, Correction, FileSource, NewPortfolio, Preview, PreviewEntries, StoreError, StoreResult, StoredFile,
    },
    util::{clock, viewer::Viewer},
};

/// How long a preview is kept, in milliseconds.
pub const LIFETIME_MS: i64 = 24 * 3_600_000;

/// Maximum size of a person's decisions about one file, in bytes of JSON. It is enough to type over
/// two values in each of 10,000 rows.
pub const MAX_CHANGES: usize = 1_000_000;

/// Name of the portfolio that the *Try a sample portfolio* button creates.
const SAMPLE_NAME: &str = "Sample Portfolio";

/// Cash balance of the sample portfolio, in dollars.
const SAMPLE_CASH: f64 = 50_000.0;

/// An uploaded file, as it arrived.
#[derive(Clone, Debug)]
pub struct UploadedFile {
    pub name: String,
    pub bytes: Arc<Vec<u8>>,
}

/// A preview, and what its file was understood to hold.
#[derive(Debug)]
pub struct OpenPreview {
    pub preview: Preview,
    pub checked: CheckedFile,
}

impl OpenPreview {
    /// Returns the problems of the name and of the cash balance.
    pub fn field_problems(&self) -> impl Iterator<Item = Problem> {
        let entries = &self.preview.entries;
        validate_name(&entries.name).err().into_iter().chain(self.checked.cash(&entries.cash).err())
    }
}

/// A portfolio that was started.
#[derive(Debug)]
pub struct StartedPortfolio {
    pub run: AcceptedRun,
    /// The portfolio's name as stored.
    pub name: String,
}

/// A preview, or the portfolio that was started from it.
#[derive(Debug)]
pub enum PreviewState {
    Open(Box<OpenPreview>),
    Started(AcceptedRun),
}

/// The outcome of an attempt to start a preview.
#[derive(Debug)]
pub enum StartOutcome {
    Started(StartedPortfolio),
    /// A question is open, or the name or cash balance is invalid.
    Unanswered(Box<OpenPreview>),
}

/// Why a file was not read, stored or started.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The file has no table that could hold positions.
    #[error("the file cannot be read")]
    Unreadable(Problem),
    /// The file of the portfolio is not stored, so its positions cannot be corrected.
    #[error("no file")]
    NoFile,
    /// The person's decisions about the file exceed [`MAX_CHANGES`].
    #[error("too many changes")]
    TooManyChanges,
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug in this program.
    #[error("{0}")]
    Internal(String),
}

/// Reads, stores and starts uploaded files.
#[derive(Clone)]
pub struct PreviewService {
    setups: SetupService,
}

impl PreviewService {
    pub fn new(setups: SetupService) -> Self {
        Self { setups }
    }

    /// Reads a file and compares it with known prices. Applies the layout that the user mapped
    /// before for files with the same header.
    ///
    /// # Errors
    /// Returns [`PreviewError::Unreadable`] if the file has no table that could hold positions.
    pub async fn read(&self, user: &str, bytes: Arc<Vec<u8>>, changes: &Reading) -> Result<CheckedFile, PreviewError> {
        let plain = self.read_file(bytes.clone(), changes.clone()).await?;
        let layout = self.setups.store().layout(user, &layouts::key(&plain.header_key)).await?;
        let (content, remembered) = match layout {
            Some(layout) => {
                let merged = layout.reading.clone().merged(changes.clone());
                (self.read_file(bytes, merged).await?, Some(layout.into()))
            }
            None => (plain, None),
        };
        self.check_with_market(user, content, remembered).await
    }

    /// Reads a file as [`Self::read`] does, but without the user's layouts. A program that uploads
    /// a file in one step gets the same result whatever a person did on the pages before.
    ///
    /// # Errors
    /// Returns the same errors as [`Self::read`].
    pub async fn read_without_layout(&self, user: &str, bytes: Arc<Vec<u8>>) -> Result<CheckedFile, PreviewError> {
        let content = self.read_file(bytes, Reading::default()).await?;
        self.check_with_market(user, content, None).await
    }

    /// Stores a file as a preview.
    ///
    /// # Errors
    /// Returns a store error if the user has reached the storage quota or the store fails.
    pub async fn save(&self, user: &str, file: UploadedFile, entries: PreviewEntries) -> Result<Uuid, PreviewError> {
        check_size(&entries.changes)?;
        let file = self.compress(file).await?;
        let id = Uuid::new_v4();
        let preview =
            Preview { id, owner: user.to_owned(), file, entries, corrects: None, created_ms: clock::now_ms() };
        self.setups.store().save_preview(&preview, self.setups.quotas()).await?;
        Ok(id)
    }

    /// Returns a preview with its file read again, or the portfolio that was started from it.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the user has no such preview or it has expired.
    pub async fn open(&self, user: &str, id: Uuid) -> Result<PreviewState, PreviewError> {
        match self.stored(user, id).await? {
            Some(preview) => Ok(PreviewState::Open(Box::new(self.read_preview(preview).await?))),
            None => Ok(PreviewState::Started(self.started(user, id).await?)),
        }
    }

    /// Returns a preview without reading its file.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the user has no such preview or it has expired.
    pub async fn unread(&self, user: &str, id: Uuid) -> StoreResult<Preview> {
        self.stored(user, id).await?.ok_or(StoreError::NotFound)
    }

    /// Stores what the person typed and decided, and reads the file again if that differs from
    /// before.
    ///
    /// # Errors
    /// Returns [`PreviewError::TooManyChanges`] if the decisions exceed [`MAX_CHANGES`], and
    /// [`PreviewError::Unreadable`] if the file could not be read with these decisions. In both
    /// cases, nothing is stored.
    pub async fn change(&self, open: OpenPreview, entries: PreviewEntries) -> Result<PreviewState, PreviewError> {
        if entries == open.preview.entries {
            return Ok(PreviewState::Open(Box::new(open)));
        }
        check_size(&entries.changes)?;
        let open = self.read_preview(Preview { entries, ..open.preview }).await?;
        let Preview { owner, id, entries, .. } = &open.preview;
        if self.setups.store().change_preview(owner, *id, entries).await? {
            return Ok(PreviewState::Open(Box::new(open)));
        }
        Ok(PreviewState::Started(self.started(owner, *id).await?))
    }

    /// Starts the portfolio of a preview, or the next attempt of the portfolio that it corrects,
    /// unless a question is open. If it has already been started, returns the same run.
    ///
    /// # Errors
    /// Returns a store error if the user has reached a quota or the store fails.
    pub async fn start(&self, open: Box<OpenPreview>) -> Result<StartOutcome, PreviewError> {
        let OpenPreview { preview, checked } = open.as_ref();
        let (name, cash) = (validate_name(&preview.entries.name), checked.cash(&preview.entries.cash));
        let (Ok(name), Ok(cash), Some(positions)) = (name, cash, checked.content.finished_positions(&self.rules()))
        else {
            return Ok(StartOutcome::Unanswered(open));
        };
        let (owner, preview_id, now_ms) = (preview.owner.clone(), preview.id, clock::now_ms());
        let layout = self.layout_to_remember(&open).await?;
        let run = if let Some(portfolio_id) = preview.corrects {
            let owner = owner.clone();
            let correction = Correction { owner, portfolio_id, preview_id, name, cash, positions, now_ms };
            self.setups.correct(&correction).await?
        } else {
            let new = NewPortfolio {
                id: Uuid::new_v4(),
                owner: owner.clone(),
                name,
                cash,
                positions,
                created_ms: now_ms,
                form_key: None,
                file: FileSource::Preview(preview_id),
            };
            self.setups.create(new).await?
        };
        if let Some((key, layout)) = layout
            && let Err(error) = self.setups.store().save_layout(&owner, &key, &layout).await
        {
            // The portfolio has started, and the next file can be mapped again.
            tracing::warn!(?error, "layout not remembered");
        }
        Ok(StartOutcome::Started(self.started_portfolio(run).await?))
    }

    /// Starts a portfolio from a file that has no open question.
    ///
    /// # Errors
    /// Returns a store error if the user has reached a quota or the store fails.
    pub async fn start_file(
        &self,
        user: &str,
        file: UploadedFile,
        checked: &CheckedFile,
        form: &ValidForm,
    ) -> Result<StartedPortfolio, PreviewError> {
        let positions = checked.content.finished_positions(&self.rules());
        let positions = positions.ok_or_else(|| PreviewError::Internal("a question is open".to_owned()))?;
        let ValidForm { name, cash, token } = form.clone();
        let form_key = token.map(|token| form_key(token, &name, cash, &positions));
        let file = FileSource::Upload(self.compress(file).await?);
        let (id, owner, created_ms) = (Uuid::new_v4(), user.to_owned(), clock::now_ms());
        let new = NewPortfolio { id, owner, name: name.clone(), cash, positions, created_ms, form_key, file };
        let run = self.setups.create(new).await?;
        Ok(StartedPortfolio { run, name })
    }

    /// Starts the sample portfolio.
    ///
    /// # Errors
    /// Returns a store error if the user has reached a quota or the store fails.
    pub async fn start_sample(&self, user: &str, token: Option<Uuid>) -> Result<StartedPortfolio, PreviewError> {
        let bytes: Arc<Vec<u8>> = Arc::new(sample_csv().into());
        let checked = self.read_without_layout(user, bytes.clone()).await?;
        let file = UploadedFile { name: "sample-portfolio.csv".to_owned(), bytes };
        let form = ValidForm { name: SAMPLE_NAME.to_owned(), cash: SAMPLE_CASH, token };
        self.start_file(user, file, &checked, &form).await
    }

    /// Returns the rules for a file that is uploaded now.
    fn rules(&self) -> UploadRules {
        let last_price_date = self.setups.market_data().facts().dates.map(|(_, last)| last);
        UploadRules { today: chrono::Utc::now().date_naive(), last_price_date }
    }

    async fn stored(&self, user: &str, id: Uuid) -> StoreResult<Option<Preview>> {
        self.setups.store().preview(user, id, clock::now_ms() - LIFETIME_MS).await
    }

    async fn started(&self, user: &str, id: Uuid) -> StoreResult<AcceptedRun> {
        self.setups.store().run_of_preview(user, id).await?.ok_or(StoreError::NotFound)
    }

    /// Returns the portfolio that a run belongs to. Its name is read from the store, because an
    /// earlier start of the preview may have given it another one.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio has been deleted.
    pub async fn started_portfolio(&self, run: AcceptedRun) -> StoreResult<StartedPortfolio> {
        let name = self.setups.portfolio(Viewer::Owner(&run.owner), run.portfolio_id).await?.name;
        Ok(StartedPortfolio { run, name })
    }

    async fn compress(&self, file: UploadedFile) -> Result<StoredFile, PreviewError> {
        let compressed = self.setups.computing().run(move || StoredFile::compress(file.name, &file.bytes)).await;
        compressed.map_err(|error| PreviewError::Internal(error.to_string()))
    }

    async fn read_preview(&self, preview: Preview) -> Result<OpenPreview, PreviewError> {
        let bytes = self.bytes(&preview).await?;
        let checked = self.read(&preview.owner, bytes, &preview.entries.changes).await?;
        Ok(OpenPreview { preview, checked })
    }

    async fn bytes(&self, preview: &Preview) -> Result<Arc<Vec<u8>>, PreviewError> {
        let file = preview.file.clone();
        let bytes = self.setups.computing().run(move || file.decompress()).await;
        let bytes = bytes.map_err(|error| PreviewError::Internal(error.to_string()))?;
        Ok(Arc::new(bytes.map_err(|error| PreviewError::Internal(error.to_string()))?))
    }
}

/// The valid fields of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidForm {
    pub name: String,
    pub cash: f64,
    /// The one-time token of the page's form.
    pub token: Option<Uuid>,
}

impl ValidForm {
    /// Validates the fields of a form.
    ///
    /// # Errors
    /// Returns the problems of all fields.
    pub fn new(name: &str, cash: &str, token: Option<Uuid>) -> Result<Self, Problems> {
        match (validate_name(name), parse_cash(cash)) {
            (Ok(name), Ok(cash)) => Ok(Self { name, cash, token }),
            (name, cash) => {
                let mut problems = Problems::default();
                name.err().into_iter().chain(cash.err()).for_each(|problem| problems.push(problem));
                Err(problems)
            }
        }
    }
}

/// Returns the problem of a form without a file.
pub fn no_file() -> Problem {
    let message = "There is no positions file; choose a CSV file, or download the template to start from.";
    Problem::in_field("csv_file", ProblemCode::Required, message)
}

fn check_size(changes: &Reading) -> Result<(), PreviewError> {
    let size = serde_json::to_vec(changes).map_err(|error| PreviewError::Internal(error.to_string()))?.len();
    if size > MAX_CHANGES { Err(PreviewError::TooManyChanges) } else { Ok(()) }
}

/// Hashes the one-time token of a form together with the form's content. Submitting a form twice
/// with the same content creates one portfolio; going back and submitting another file creates a
/// second one.
fn form_key(token: Uuid, name: &str, cash: f64, positions: &[Position]) -> String {
    let content = serde_json::json!([token, name, cash, positions]);
    hex(&Sha256::digest(content.to_string()))
}
