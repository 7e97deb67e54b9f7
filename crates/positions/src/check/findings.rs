//! Groups problems by kind: a person sees one sentence and one repair for 500 wrong dates.

use std::collections::{BTreeMap, BTreeSet};

use super::{repairs::usual_repairs, sentences};
use crate::{
    content::{FileContent, MAX_OCCURRENCES, Occurrence, ProblemGroup, Repair},
    problem::{Problem, ProblemCode},
    reading::Reading,
};

/// Problems, grouped by code and column in the order of their first occurrence.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    groups: Vec<Group>,
    indexes: BTreeMap<ProblemCode, Vec<usize>>,
    left_out: BTreeSet<u64>,
}

/// The problems of one code in one column.
#[derive(Debug)]
struct Group {
    code: ProblemCode,
    column: Option<String>,
    count: usize,
    examples: Vec<Occurrence>,
    message: Option<String>,
    repairs: Vec<Repair>,
    last_repairs: Vec<Repair>,
}

impl Findings {
    /// Creates an empty list that ignores problems of lines that the person leaves out.
    pub fn new(changes: &Reading) -> Self {
        Self { left_out: changes.left_out.clone(), ..Self::default() }
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        if problem.row.is_some_and(|row| self.left_out.contains(&row)) {
            return;
        }
        let group = self.group(problem.code, problem.column.as_deref());
        group.count += 1;
        if group.examples.len() < MAX_OCCURRENCES {
            group.examples.push(Occurrence { row: problem.row, message: problem.message });
        }
    }

    /// Adds a repair for all problems of a code in a column. The repair that is offered first is
    /// shown first, and the usual repairs of the code last. Where a reading has to be chosen, and
    /// for duplicates, offers replace the usual repairs.
    pub fn offer(&mut self, code: ProblemCode, column: Option<&str>, repair: Repair) {
        self.group(code, column).repairs.push(repair);
    }

    /// Adds a repair that is shown after the usual ones.
    pub fn offer_last(&mut self, code: ProblemCode, column: Option<&str>, repair: Repair) {
        self.group(code, column).last_repairs.push(repair);
    }

    /// Replaces the usual sentence about all problems of a code in a column.
    pub fn explain(&mut self, code: ProblemCode, column: Option<&str>, message: impl Into<String>) {
        self.group(code, column).message = Some(message.into());
    }

    /// Returns whether there is no problem.
    pub fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.count == 0)
    }

    /// Returns one entry per kind of problem.
    pub(super) fn into_groups(self, content: &FileContent) -> Vec<ProblemGroup> {
        let groups = self.groups.into_iter().filter(|group| group.count > 0);
        groups.map(|group| group.finish(content)).collect()
    }

    fn group(&mut self, code: ProblemCode, column: Option<&str>) -> &mut Group {
        let indexes = self.indexes.entry(code).or_default();
        let existing = indexes.iter().copied().find(|index| self.groups[*index].column.as_deref() == column);
        let index = existing.unwrap_or_else(|| {
            indexes.push(self.groups.len());
            self.groups.push(Group {
                code,
                column: column.map(str::to_owned),
                count: 0,
                examples: Vec::new(),
                message: None,
                repairs: Vec::new(),
                last_repairs: Vec::new(),
            });
            self.groups.len() - 1
        });
        &mut self.groups[index]
    }
}

impl Group {
    fn finish(self, content: &FileContent) -> ProblemGroup {
        let mut group = ProblemGroup {
            message: self.message.unwrap_or_else(|| {
                let first = self.examples.first().map_or("", |example| &example.message);
                sentences::of_group(self.code, self.column.as_deref(), self.count, first)
            }),
            code: self.code,
            column: self.column,
            count: self.count,
            examples: self.examples,
            repair: None,
            other_repairs: Vec::new(),
        };
        let mut repairs = self.repairs;
        if repairs.is_empty() || !is_choice(self.code) {
            let usual = usual_repairs(&group, content);
            repairs.extend(usual);
        }
        repairs.extend(self.last_repairs);
        let mut repairs = repairs.into_iter();
        group.repair = repairs.next();
        group.other_repairs = repairs.collect();
        group
    }
}

/// Returns whether offered repairs of a code replace the usual ones.
fn is_choice(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::AmbiguousDate | ProblemCode::AmbiguousNumber | ProblemCode::DuplicatePosition)
}
