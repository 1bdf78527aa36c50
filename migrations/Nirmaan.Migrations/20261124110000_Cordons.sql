-- A person keeps what acts by itself away from a machine: when, who, why.
ALTER TABLE instances ADD cordon jsonb;
