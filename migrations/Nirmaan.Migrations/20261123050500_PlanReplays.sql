-- A grade keeps how its estimates came true and whether the plan's question still gives the plan.
ALTER TABLE plans ADD COLUMN optimiser_version text;
ALTER TABLE plan_grades ADD COLUMN checks jsonb NOT NULL DEFAULT '[]', ADD COLUMN replay jsonb;
