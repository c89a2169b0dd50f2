# The front door: bare `make` lists the targets. Each does one thing that a person would type, on
# the databases that the environment or `.env` names, else on a private PostgreSQL under `.pg/`.
# Only the binaries read `.env`: make would spoil values with # or $ in them.

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: setup build demo dev-up dev-down db-shell db-reset db-seed migrate migrate-sql migrate-all \
        profile mapping migrate-data verify migrate-create migrate-auto migrate-check migrate-prove migrate-current \
        migrate-history migrate-lint migrate-down mirror mirror-plan mirror-rollback \
        db-backup db-backups db-verify db-restore test test-matrix bare-test torture attack check bench help tools test-tools up

BIN := $(or $(CARGO_TARGET_DIR),target)/release
# rustup's folder is not in PATH until the next login.
export PATH := $(PATH):$(HOME)/.cargo/bin

# The project folder, such as sql/retail; the binaries' default is sql/shop.
ifeq ($(strip $(PROJECT)),)
unexport PROJECT
else
export PROJECT
endif

# Some shells export NAME for a purpose of their own; it must be meant for db-reset.
NAMED := $(findstring command line,$(origin NAME))

##@ First steps

setup: ## Install what is missing, by the machine's package manager: PostgreSQL, a C compiler
	@bins/dev_postgres/setup.sh

build: ## Build the binaries
	@if test -x "$(BIN)/dev_postgres"; then cargo build --release --quiet; else \
	    echo "make: building the binaries; the first time takes minutes"; \
	    if test -t 2; then cargo build --release; else cargo build --release --quiet; fi; fi

demo: tools up ## All of it on made-up data, from nothing: fill old, migrate, optimise, verify
	@"$(BIN)"/populate_old --if-empty
	@"$(BIN)"/migrate_schema upgrade
	@"$(BIN)"/migrate_data
	@"$(BIN)"/apply_sql
	@"$(BIN)"/verify_data
	@echo "Next: make db-shell · make migrate-history · README.md"

##@ Databases

dev-up: build ## Start the private PostgreSQL under .pg/ and create the project's databases
	@"$(BIN)"/dev_postgres start

dev-down: build ## Stop it; its data stays
	@"$(BIN)"/dev_postgres stop

db-shell: up ## Open psql on the new database (DB=old: on the old one)
	@"$(BIN)"/dev_postgres shell $(DB)

db-reset: up ## Drop both databases and create them empty; asks (YES=1: does not ask)
	@"$(BIN)"/dev_postgres reset $(if $(YES),--yes) $(if $(NAMED),--name "$(NAME)")

db-seed: up ## Fill the old database where it is empty, then move its rows into the new one
	@"$(BIN)"/populate_old --if-empty
	@"$(BIN)"/migrate_data
	@"$(BIN)"/apply_sql

##@ Migration

migrate-all: $(if $(BACKUP),db-backup) migrate migrate-sql ## Revisions, then optimisation scripts (BACKUP=1: after a backup)

migrate: up ## Apply the revisions, up to the heads
	@"$(BIN)"/migrate_schema upgrade

migrate-sql: up ## Apply the optimisation scripts
	@"$(BIN)"/apply_sql

profile: up ## Show what a table of the old database holds, column by column: TABLE=old_users
	@"$(BIN)"/propose_schema profile $(TABLE)

mapping: up ## Propose a mapping, out of both databases (FILE=sql/crm/mapping.toml: into that new file)
	@"$(BIN)"/propose_schema mapping $(FILE)

migrate-data: up ## Move the old database's rows into the new one, cleaned
	@"$(BIN)"/migrate_data

verify: up ## Prove that nothing was lost or invented
	@"$(BIN)"/verify_data

##@ Revisions

migrate-create: build ## Write a new revision; asks for its message (MSG="...": does not ask)
	@"$(BIN)"/migrate_schema revision $${MSG:+-m "$$MSG"}

migrate-auto: up ## Write the revision that leads to schema/*.sql, proved both ways (MSG="...", FLAGS=--online)
	@"$(BIN)"/migrate_schema revision --autogenerate $${MSG:+-m "$$MSG"} $(FLAGS)

migrate-check: up ## Say whether the new database is as schema/*.sql says
	@"$(BIN)"/migrate_schema check

migrate-prove: up ## Prove every revision: up, down and up again in a scratch database
	@"$(BIN)"/migrate_schema prove

migrate-current: up ## Show the revisions that the new database is at
	@"$(BIN)"/migrate_schema current

migrate-history: build ## List the revisions
	@"$(BIN)"/migrate_schema history

migrate-lint: build ## Look for hazards in the revisions: locks, rewrites, rows thrown away (RANGE=A:B: in those)
	@"$(BIN)"/migrate_schema lint $(RANGE)

migrate-down: up ## Undo the last revision
	@"$(BIN)"/migrate_schema downgrade -1

##@ Backup

db-backup: up ## Back up the new database into backups/ (KEEP=N: then remove all but the newest N)
	@"$(BIN)"/db_backup $(if $(KEEP),--keep $(KEEP))

db-backups: build ## List the backups
	@"$(BIN)"/db_backup list

db-verify: up ## Prove the latest backup: restore it into a scratch database and compare (BACKUP=NAME: that one)
	@"$(BIN)"/db_backup verify --restore "$${BACKUP:-latest}"

db-restore: up ## Put the latest backup back (BACKUP=NAME: that one); the former database is kept
	@"$(BIN)"/db_restore "$${BACKUP:-latest}" $(if $(DISCONNECT),--disconnect)

##@ Mirror

mirror: up ## Bring the mirror of SOURCE_* in TARGET_* in step (FLAGS=--with-data: rows, too)
	@"$(BIN)"/mirror_schema $(FLAGS)

mirror-plan: up ## Say what would change in it
	@"$(BIN)"/mirror_schema --plan

mirror-rollback: up ## Undo its last revision (TO=base: all of them)
	@"$(BIN)"/mirror_schema rollback $(or $(TO),-1)

##@ Development

test: test-tools build ## Run every test on a throw-away PostgreSQL
	@"$(BIN)"/dev_postgres run -- cargo test --release --workspace

test-matrix: test-tools build ## The tests of catalogs, backup and restore on the newest PostgreSQL 15, 16 and 18 (MAJORS=15, TESTS="…": those)
	@for major in $(or $(MAJORS),15 16 18); do \
	    programs=$$(tests/server $$major) && echo "make: on the programs in $$programs" && \
	        PATH="$$programs:$$PATH" "$(BIN)"/dev_postgres run -- \
	        cargo test --release -p tests -- $(or $(TESTS),catalog:: db_backup:: db_restore:: verify_data::) || exit; \
	done

bare-test: ## On a Debian with Rust and make alone: demo, again, test, as root and as a user (BARE=user: that one)
	@tests/bare $(BARE)

torture: test-tools build ## The tests of chance and of kills, TORTURE=20 times as long
	@TORTURE=$(or $(TORTURE),20) cargo test --release -p migrate_schema
	@TORTURE=$(or $(TORTURE),20) "$(BIN)"/dev_postgres run -- cargo test --release -p tests -- catalog:: db_backup:: db_restore:: migrate_data:: migrate_schema:: mirror_schema::

attack: test-tools build ## What hostile databases, backups and settings try, at length
	@TORTURE=$(or $(TORTURE),20) "$(BIN)"/dev_postgres run -- cargo test --release -p tests -- attack::

check: ## Look at format and lints
	@cargo fmt --all --check
	@cargo clippy --release --workspace --all-targets --quiet -- -D warnings

bench: build ## Race a binary against its peers on the same rows: BENCH=migrate_data
	@bench/run $(BENCH)

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	      /^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# What demo and test need on a machine that has Rust only; nothing happens where it is there.
tools:
	@bins/dev_postgres/setup.sh --quiet

# And what the tests need besides: PgBouncer and Python, where the machine's package manager has them.
test-tools:
	@bins/dev_postgres/setup.sh --quiet --tests

# The private server, unless other databases are configured; nothing is said where it runs.
up: build
	@"$(BIN)"/dev_postgres start --unless-configured
