//! Chance that does not depend on who asks first: one generator per row position.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a generator is for. Each has its own key, so that a row of one table says nothing about
/// the row with the same number in another.
#[derive(Clone, Copy)]
pub enum Purpose {
    User = 1,
    Address = 2,
    Product = 3,
    Order = 4,
    Person = 5,
    ProductSpelling = 6,
}

/// The generators of all rows of one table: the seed makes the key, the row number the stream.
pub struct Dice {
    key: ChaCha8Rng,
}

impl Dice {
    pub fn new(seed: u64, purpose: Purpose) -> Dice {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = purpose as u8;
        Dice { key: ChaCha8Rng::from_seed(key) }
    }

    pub fn row(&self, number: u64) -> Roll {
        let mut generator = self.key.clone();
        generator.set_stream(number);
        Roll(generator)
    }
}

/// One row's generator.
pub struct Roll(ChaCha8Rng);

impl Roll {
    /// A whole number from 0 to `limit` - 1; 0 where there is none.
    pub fn below(&mut self, limit: u32) -> u32 {
        let product = u64::from(self.0.next_u32()) * u64::from(limit);
        (product >> 32) as u32
    }

    /// True for this share of rows.
    pub fn chance(&mut self, rate: f64) -> bool {
        f64::from(self.0.next_u32()) < rate * 4_294_967_296.0
    }

    /// # Panics
    /// The list is empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    /// Picks by weight.
    ///
    /// # Panics
    /// The list is empty.
    pub fn weigh<T: Copy>(&mut self, list: &[(u32, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in list {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        list[list.len() - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Purpose};

    #[test]
    fn a_row_depends_on_seed_purpose_and_number_only() {
        let throw = |seed, purpose, number| Dice::new(seed, purpose).row(number).below(1 << 31);
        assert_eq!(throw(1, Purpose::User, 7), throw(1, Purpose::User, 7));
        assert_ne!(throw(1, Purpose::User, 7), throw(2, Purpose::User, 7));
        assert_ne!(throw(1, Purpose::User, 7), throw(1, Purpose::Order, 7));
        assert_ne!(throw(1, Purpose::User, 7), throw(1, Purpose::User, 8));
    }

    #[test]
    fn weights_are_kept_roughly() {
        let dice = Dice::new(3, Purpose::Order);
        let heavy =
            (0..10_000).filter(|row| dice.row(*row).weigh(&[(9, true), (1, false)])).count();
        assert!((8_800..9_200).contains(&heavy), "{heavy}");
    }
}
