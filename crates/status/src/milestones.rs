//! Decides which items of a long phase get a visible line in the log.

/// Returns whether item `number` (counted from 1) of `total` gets a visible log line. The first
/// item, every fifth item and the last item get one. All other items get a debug entry, which is
/// hidden.
pub fn is_milestone(number: usize, total: usize) -> bool {
    number == 1 || number == total || number.is_multiple_of(5)
}

#[cfg(test)]
mod tests {
    use super::is_milestone;

    #[test]
    fn shows_first_every_fifth_and_last() {
        let shown: Vec<_> = (1..=12).filter(|&number| is_milestone(number, 12)).collect();
        assert_eq!(shown, [1, 5, 10, 12]);
    }

    #[test]
    fn shows_named_milestones() {
        assert!([1, 50, 100, 150, 200, 250, 254].into_iter().all(|number| is_milestone(number, 254)));
    }
}
