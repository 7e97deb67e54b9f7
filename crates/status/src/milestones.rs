//! Which items of a long, regular phase deserve a line in the log.

/// Whether item `number` (from 1) of `total` is shown: every 5th, the milestones 1, 50, 100, 150, 200, 250,
/// and the last. The others are kept as debug entries.
pub fn is_milestone(number: usize, total: usize) -> bool {
    number == 1 || number == total || number.is_multiple_of(5)
}

#[cfg(test)]
mod tests {
    use super::is_milestone;

    #[test]
    fn the_first_every_fifth_and_the_last_are_shown() {
        let shown: Vec<_> = (1..=12).filter(|&number| is_milestone(number, 12)).collect();
        assert_eq!(shown, [1, 5, 10, 12]);
    }

    #[test]
    fn the_named_milestones_are_among_them() {
        assert!([1, 50, 100, 150, 200, 250, 254].into_iter().all(|number| is_milestone(number, 254)));
    }
}
