//! Who is who among the users: second entries, survivors, and who keeps an address.

use super::calendar::{Date, Moment};
use super::dice::{Dice, Purpose, Roll};
use super::rates::{Defect, Rates};
use super::words::{DOMAINS, Names};

/// All users, as few bytes each: orders name them by any of their rows.
pub struct People {
    users: Vec<Person>,
}

/// What must be known of a user to know the fate of others. Keys are row numbers from 1; 0 is none.
#[derive(Clone, Copy, Default)]
struct Person {
    /// The first entry of the same person, whose e-mail address they all have.
    first_entry: u32,
    /// Of the person, kept at the first entry: the row that stays.
    survivor: u32,
    /// Of the person, kept at the first entry: the row that keeps their common address.
    address_keeper: u32,
    identity: Identity,
}

/// A person's name and mail domain, as indexes.
#[derive(Clone, Copy, Default)]
pub struct Identity {
    first: u16,
    last: u16,
    domain: u8,
}

/// What decides a user's fate, rolled before anything is written, so that it can be rolled again
/// when the row is.
#[derive(Clone, Copy)]
pub struct Plan {
    pub defect: Option<Defect>,
    pub faulty: bool,
    /// The row that this one is a second entry of.
    copy_of: u32,
    /// A second entry with an address of its own.
    pub own_address: bool,
    pub registered: Date,
}

impl Plan {
    pub fn roll(roll: &mut Roll, number: u32, rates: Rates) -> Plan {
        let mut defect = rates.user(roll);
        if defect == Some(Defect::Copy) && number == 1 {
            defect = None;
        }
        let copy = defect == Some(Defect::Copy);
        let copy_of = if copy { 1 + roll.below(number - 1) } else { 0 };
        let faulty = defect == Some(Defect::Fault) || copy && rates.faulty_copy(roll);
        let own_address = copy && roll.below(2) == 0;
        Plan { defect, faulty, copy_of, own_address, registered: Date::roll(roll) }
    }
}

impl People {
    pub fn new(count: u32, dice: &Dice, seed: u64, names: &Names, rates: Rates) -> People {
        let identities = Dice::new(seed, Purpose::Person);
        let mut users = vec![Person::default(); count as usize + 1];
        let mut latest = vec![None::<Moment>; count as usize + 1];
        for number in 1..=count {
            let plan = Plan::roll(&mut dice.row(u64::from(number)), number, rates);
            let first = match plan.copy_of {
                0 => number,
                copied => users[copied as usize].first_entry,
            };
            users[number as usize].first_entry = first;
            if first == number {
                users[number as usize].identity =
                    Identity::roll(&mut identities.row(u64::from(number)), names);
            }
            if plan.faulty {
                continue;
            }
            // The latest entry survives; of equally late ones, the one with the smaller key.
            let moment = Some(plan.registered.moment());
            let person = &mut users[first as usize];
            if moment > latest[first as usize] {
                latest[first as usize] = moment;
                person.survivor = number;
            }
            if !plan.own_address && person.address_keeper == 0 {
                person.address_keeper = number;
            }
        }
        People { users }
    }

    pub fn count(&self) -> u32 {
        (self.users.len() - 1) as u32
    }

    pub fn first_entry(&self, number: u32) -> u32 {
        self.users[number as usize].first_entry
    }

    /// The row into which all entries of this person merge; none if all are quarantined.
    pub fn survivor(&self, number: u32) -> Option<u32> {
        let person = self.users[self.first_entry(number) as usize];
        (person.survivor != 0).then_some(person.survivor)
    }

    /// Whether this row keeps the address that all entries of its person share.
    pub fn keeps_address(&self, number: u32) -> bool {
        self.users[self.first_entry(number) as usize].address_keeper == number
    }

    pub fn identity(&self, number: u32) -> Identity {
        self.users[self.first_entry(number) as usize].identity
    }
}

impl Identity {
    fn roll(roll: &mut Roll, names: &Names) -> Identity {
        Identity {
            first: roll.below(names.first.len() as u32) as u16,
            last: roll.below(names.last.len() as u32) as u16,
            domain: roll.below(DOMAINS.len() as u32) as u8,
        }
    }

    pub fn full_name(self, names: &Names, out: &mut String) {
        out.clear();
        out.push_str(names.first[usize::from(self.first)]);
        out.push(' ');
        out.push_str(names.last[usize::from(self.last)]);
    }

    /// The clean address: name, then the number of the person's first entry, which makes it theirs
    /// alone.
    pub fn email(self, names: &Names, first_entry: u32, out: &mut String) {
        let letters = |name: &'static str| {
            name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase())
        };
        out.clear();
        out.extend(letters(names.first[usize::from(self.first)]));
        out.push('.');
        out.extend(letters(names.last[usize::from(self.last)]));
        std::fmt::Write::write_fmt(out, format_args!("{first_entry}@"))
            .expect("memory takes all text");
        out.push_str(DOMAINS[usize::from(self.domain)]);
    }
}
