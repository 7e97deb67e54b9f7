//! The one-step reading of a file: positions, or the problems that keep it from being read.

use super::{
    content::FileContent,
    position::Position,
    problem::{Problem, Problems, Warning},
    read::read_file,
    reading::Reading,
    upload_rules::UploadRules,
};

/// Maximum number of rows in a file, not counting the header.
pub const MAX_ROWS: usize = 10_000;

/// The content of a file that can start without a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// All positions in the order of the file; never empty.
    pub positions: Vec<Position>,
    pub warnings: Vec<Warning>,
}

/// Reads a file as far as it can be understood without asking.
///
/// # Errors
/// Returns all problems and open questions of the file.
pub fn parse_positions(bytes: &[u8], rules: &UploadRules) -> Result<Parsed, Problems> {
    let content = read_file(bytes, &Reading::default(), rules)?;
    let Some(positions) = content.finished_positions(rules) else {
        return Err(content.listed_problems());
    };
    let warnings = content
        .warnings
        .into_iter()
        .map(|warning| Warning { column: warning.column, message: warning.message })
        .collect();
    Ok(Parsed { positions, warnings })
}

impl FileContent {
    /// Lists the problems one by one, in the order of the file. Problems beyond those that were
    /// kept are only counted.
    pub fn listed_problems(&self) -> Problems {
        let mut listed: Vec<Problem> = Vec::new();
        for group in &self.problems {
            let problem = |row, message: &str| Problem {
                row,
                column: group.column.clone(),
                code: group.code,
                message: message.to_owned(),
            };
            listed.extend(group.examples.iter().map(|example| problem(example.row, &example.message)));
            if group.examples.is_empty() && group.count > 0 {
                listed.push(problem(None, &group.message));
            }
        }
        listed.sort_by_key(|problem| problem.row);
        let mut problems = Problems::default();
        for problem in listed {
            problems.push(problem);
        }
        for group in &self.problems {
            problems.count(group.code, group.count.saturating_sub(group.examples.len().max(1)));
        }
        problems
    }
}
