//! What a rule may look at besides its own fact.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use crate::{Attribute, Catalog, Id, Kind, Options};

pub(crate) struct World<'a> {
    /// Before, with the renames done.
    pub from: &'a Catalog,
    pub to: &'a Catalog,
    pub options: &'a Options,
    /// Dropped and made anew, so that they hold no rows of their own and no one uses them.
    pub rebuilt: BTreeSet<Id>,
    /// The tables that have a constraint of a name, by schema and name.
    constraints: OnceCell<HashMap<[String; 2], BTreeSet<String>>>,
}

impl<'a> World<'a> {
    pub fn new(from: &'a Catalog, to: &'a Catalog, options: &'a Options) -> World<'a> {
        World { from, to, options, rebuilt: BTreeSet::new(), constraints: OnceCell::new() }
    }

    /// Whether another table of the schema has a constraint of this name: then PostgreSQL would not
    /// give it by itself, as the names that it makes are different throughout a schema.
    pub fn is_taken(&self, name: &str, column: &Id) -> bool {
        let tables = self.constraints.get_or_init(|| {
            let mut tables: HashMap<[String; 2], BTreeSet<String>> = HashMap::new();
            for catalog in [self.from, self.to] {
                let columns = catalog.of_kind(Kind::Column);
                let of_columns =
                    columns.filter_map(|c| Some((&c.id, c.get(Attribute::NotNullName)?)));
                let others = catalog.of_kind(Kind::Constraint).map(|c| (&c.id, c.id.name()));
                for (id, name) in of_columns.chain(others) {
                    let key = [id.path[0].clone(), name.to_owned()];
                    tables.entry(key).or_default().insert(id.path[1].clone());
                }
            }
            tables
        });
        let tables = tables.get(&[column.path[0].clone(), name.to_owned()]);
        tables.is_some_and(|tables| tables.iter().any(|table| *table != column.path[1]))
    }

    /// Whether the relation is made by this plan: nobody uses it yet, and it has no rows.
    pub fn is_new_relation(&self, path: &[String]) -> bool {
        self.from.relation(path).is_none_or(|relation| self.rebuilt.contains(&relation.id))
    }

    /// Whether it is a table with rows of its own or of its partitions; a foreign one's are
    /// elsewhere.
    pub fn holds_rows(&self, path: &[String]) -> bool {
        self.to.holds(&Id { kind: Kind::Table, path: path[..2].to_vec() })
    }

    /// Whether an index or constraint of the table is to have the mark, such as `clustered`.
    pub fn is_marked(&self, table: &str, mark: Attribute) -> bool {
        let path = crate::name::parse(table);
        self.to.parts(Kind::Constraint, &path).iter().any(|part| part.is(mark))
            || self
                .to
                .of_kind(Kind::Index)
                .any(|index| index.is(mark) && index.text(Attribute::Table) == table)
    }

    pub fn is_new_type(&self, path: &[String]) -> bool {
        let id = Id { kind: Kind::Domain, path: path.to_vec() };
        !self.from.holds(&id) || self.rebuilt.contains(&id)
    }

    /// A sequence that goes with a column has its table's owner and no other.
    pub fn follows_its_table(&self, id: &Id) -> bool {
        id.kind == Kind::Sequence
            && self.to.holds(&Id { kind: Kind::SequenceOwner, path: id.path.clone() })
    }

    /// Whether columns of tables hold values of the type.
    pub fn is_held_by_columns(&self, id: &Id) -> bool {
        self.from.of_kind(Kind::Column).any(|column| column.depends_on.contains(id))
    }

    /// Whether partitions or heirs hang below a table, before or after.
    pub fn has_children(&self, path: &[String]) -> bool {
        [self.from, self.to].iter().any(|catalog| catalog.children(path).next().is_some())
    }

    /// What an object has by the default privileges of the database as soon as it is made by the
    /// user who reads the catalogs.
    pub fn granted_by_default(&self, id: &Id) -> Option<String> {
        if !self.options.grants {
            return None;
        }
        let kind = match id.kind {
            Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => "TABLES",
            Kind::Sequence => "SEQUENCES",
            Kind::Function | Kind::Procedure | Kind::Aggregate => "FUNCTIONS",
            kind if kind.is_type() => "TYPES",
            Kind::Schema => "SCHEMAS",
            _ => return None,
        };
        let grants: Vec<&str> = ["", id.schema().unwrap_or_default()]
            .into_iter()
            .filter_map(|schema| {
                let path = [self.from.user.as_str(), schema, kind];
                self.from.get(&Id::new(Kind::DefaultPrivileges, path))?.get(Attribute::Grants)
            })
            .collect();
        (!grants.is_empty()).then(|| grants.join(","))
    }
}
