//! Random edits of the model; each leaves a schema that PostgreSQL takes.

use super::model::{Column, Function, Index, Kind, Model, Table, View};

/// One edit: which, and numbers that choose what it is done to.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    pub what: u8,
    pub one: u16,
    pub two: u16,
}

/// How many kinds of edits there are.
pub const EDITS: u8 = 36;

impl Model {
    /// Does one edit; where there is nothing to do it to, nothing.
    pub fn edit(&mut self, edit: Edit) {
        let (one, two) = (usize::from(edit.one), usize::from(edit.two));
        match edit.what {
            0 | 1 => self.add_table(one, two),
            2 => self.drop_table(one),
            3..=5 => self.add_column(one, two),
            6 => self.drop_column(one, two),
            7 => self.on_table(one, |table, _, n| {
                let count = table.columns.len();
                // PostgreSQL changes no type of a partition key.
                if table.partitions.is_none() || two % count > 0 {
                    let column = &mut table.columns[two % count];
                    column.kind = match column.kind {
                        // Numbers and texts change among themselves.
                        Kind::Plain(kind @ 0..=3) => Kind::Plain((kind + 1 + n % 3) % 4),
                        Kind::Plain(kind @ 4..=5) => Kind::Plain(9 - kind),
                        ref other => other.clone(),
                    };
                }
            }),
            8 => self.on_column(one, two, |column, _| column.not_null = !column.not_null),
            9 => self.on_column(one, two, |column, _| column.default = !column.default),
            10 => self.on_column(one, two, |column, n| {
                column.comment = (n % 3 != 0).then(|| format!("comment {n}"));
            }),
            11 => self.on_table(one, |table, name, _| {
                let key = table.columns[0].name.clone();
                let referenced = table.key.is_some();
                table.key = (!referenced
                    && !matches!(table.columns[0].kind, Kind::Plain(8) | Kind::Generated(_)))
                .then_some(key);
                let _ = name;
            }),
            12 | 13 => self.add_index(one, two),
            14 => self.on_table(one, |table, _, _| {
                table.indexes.pop_first();
            }),
            15 => self.add_check(one, two),
            16 => self.on_table(one, |table, _, _| {
                table.checks.pop_first();
            }),
            17 => self.add_foreign_key(one, two),
            18 => self.on_table(one, |table, _, _| {
                table.foreign_keys.pop_first();
            }),
            19 => self.add_enum(one),
            20 => self.label(one, two),
            21 | 22 => self.add_view(one, two),
            23 => self.change_view(one, two),
            24 => self.drop_view(one),
            25 => self.add_function(one),
            26 => self.change_function(one, two),
            27 => self.on_table(one, |table, name, n| match n % 5 {
                0 => table.comment = Some(format!("table {n}")),
                1 => table.grant = Some(["SELECT", "SELECT, INSERT", "ALL"][n % 3].to_owned()),
                2 => table.grant = None,
                3 => {
                    table.unlogged =
                        !table.unlogged && table.foreign_keys.is_empty() && table.key.is_none();
                }
                _ => {
                    table.trigger = match table.trigger {
                        None => Some((format!("{name}_tick"), table.columns[0].name.clone())),
                        Some(_) => None,
                    }
                }
            }),
            28 => self.on_table(one, |table, _, n| {
                let column = table.columns[n % table.columns.len()].name.clone();
                table.policy = if table.policy.is_some() { None } else { Some(column) };
            }),
            29 => self.on_table(one, |table, _, n| {
                if let Some(parts) = &mut table.partitions {
                    *parts = 1 + n % 4;
                }
            }),
            30 | 31 => self.add_extra(one, two),
            32..=34 => self.change_extra(one, two),
            _ => self.drop_extra(one),
        }
        self.mend();
        self.mend_extras();
    }

    pub fn name(&mut self, prefix: &str) -> String {
        self.named += 1;
        format!("{prefix}{}", self.named)
    }

    fn on_table(&mut self, one: usize, edit: impl FnOnce(&mut Table, &str, usize)) {
        let count = self.tables.len().max(1);
        if let Some((name, table)) = self.tables.iter_mut().nth(one % count) {
            edit(table, name, one / count);
        }
    }

    fn on_column(&mut self, one: usize, two: usize, edit: impl FnOnce(&mut Column, usize)) {
        self.on_table(one, |table, _, n| {
            let count = table.columns.len();
            edit(&mut table.columns[two % count], n + two / count);
        });
    }

    fn add_table(&mut self, one: usize, two: usize) {
        let name = self.name("t");
        let mut table = Table::default();
        for index in 0..1 + one % 4 {
            let column = self.name("c");
            let kind = Kind::Plain(if index == 0 { one % 3 } else { (one / 3 + index * 5) % 9 });
            table.columns.push(Column {
                name: column,
                kind,
                not_null: index == 0,
                default: false,
                identity: two.is_multiple_of(7) && index == 0,
                comment: None,
            });
        }
        table.key = (!two.is_multiple_of(3)).then(|| table.columns[0].name.clone());
        if two.is_multiple_of(5) {
            table.partitions = Some(1 + two % 3);
            table.columns[0].identity = false;
        }
        self.tables.insert(name, table);
    }

    fn drop_table(&mut self, one: usize) {
        let name = self.tables.keys().nth(one % self.tables.len().max(1)).cloned();
        if let Some(name) = name {
            self.tables.remove(&name);
        }
    }

    fn add_column(&mut self, one: usize, two: usize) {
        let name = self.name("c");
        let count = self.enums.len().max(1);
        let domains = self.domains();
        let kind = match two % 12 {
            9 if !domains.is_empty() => Kind::Domain(domains[one % domains.len()].clone()),
            kind @ 0..=8 => Kind::Plain(kind),
            9 | 10 => {
                self.enums.keys().nth(one % count).map_or(Kind::Plain(4), |e| Kind::Enum(e.clone()))
            }
            _ => Kind::Generated(String::new()),
        };
        let column = Column {
            name,
            kind,
            not_null: two.is_multiple_of(2),
            default: two.is_multiple_of(3),
            identity: false,
            comment: None,
        };
        self.on_table(one, |table, _, _| {
            let mut column = column;
            if let Kind::Generated(from) = &mut column.kind {
                match table.columns.iter().find(|c| c.kind == Kind::Plain(4)) {
                    Some(text) => from.clone_from(&text.name),
                    None => return,
                }
            }
            let place = if two.is_multiple_of(4) {
                1.min(table.columns.len())
            } else {
                table.columns.len()
            };
            table.columns.insert(place, column);
        });
    }

    fn drop_column(&mut self, one: usize, two: usize) {
        self.on_table(one, |table, _, _| {
            if table.columns.len() > 1 {
                // The first one may be the partition key.
                table.columns.remove(1 + two % (table.columns.len() - 1));
            }
        });
    }

    fn add_index(&mut self, one: usize, two: usize) {
        let name = self.name("i");
        self.on_table(one, |table, _, _| {
            let column = table.columns[two % table.columns.len()].clone();
            let expression = two.is_multiple_of(3) && matches!(column.kind, Kind::Plain(4 | 5));
            let index = Index {
                column: column.name,
                unique: two.is_multiple_of(5),
                partial: two.is_multiple_of(2),
                expression,
            };
            table.indexes.insert(name, index);
        });
    }

    fn add_check(&mut self, one: usize, two: usize) {
        let name = self.name("k");
        let function = self.functions.keys().nth(two % self.functions.len().max(1)).cloned();
        self.on_table(one, |table, _, _| {
            let column = table.columns[two % table.columns.len()].clone();
            let expression = match (&column.kind, function) {
                (Kind::Plain(0..=1), Some(function)) if two.is_multiple_of(2) => {
                    format!("{function}({}) > {two}", column.name)
                }
                (Kind::Plain(0..=3), _) => format!("{0} > {two} OR {0} IN (1, 2, 3)", column.name),
                (Kind::Plain(4..=5), _) => {
                    format!("{0} IN ('a', 'b{two}') OR {0} LIKE 'x%'", column.name)
                }
                _ => format!("{} IS NOT NULL", column.name),
            };
            table.checks.insert(name, expression);
        });
    }

    fn add_foreign_key(&mut self, one: usize, two: usize) {
        let name = self.name("f");
        let targets: Vec<(String, Kind, bool)> = self
            .tables
            .iter()
            .filter(|(_, table)| table.key.is_some() && table.partitions.is_none())
            .map(|(name, table)| (name.clone(), table.columns[0].kind.clone(), table.unlogged))
            .collect();
        let Some((target, kind, unlogged)) = targets.get(two % targets.len().max(1)).cloned()
        else {
            return;
        };
        self.on_table(one, |table, _, _| {
            let column =
                table.columns.iter().find(|column| column.kind == kind && !column.identity);
            if let (Some(column), false) = (column, unlogged || table.unlogged) {
                table.foreign_keys.insert(name, (column.name.clone(), target));
            }
        });
    }

    fn add_enum(&mut self, one: usize) {
        let name = self.name("e");
        let labels = (0..one % 3).map(|n| format!("{name}_{n}"));
        let labels = std::iter::once(format!("{name}_first")).chain(labels).collect();
        self.enums.insert(name, labels);
    }

    fn label(&mut self, one: usize, two: usize) {
        let new = self.name("l");
        let count = self.enums.len().max(1);
        let Some((name, labels)) = self.enums.iter_mut().nth(one % count) else { return };
        let first = format!("{name}_first");
        match two % 3 {
            0 => labels.insert(two / 3 % (labels.len() + 1), new),
            1 => labels.retain(|label| *label == first || label.len() % 2 == two % 2),
            _ => labels.rotate_left(1),
        }
    }

    fn add_view(&mut self, one: usize, two: usize) {
        let name = self.name("v");
        let sources: Vec<(String, Vec<String>)> = self
            .tables
            .iter()
            .map(|(name, table)| {
                (name.clone(), table.columns.iter().map(|c| c.name.clone()).collect())
            })
            .chain(self.views.iter().map(|view| (view.name.clone(), view.columns.clone())))
            .collect();
        let Some((source, columns)) = sources.get(one % sources.len().max(1)).cloned() else {
            return;
        };
        let columns = columns.into_iter().take(1 + two % 3).collect();
        let materialized = two.is_multiple_of(4);
        self.views.push(View {
            name,
            source,
            columns,
            filter: (two.is_multiple_of(3)).then_some(two),
            materialized,
            indexed: two.is_multiple_of(8),
            comment: None,
        });
    }

    fn change_view(&mut self, one: usize, two: usize) {
        let count = self.views.len().max(1);
        let Some(view) = self.views.get_mut(one % count) else { return };
        match two % 4 {
            0 => view.filter = Some(two),
            1 => view.filter = None,
            2 => view.comment = Some(format!("view {two}")),
            _ => view.columns.reverse(),
        }
    }

    fn drop_view(&mut self, one: usize) {
        if !self.views.is_empty() {
            self.views.remove(one % self.views.len());
        }
    }

    fn add_function(&mut self, one: usize) {
        let name = self.name("g");
        self.functions.insert(name, Function { body: one, bigint: false });
    }

    fn change_function(&mut self, one: usize, two: usize) {
        let count = self.functions.len().max(1);
        if let Some((_, function)) = self.functions.iter_mut().nth(one % count) {
            match two % 3 {
                0 => function.bigint = !function.bigint,
                _ => function.body = two,
            }
        }
    }

    /// Takes away what stands on what is gone.
    fn mend(&mut self) {
        let functions: Vec<String> = self.functions.keys().cloned().collect();
        let keyed: Vec<(String, Kind)> = self
            .tables
            .iter()
            .filter(|(_, table)| {
                table.key.is_some() && table.partitions.is_none() && !table.unlogged
            })
            .map(|(name, table)| (name.clone(), table.columns[0].kind.clone()))
            .collect();
        for table in self.tables.values_mut() {
            let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
            let texts: Vec<String> = table
                .columns
                .iter()
                .filter(|c| c.kind == Kind::Plain(4))
                .map(|c| c.name.clone())
                .collect();
            table.columns.retain(|column| match &column.kind {
                Kind::Generated(from) => texts.contains(from),
                _ => true,
            });
            table.indexes.retain(|_, index| {
                table.columns.iter().any(|c| {
                    c.name == index.column
                        && (!index.expression || matches!(c.kind, Kind::Plain(4 | 5)))
                })
            });
            table.checks.retain(|_, check| {
                let words: Vec<&str> = check.split(|c: char| !c.is_alphanumeric()).collect();
                let named = words.iter().find(|word| names.contains(&(**word).to_owned()));
                let numeric = check.contains("> ");
                named.and_then(|name| table.columns.iter().find(|c| c.name == **name)).is_some_and(
                    |column| match column.kind {
                        Kind::Plain(0..=1) => true,
                        Kind::Plain(2..=3) => !words[0].starts_with('g'),
                        _ => !numeric,
                    },
                ) && words[0]
                    .strip_prefix('g')
                    .is_none_or(|_| functions.contains(&words[0].to_owned()))
            });
            table.foreign_keys.retain(|_, (column, target)| {
                let own = table.columns.iter().find(|c| c.name == *column).map(|c| &c.kind);
                !table.unlogged
                    && keyed.iter().any(|(name, kind)| name == target && Some(kind) == own)
            });
            if table.policy.as_ref().is_some_and(|column| !names.contains(column)) {
                table.policy = None;
            }
            if table.trigger.as_ref().is_some_and(|(_, column)| !names.contains(column)) {
                table.trigger = None;
            }
            for column in &mut table.columns {
                column.identity &= matches!(column.kind, Kind::Plain(0..=2));
            }
        }
        let mut known: Vec<(String, Vec<String>)> = self
            .tables
            .iter()
            .map(|(name, table)| {
                (name.clone(), table.columns.iter().map(|c| c.name.clone()).collect())
            })
            .collect();
        self.views.retain_mut(|view| {
            let Some((_, columns)) = known.iter().find(|(name, _)| *name == view.source) else {
                return false;
            };
            view.columns.retain(|column| columns.contains(column));
            if view.columns.is_empty() {
                return false;
            }
            known.push((view.name.clone(), view.columns.clone()));
            true
        });
    }
}
