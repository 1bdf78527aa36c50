-- Why a machine was lost, what that spends of the budgets of replacements, and when the next is asked for.
ALTER TABLE instances ADD loss text, ADD recovery jsonb, ADD replace_at timestamptz;
