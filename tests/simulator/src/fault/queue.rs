//! Which request a fault is for.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Act, Fault};
use crate::api::Operation;

/// The faults of a world in their order.
#[derive(Debug)]
pub(crate) struct Faults(VecDeque<(Arc<Fault>, u32)>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let faults = faults.into_iter().map(|fault| (fault.times, fault));
        Self(
            faults
                .map(|(times, fault)| (Arc::new(fault), times))
                .collect(),
        )
    }

    /// The first fault that fits a request.
    pub(crate) fn next(&mut self, operation: Option<Operation>) -> Option<Arc<Fault>> {
        let mut faults = self.0.iter();
        let place = faults.position(|(fault, _)| fault.fits(operation))?;
        self.take(place)
    }

    /// Whether the next request is cut before anything is known of it.
    pub(crate) fn cuts_before_read(&mut self) -> bool {
        let mut faults = self.0.iter();
        let Some(place) = faults.position(|(fault, _)| fault.on.is_none()) else {
            return false;
        };
        let cuts = self
            .0
            .get(place)
            .is_some_and(|(fault, _)| matches!(fault.act, Act::CutBeforeRead));
        cuts && self.take(place).is_some()
    }

    fn take(&mut self, place: usize) -> Option<Arc<Fault>> {
        let (fault, times) = self.0.get_mut(place)?;
        *times -= 1;
        let (fault, over) = (fault.clone(), *times == 0);
        if over {
            self.0.remove(place);
        }
        Some(fault)
    }
}
