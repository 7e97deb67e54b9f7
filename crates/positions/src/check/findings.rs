//! Groups problems by kind.

use std::collections::{BTreeMap, HashMap};

use crate::{
    content::{MAX_OCCURRENCES, Occurrence, ProblemGroup, Repair},
    problem::{Problem, ProblemCode},
};

/// Problems, grouped by code and column in the order of their first occurrence.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    groups: Vec<ProblemGroup>,
    indexes: HashMap<(ProblemCode, Option<String>), usize>,
    repairs: BTreeMap<(ProblemCode, Option<String>), Vec<Repair>>,
}

impl Findings {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        let key = (problem.code, problem.column);
        let index = match self.indexes.get(&key) {
            Some(index) => *index,
            None => {
                self.groups.push(ProblemGroup {
                    code: key.0,
                    column: key.1.clone(),
                    count: 0,
                    message: problem.message.clone(),
                    examples: Vec::new(),
                    repair: None,
                    other_repairs: Vec::new(),
                });
                self.indexes.insert(key, self.groups.len() - 1);
                self.groups.len() - 1
            }
        };
        let group = &mut self.groups[index];
        group.count += 1;
        if group.examples.len() < MAX_OCCURRENCES {
            group.examples.push(Occurrence { row: problem.row, message: problem.message });
        }
    }

    /// Adds a repair for all problems of a code in a column. The first one offered is shown first.
    /// Without an offer, the group gets the usual repair of its code.
    pub fn offer(&mut self, code: ProblemCode, column: Option<&str>, repair: Repair) {
        self.repairs.entry((code, column.map(str::to_owned))).or_default().push(repair);
    }

    /// Returns whether no problem was added.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Returns one entry per kind of problem.
    pub(super) fn into_groups(mut self) -> Vec<ProblemGroup> {
        for group in &mut self.groups {
            let mut repairs = self.repairs.remove(&(group.code, group.column.clone())).unwrap_or_default().into_iter();
            group.repair = repairs.next();
            group.other_repairs = repairs.collect();
        }
        self.groups
    }
}
