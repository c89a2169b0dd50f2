//! Where pg_depend finds a fact: catalog, row and sub-object. Known only while reading.

use std::rc::Rc;

use postgres::Row;
use rustc_hash::FxHashMap;

use crate::Id;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub class: u32,
    pub oid: u32,
    pub sub: i32,
}

impl Address {
    /// From three columns of a row, the first of which is the `first`-th.
    pub fn from(row: &Row, first: usize) -> Address {
        Address { class: row.get(first), oid: row.get(first + 1), sub: row.get(first + 2) }
    }

    fn whole(self) -> Address {
        Address { sub: 0, ..self }
    }
}

#[derive(Default)]
pub struct Addresses {
    of: FxHashMap<Address, Rc<Id>>,
    aliases: FxHashMap<Address, Rc<Id>>,
}

impl Addresses {
    pub fn insert(&mut self, address: Address, id: Rc<Id>) {
        self.of.insert(address, id);
    }

    /// Makes one address stand for what is known at another, such as a table's row type for the
    /// table; without effect where that is unknown or the first is a fact itself.
    pub fn alias(&mut self, address: Address, of: Address) {
        if let Some(id) = self.find(of).cloned() {
            self.aliases.entry(address).or_insert(id);
        }
    }

    /// The fact at an address, or the one that holds it whole, such as the view of a column.
    pub fn find(&self, address: Address) -> Option<&Rc<Id>> {
        [address, address.whole()]
            .into_iter()
            .find_map(|address| self.at(address).or_else(|| self.aliases.get(&address)))
    }

    /// The fact that has exactly this address itself.
    pub fn at(&self, address: Address) -> Option<&Rc<Id>> {
        self.of.get(&address)
    }
}
