-- Why a machine was lost, what that spends of the budgets of replacements, and when the next is asked for.
ALTER TABLE instances ADD loss text, ADD recovery jsonb, ADD replace_at timestamptz;

-- Every search of the market asks who has just refused us.
CREATE INDEX ix_operations_ended_at ON operations (ended_at) WHERE kind = 'Create';
