//! Identifiers that look random and are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Hands out tickets; no two are alike within one simulator.
#[derive(Debug, Default)]
pub(crate) struct Tickets(AtomicU64);

/// One number to write in several ways.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket(u64);

impl Tickets {
    pub(crate) fn next(&self) -> Ticket {
        Ticket(self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }
}

impl Ticket {
    /// 13 letters and digits.
    pub(crate) fn short(self) -> String {
        self.letters::<13>(0)
    }

    /// 44 letters and digits.
    pub(crate) fn long(self) -> String {
        self.letters::<44>(1)
    }

    fn letters<const N: usize>(self, stream: u64) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut text = String::with_capacity(N);
        let mut word = 0;
        for place in 0..N as u64 {
            if place % 12 == 0 {
                word = scramble(self.0 ^ (stream << 56) ^ (place << 48));
            }
            let letter = ALPHABET.get((word & 31) as usize).copied().unwrap_or(b'a');
            text.push(char::from(letter));
            word >>= 5;
        }
        text
    }
}

/// The finalizer of `SplitMix64`: a bijection, so different numbers stay different.
pub(crate) fn scramble(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
