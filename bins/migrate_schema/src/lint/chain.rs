//! What earlier revisions of the same chain have made: nobody reads or writes it yet, so no lock on
//! it is in anybody's way, and it holds no row that could be lost.

use squawk_syntax::ast::{self, AstNode};

use super::names::{Name, touched};

#[derive(Debug, Default)]
pub struct Chain {
    /// Tables, views and indexes, which share their names, and schemas.
    new: Vec<Name>,
    /// Tables of which some constraint was validated, as SET NOT NULL wants it.
    validated: Vec<Name>,
}

impl Chain {
    /// Whether all that the statement touches is new. What names nothing is not.
    pub fn is_new(&self, statement: &ast::Stmt) -> bool {
        let touched = touched(statement);
        !touched.is_empty() && touched.iter().all(|name| self.holds(name))
    }

    pub fn is_validated(&self, statement: &ast::Stmt) -> bool {
        let found = |name: &Name| self.validated.iter().any(|table| table.may_be(name));
        touched(statement).iter().any(found)
    }

    /// Takes note of what the statement makes, renames and drops. IF NOT EXISTS may find what is
    /// old and in use.
    pub fn follow(&mut self, statement: &ast::Stmt) {
        use ast::Stmt;
        match statement {
            Stmt::CreateTable(create) if create.if_not_exists().is_none() => {
                self.add(create.table_name().map(|name| Name::of(name.syntax())));
            }
            Stmt::CreateTableAs(create) if create.if_not_exists().is_none() => {
                self.add(create.table_name().map(|name| Name::of(name.syntax())));
            }
            Stmt::SelectInto(select) => {
                let name = select.into_clause().and_then(|into| into.table_name());
                self.add(name.map(|name| Name::of(name.syntax())));
            }
            Stmt::CreateMaterializedView(create) if create.if_not_exists().is_none() => {
                self.add(create.view().map(|view| Name::of(view.syntax())));
            }
            Stmt::CreateSchema(create) if create.if_not_exists().is_none() => {
                self.add(create.schema_name().map(|name| Name::of(&name)));
            }
            // An index is made in the schema of its table; on an old table it is no new thing.
            Stmt::CreateIndex(create) if self.is_new(statement) => {
                let name = create.index().map(|index| Name::of(index.syntax()));
                let table = touched(statement);
                self.add(name.zip(table.first()).map(|(name, table)| name.beside(table)));
            }
            Stmt::AlterTable(alter) => self.alter(statement, alter),
            Stmt::DropTable(_) | Stmt::DropIndex(_) | Stmt::DropMaterializedView(_) => {
                for gone in touched(statement) {
                    self.new.retain(|name| !name.may_be(&gone));
                }
            }
            _ => {}
        }
    }

    fn alter(&mut self, statement: &ast::Stmt, alter: &ast::AlterTable) {
        let Some(table) = touched(statement).into_iter().next() else { return };
        for action in alter.actions() {
            match action {
                ast::AlterTableAction::ValidateConstraint(_) => self.validated.push(table.clone()),
                ast::AlterTableAction::TableRenameTo(rename) if self.holds(&table) => {
                    let name = rename.table_name().map(|name| Name::of(name.syntax()));
                    self.new.retain(|name| !name.may_be(&table));
                    self.add(name.map(|name| name.beside(&table)));
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, name: Option<Name>) {
        self.new.extend(name);
    }

    fn holds(&self, name: &Name) -> bool {
        self.new.iter().any(|new| new.may_be(name))
    }
}
