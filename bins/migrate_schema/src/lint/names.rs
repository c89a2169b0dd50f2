//! Names of relations in a statement, as the server folds them.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

/// `orders` or `shop.orders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    schema: Option<String>,
    name: String,
}

impl Name {
    /// Of a path such as `shop."Orders"`, or of a bare name.
    pub fn of(path: &SyntaxNode) -> Name {
        let is_segment = |node: &SyntaxNode| {
            matches!(node.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF)
        };
        let nodes = path.descendants().filter(is_segment);
        let mut segments: Vec<String> = nodes.map(|node| ast::normalize_name_node(&node)).collect();
        let name = segments.pop().unwrap_or_else(|| ast::normalize_name_node(path));
        Name { schema: segments.pop(), name }
    }

    /// A name without a schema may mean one with it: `search_path` is not known here.
    pub fn may_be(&self, other: &Name) -> bool {
        let schemas = self.schema.as_ref().zip(other.schema.as_ref());
        self.name == other.name && schemas.is_none_or(|(own, other)| own == other)
    }

    /// The name in the schema of another.
    pub fn beside(&self, other: &Name) -> Name {
        Name { schema: other.schema.clone(), name: self.name.clone() }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let schema = self.schema.iter().map(|schema| format!("{schema}."));
        write!(f, "{}{}", schema.collect::<String>(), self.name)
    }
}

/// What a statement does harm to, where a rule finds fault with it: tables, views, indexes.
pub fn touched(statement: &ast::Stmt) -> Vec<Name> {
    use ast::Stmt;
    let node = statement.syntax();
    match statement {
        // The others that they name, such as what a foreign key points to, come later.
        Stmt::AlterTable(_) | Stmt::CreateIndex(_) | Stmt::Cluster(_) => {
            tables(node).take(1).collect()
        }
        Stmt::DropIndex(drop) => drop.index_refs().map(|index| Name::of(index.syntax())).collect(),
        Stmt::DropSchema(drop) => drop.schema_refs().map(|name| Name::of(name.syntax())).collect(),
        Stmt::Reindex(_) => {
            let index = node.descendants().find_map(ast::IndexRef::cast);
            index.map(|index| Name::of(index.syntax())).into_iter().chain(tables(node)).collect()
        }
        Stmt::Refresh(_) | Stmt::DropMaterializedView(_) => {
            let views = node.descendants().filter_map(ast::ViewRef::cast);
            views.map(|view| Name::of(view.syntax())).collect()
        }
        Stmt::Update(_) | Stmt::Delete(_) => {
            let table = node.descendants().find_map(ast::RelationNameRef::cast);
            table.iter().map(|table| Name::of(table.syntax())).collect()
        }
        _ => tables(node).collect(),
    }
}

fn tables(node: &SyntaxNode) -> impl Iterator<Item = Name> {
    let found = node.descendants().filter_map(ast::TableNameRef::cast);
    found.map(|table| Name::of(table.syntax()))
}
