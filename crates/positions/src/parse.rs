//! The one-step reading of a file: positions, or the problems that keep it from being read.

use super::{
    content::FileContent,
    position::Position,
    problem::{Problem, ProblemCode, Problems, Warning},
    read::read_file,
    reading::Reading,
    row::UploadRules,
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
        return Err(problems(&content));
    };
    let warnings = content
        .warnings
        .into_iter()
        .map(|warning| Warning { column: warning.column, message: warning.message })
        .collect();
    Ok(Parsed { positions, warnings })
}

/// Lists the problems of a file one by one.
fn problems(content: &FileContent) -> Problems {
    let mut listed: Vec<Problem> = Vec::new();
    let mut unlisted: Vec<(ProblemCode, usize)> = Vec::new();
    for group in &content.problems {
        listed.extend(group.examples.iter().map(|example| Problem {
            row: example.row,
            column: group.column.clone(),
            code: group.code,
            message: example.message.clone(),
        }));
        unlisted.push((group.code, group.count.saturating_sub(group.examples.len())));
    }
    listed.sort_by_key(|problem| problem.row);
    let mut problems = Problems::default();
    for problem in listed {
        problems.push(problem);
    }
    for (code, count) in unlisted {
        problems.count(code, count);
    }
    if problems.is_empty() {
        let message = "The file has no positions; add a row for each below the header row.";
        problems.push(Problem::in_file(ProblemCode::EmptyFile, message));
    }
    problems
}
