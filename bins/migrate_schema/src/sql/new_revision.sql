-- revision: REVISION
-- down_revision: DOWN
-- branch_labels: LABELS
-- depends_on: DEPENDS
-- message: MESSAGE
-- transaction: on

-- +upgrade

-- +downgrade

