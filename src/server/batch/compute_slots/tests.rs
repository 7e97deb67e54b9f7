use futures::FutureExt;
use uuid::Uuid;

use super::{ComputeSlot, ComputeSlots, Control};
use crate::server::tracker::{RunIdentity, RunState, Tracker};

fn claim(slots: &ComputeSlots, run_id: i64, priority: u32) -> ComputeSlot {
    claim_for(slots, run_id, priority, "", 1)
}

fn claim_for(slots: &ComputeSlots, run_id: i64, priority: u32, owner: &str, positions_total: u64) -> ComputeSlot {
    let identity = RunIdentity {
        portfolio_id: Uuid::new_v4(),
        owner: owner.to_owned(),
        portfolio_name: String::new(),
        attempt: 1,
        positions_total,
        data_notice: None,
    };
    let mut slot = slots.claim(run_id, priority, Tracker::default().insert(RunState::new(identity, 0)));
    slot.join();
    slot
}

fn queue_positions(slots: &[&ComputeSlot]) -> Vec<Option<u32>> {
    slots.iter().map(|slot| slot.live.read(|state| state.queue_position)).collect()
}

#[test]
fn ranks_only_run_before_third_of_other_user() {
    let slots = ComputeSlots::new(1);
    let (working, second, third) = (claim(&slots, 1, 10), claim(&slots, 2, 9), claim(&slots, 3, 8));
    let only = claim(&slots, 4, 10);
    assert_eq!(queue_positions(&[&working, &only, &second, &third]), [None, Some(1), Some(2), Some(3)]);
}

#[test]
fn grants_free_slot_to_first_in_line() {
    let slots = ComputeSlots::new(1);
    let (working, first, second) = (claim(&slots, 1, 1), claim(&slots, 2, 1), claim(&slots, 3, 1));
    drop(working);
    assert!(!first.is_waiting());
    assert_eq!(queue_positions(&[&first, &second]), [None, Some(1)]);
}

#[test]
fn keeps_slot_when_waiting_run_leaves() {
    let slots = ComputeSlots::new(1);
    let (working, leaving, last) = (claim(&slots, 1, 1), claim(&slots, 2, 1), claim(&slots, 3, 1));
    drop(leaving);
    assert!(last.is_waiting());
    drop(working);
    assert!(!last.is_waiting());
}

#[test]
fn reserves_slot_next_to_large_runs() {
    let slots = ComputeSlots::new(2);
    let first = claim_for(&slots, 1, 10, "greedy", 5_000);
    let second = claim_for(&slots, 2, 9, "greedy", 5_000);
    assert!(!first.is_waiting() && second.is_waiting());
    // Neither small runs of the same user nor runs of other users wait behind the second large run.
    let small = claim_for(&slots, 3, 8, "greedy", 10);
    assert!(!small.is_waiting());
    let other = claim_for(&slots, 4, 10, "other", 5_000);
    drop(small);
    assert!(!other.is_waiting() && second.is_waiting());
    drop(other);
    assert!(second.is_waiting());
    drop(first);
    assert!(!second.is_waiting());
}

#[test]
fn grants_single_slot_to_large_run() {
    let slots = ComputeSlots::new(1);
    assert!(!claim_for(&slots, 1, 10, "greedy", 5_000).is_waiting());
}

#[tokio::test]
async fn stops_waiting_when_run_is_cancelled() {
    let slots = ComputeSlots::new(1);
    let _working = claim(&slots, 1, 1);
    let mut waiting = claim(&slots, 2, 1);
    let control = Control::default();
    control.cancel();
    assert!(waiting.ready(&control).await.is_err());
}

/// Returns whether a future is still pending after one poll.
fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    std::pin::pin!(future).now_or_never().is_none()
}

#[tokio::test]
async fn separates_suspect_from_fresh_runs() {
    let slots = ComputeSlots::new(3);
    let (mut fresh, mut suspect) = (claim(&slots, 1, 1), claim(&slots, 2, 1));
    let control = Control::default();
    fresh.compute_shared(&control).await.unwrap();
    assert!(is_pending(suspect.compute_alone(&control)), "the fresh run may be the one that kills the server");
    fresh.phase_ended();
    suspect.compute_alone(&control).await.unwrap();
    suspect.compute_shared(&control).await.unwrap();
    assert!(is_pending(fresh.compute_shared(&control)), "no other run computes at the same time");
    suspect.exclusive().release();
    fresh.compute_shared(&control).await.unwrap();
}
