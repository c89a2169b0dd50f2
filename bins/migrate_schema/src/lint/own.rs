//! Hazards that squawk has no rule for.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};

use super::words::{EVERY_ROW, REFRESH, REWRITE, TRUNCATE, Words};

/// Names of the rules, as people write them into `-- squawk-ignore`.
pub const NAMES: [&str; 4] = [REWRITE.0, TRUNCATE.0, EVERY_ROW.0, REFRESH.0];

/// What is dangerous in a statement, and where it begins and ends.
pub fn hazards(statement: &ast::Stmt) -> Vec<(&'static str, Words, Range<usize>)> {
    use ast::{AlterTableAction as Action, Stmt};
    let found = |(name, words): (&'static str, Words), node: &squawk_syntax::SyntaxNode| {
        vec![(name, words, super::find::range_of(node))]
    };
    match statement {
        Stmt::Vacuum(vacuum) if vacuum.is_full() => found(REWRITE, vacuum.syntax()),
        Stmt::Cluster(cluster) => found(REWRITE, cluster.syntax()),
        Stmt::Truncate(truncate) if truncate.drop_behavior().is_none() => {
            found(TRUNCATE, truncate.syntax())
        }
        Stmt::Update(update) if update.where_clause_or_current_of().is_none() => {
            found(EVERY_ROW, update.syntax())
        }
        Stmt::Delete(delete) if delete.where_clause_or_current_of().is_none() => {
            found(EVERY_ROW, delete.syntax())
        }
        Stmt::Refresh(refresh) if refresh.concurrently_token().is_none() => {
            found(REFRESH, refresh.syntax())
        }
        Stmt::AlterTable(alter) => {
            let rewrites = |action: &Action| {
                matches!(
                    action,
                    Action::SetLogged(_)
                        | Action::SetUnlogged(_)
                        | Action::SetTablespace(_)
                        | Action::SetAccessMethod(_)
                )
            };
            let actions = alter.actions().filter(rewrites);
            actions.flat_map(|action| found(REWRITE, action.syntax())).collect()
        }
        _ => Vec::new(),
    }
}
