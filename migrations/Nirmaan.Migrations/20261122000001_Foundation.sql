-- The first schema. Forward only: a later change is a new migration, never an edit of this file (docs/migrations.md).

-- Market
CREATE TABLE offers (
    id uuid NOT NULL, supplier text NOT NULL, key text NOT NULL, provider text NOT NULL, provider_label text NOT NULL, gpu text NOT NULL,
    gpu_count integer NOT NULL, vram_gb integer, usd_per_gpu_hour numeric, price_kind text NOT NULL, region text,
    available integer NOT NULL, reliability numeric, cuda_max text, first_seen_at timestamptz NOT NULL, seen_at timestamptz NOT NULL,
    gone_at timestamptz,
    CONSTRAINT pk_offers PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_offers_supplier_key ON offers (supplier, key);

-- Fleet
CREATE TABLE instances (
    id uuid NOT NULL, wish jsonb NOT NULL, supplier text NOT NULL, workload text NOT NULL, offer_id uuid, launch_key text NOT NULL,
    external_id text, gpu text NOT NULL, gpu_count integer NOT NULL, region text, provider text, usd_per_gpu_hour numeric,
    state text NOT NULL, reason text, state_since timestamptz NOT NULL, created_at timestamptz NOT NULL, billed_from timestamptz,
    running_at timestamptz, closed_at timestamptz, metered_to timestamptz, paid_until timestamptz, reclaim_deadline timestamptz,
    supplier_says_usd numeric, endpoint text, supplier_state text, observed_at timestamptz, replaces uuid, attempts integer NOT NULL, wants_replacement boolean NOT NULL,
    due_at timestamptz NOT NULL, token uuid, token_until timestamptz,
    CONSTRAINT pk_instances PRIMARY KEY (id)
);
CREATE INDEX ix_instances_launch_key ON instances (launch_key);
CREATE INDEX ix_instances_state_due_at ON instances (state, due_at);
CREATE UNIQUE INDEX ix_instances_supplier_external_id ON instances (supplier, external_id);

CREATE TABLE miners (
    id uuid NOT NULL, instance_id uuid NOT NULL, network text NOT NULL, workload text NOT NULL, template_name text NOT NULL,
    template_version integer NOT NULL, payout_address text NOT NULL, network_key text NOT NULL, beneficiary text NOT NULL,
    state text NOT NULL, reason text, state_since timestamptz NOT NULL, created_at timestamptz NOT NULL,
    ready_deadline timestamptz NOT NULL, steps jsonb NOT NULL, reported_state text, last_heartbeat_at timestamptz,
    jobs_done integer NOT NULL, last_job_at timestamptz, last_credit_at timestamptz, enrolled_at timestamptz, stopped_at timestamptz,
    CONSTRAINT pk_miners PRIMARY KEY (id),
    CONSTRAINT fk_miners_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);
CREATE INDEX ix_miners_instance_id ON miners (instance_id);
CREATE UNIQUE INDEX ix_miners_network_network_key ON miners (network, network_key);
CREATE INDEX ix_miners_state ON miners (state);

CREATE TABLE operations (
    id uuid NOT NULL, kind text NOT NULL, supplier text, network text, instance_id uuid, miner_id uuid, key text NOT NULL,
    name text NOT NULL, spec_hash text NOT NULL, state text NOT NULL, reason text, reason_code text, usd_per_hour_at_risk numeric,
    usd_committed numeric, external_id text, answer text, input jsonb, attempts integer NOT NULL, created_at timestamptz NOT NULL,
    sent_at timestamptz, unknown_since timestamptz, ended_at timestamptz, deadline timestamptz NOT NULL, due_at timestamptz NOT NULL,
    token uuid, token_until timestamptz,
    CONSTRAINT pk_operations PRIMARY KEY (id),
    CONSTRAINT fk_operations_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT,
    CONSTRAINT fk_operations_miner_id FOREIGN KEY (miner_id) REFERENCES miners (id) ON DELETE RESTRICT
);
CREATE INDEX ix_operations_instance_id ON operations (instance_id);
CREATE UNIQUE INDEX ix_operations_key ON operations (key);
CREATE INDEX ix_operations_miner_id ON operations (miner_id);
CREATE UNIQUE INDEX ix_operations_name ON operations (name);
CREATE INDEX ix_operations_state_due_at ON operations (state, due_at);

CREATE TABLE launches (
    key text NOT NULL, body_hash text NOT NULL, at timestamptz NOT NULL, by text NOT NULL, plan jsonb NOT NULL, operations uuid[] NOT NULL,
    CONSTRAINT pk_launches PRIMARY KEY (key)
);
CREATE INDEX ix_launches_at ON launches (at);

CREATE TABLE bids (
    instance_id uuid NOT NULL, ref text NOT NULL, provider text NOT NULL, provider_label text NOT NULL, gpu text,
    usd_per_gpu_hour numeric NOT NULL, reliability numeric, region text, open boolean NOT NULL, unsuitable text,
    first_seen_at timestamptz NOT NULL, expires_at timestamptz, accepted boolean NOT NULL,
    CONSTRAINT pk_bids PRIMARY KEY (instance_id, ref),
    CONSTRAINT fk_bids_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);

CREATE TABLE supplier_reports (
    id uuid NOT NULL, supplier text NOT NULL, at timestamptz NOT NULL, ours integer NOT NULL, theirs integer NOT NULL,
    foreign_count integer NOT NULL, findings jsonb NOT NULL, error text,
    CONSTRAINT pk_supplier_reports PRIMARY KEY (id)
);
CREATE INDEX ix_supplier_reports_supplier_at ON supplier_reports (supplier, at);

CREATE TABLE instance_logs (
    instance_id uuid NOT NULL, at timestamptz NOT NULL, lines text NOT NULL, written bigint NOT NULL,
    CONSTRAINT pk_instance_logs PRIMARY KEY (instance_id, at),
    CONSTRAINT fk_instance_logs_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);
CREATE INDEX ix_instance_logs_at ON instance_logs (at);

CREATE TABLE log_readings (
    instance_id uuid NOT NULL, tried_at timestamptz NOT NULL, read_at timestamptz, origin text, why text,
    CONSTRAINT pk_log_readings PRIMARY KEY (instance_id),
    CONSTRAINT fk_log_readings_instance_id FOREIGN KEY (instance_id) REFERENCES instances (id) ON DELETE RESTRICT
);

-- Every thing's history
CREATE TABLE timeline (
    sequence bigint GENERATED BY DEFAULT AS IDENTITY, at timestamptz NOT NULL, kind text NOT NULL, subject text NOT NULL,
    actor text NOT NULL, what text NOT NULL, why text NOT NULL, before text, after text,
    CONSTRAINT pk_timeline PRIMARY KEY (sequence)
);
CREATE INDEX ix_timeline_at ON timeline (at);
CREATE INDEX ix_timeline_kind_subject_sequence ON timeline (kind, subject, sequence);

-- Uptime
CREATE TABLE heartbeats (
    miner_id uuid NOT NULL, boot_id uuid NOT NULL, sequence bigint NOT NULL, sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL, state text NOT NULL, gpus jsonb NOT NULL, jobs_done integer NOT NULL, last_job_at timestamptz,
    CONSTRAINT pk_heartbeats PRIMARY KEY (miner_id, boot_id, sequence)
);
CREATE INDEX ix_heartbeats_miner_id_sent_at ON heartbeats (miner_id, sent_at);

CREATE TABLE uptime_windows (
    miner_id uuid NOT NULL, starts_at timestamptz NOT NULL, counted_seconds integer NOT NULL, up_seconds integer NOT NULL,
    starting_seconds integer NOT NULL, failed_seconds integer NOT NULL, unheard_seconds integer NOT NULL, heartbeats integer NOT NULL,
    jobs integer NOT NULL,
    CONSTRAINT pk_uptime_windows PRIMARY KEY (miner_id, starts_at),
    CONSTRAINT fk_uptime_windows_miner_id FOREIGN KEY (miner_id) REFERENCES miners (id) ON DELETE RESTRICT
);
CREATE INDEX ix_uptime_windows_starts_at ON uptime_windows (starts_at);

-- Rewards
CREATE TABLE points_samples (
    network text NOT NULL, kind text NOT NULL, account text NOT NULL, at timestamptz NOT NULL, counter numeric NOT NULL,
    earned numeric NOT NULL, irregularity text, source text NOT NULL,
    CONSTRAINT pk_points_samples PRIMARY KEY (network, kind, account, at)
);

CREATE TABLE points_awards (
    miner_id uuid NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, points numeric NOT NULL,
    CONSTRAINT pk_points_awards PRIMARY KEY (miner_id, kind, at)
);
CREATE INDEX ix_points_awards_at ON points_awards (at);

CREATE TABLE rewards (
    network text NOT NULL, external_id text NOT NULL, asset_id text NOT NULL, units numeric NOT NULL, at timestamptz NOT NULL,
    paid_to text NOT NULL, evidence text NOT NULL, miner_id uuid, beneficiary text NOT NULL, ingested_at timestamptz NOT NULL,
    epoch integer,
    CONSTRAINT pk_rewards PRIMARY KEY (network, external_id)
);
CREATE INDEX ix_rewards_asset_id_at ON rewards (asset_id, at);
CREATE INDEX ix_rewards_epoch ON rewards (epoch);
CREATE INDEX ix_rewards_miner_id ON rewards (miner_id);

CREATE TABLE reward_cursors (
    network text NOT NULL, cursor text, read_to timestamptz,
    CONSTRAINT pk_reward_cursors PRIMARY KEY (network)
);

CREATE TABLE ledger (
    sequence bigint GENERATED BY DEFAULT AS IDENTITY, transaction_id uuid NOT NULL, at timestamptz NOT NULL, account text NOT NULL,
    asset_id text NOT NULL, units numeric NOT NULL, cause text NOT NULL, subject text NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (sequence)
);
CREATE INDEX ix_ledger_account_asset_id ON ledger (account, asset_id);
CREATE UNIQUE INDEX ix_ledger_cause_subject_at_account_asset_id ON ledger (cause, subject, at, account, asset_id);

CREATE TABLE distributions (
    epoch integer NOT NULL, asset_id text NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, gross numeric NOT NULL,
    cost numeric NOT NULL, fee numeric NOT NULL, pool numeric NOT NULL, carried_in numeric NOT NULL, carried_out numeric NOT NULL, rent_usd numeric NOT NULL,
    root text NOT NULL, fee_basis_points integer NOT NULL, closed_at timestamptz NOT NULL, leaves jsonb NOT NULL,
    CONSTRAINT pk_distributions PRIMARY KEY (epoch, asset_id)
);
CREATE UNIQUE INDEX ix_distributions_asset_id_from ON distributions (asset_id, starts_at);

CREATE TABLE prices (
    asset_id text NOT NULL, at timestamptz NOT NULL, source text NOT NULL, usd numeric NOT NULL,
    CONSTRAINT pk_prices PRIMARY KEY (asset_id, source, at)
);

-- Staking
CREATE TABLE stake_events (
    chain_id bigint NOT NULL, tx_hash text NOT NULL, log_index integer NOT NULL, block_number bigint NOT NULL, block_hash text NOT NULL,
    at timestamptz NOT NULL, account text NOT NULL, delta numeric NOT NULL, balance numeric NOT NULL,
    CONSTRAINT pk_stake_events PRIMARY KEY (chain_id, tx_hash, log_index)
);
CREATE INDEX ix_stake_events_account_at ON stake_events (account, at);
CREATE INDEX ix_stake_events_block_number ON stake_events (block_number);

CREATE TABLE cursors (
    id text NOT NULL, block_number bigint NOT NULL, block_hash text, block_at timestamptz,
    CONSTRAINT pk_cursors PRIMARY KEY (id)
);

-- Allocation
CREATE TABLE outlooks (
    pool text NOT NULL, at timestamptz NOT NULL, network text NOT NULL, label text NOT NULL, bucket text NOT NULL, shape text NOT NULL,
    asset_id text NOT NULL, tokens_per_hour numeric NOT NULL, work_unit text NOT NULL, others_work_per_hour numeric,
    demand_work_per_hour numeric, source text NOT NULL, modelled boolean NOT NULL, priors jsonb NOT NULL,
    CONSTRAINT pk_outlooks PRIMARY KEY (pool, at)
);

CREATE TABLE estimates (
    id uuid NOT NULL, at timestamptz NOT NULL, pools jsonb NOT NULL,
    CONSTRAINT pk_estimates PRIMARY KEY (id)
);
CREATE INDEX ix_estimates_at ON estimates (at);

CREATE TABLE constraints (
    version integer NOT NULL, in_force_from timestamptz NOT NULL, by text NOT NULL, why text NOT NULL,
    budget_usd_per_hour numeric NOT NULL, horizon_hours integer NOT NULL, risk_weight double precision NOT NULL,
    exposure_usd_per_hour jsonb NOT NULL, provider_usd_per_hour jsonb NOT NULL, max_moves integer, move_cost_usd numeric NOT NULL,
    start_cost_usd numeric NOT NULL,
    CONSTRAINT pk_constraints PRIMARY KEY (version)
);

CREATE TABLE plans (
    id uuid NOT NULL, at timestamptz NOT NULL, by text NOT NULL, constraints_version integer NOT NULL, estimate_id uuid NOT NULL,
    instance jsonb NOT NULL, solution jsonb NOT NULL, objective_usd_per_hour numeric NOT NULL, bound_usd_per_hour numeric NOT NULL,
    now_usd_per_hour numeric NOT NULL, rent_usd_per_hour numeric NOT NULL, now jsonb NOT NULL, proposed jsonb NOT NULL,
    prices jsonb NOT NULL, expires_at timestamptz NOT NULL, state text NOT NULL, decided_by text, decided_at timestamptz, reason text,
    ended_at timestamptz,
    CONSTRAINT pk_plans PRIMARY KEY (id)
);
CREATE INDEX ix_plans_at ON plans (at);

CREATE TABLE moves (
    id uuid NOT NULL, plan_id uuid NOT NULL, rank integer NOT NULL, kind text NOT NULL, item text NOT NULL, supplier text NOT NULL,
    gpu text NOT NULL, offer_key text, from_workload text, to_workload text, count integer NOT NULL, usd_per_gpu_hour numeric NOT NULL,
    gain_usd_per_hour numeric NOT NULL, cost_usd numeric NOT NULL, state text NOT NULL, reason text, done_count integer NOT NULL,
    started_at timestamptz, ended_at timestamptz, instances uuid[] NOT NULL,
    CONSTRAINT pk_moves PRIMARY KEY (id),
    CONSTRAINT fk_moves_plan_id FOREIGN KEY (plan_id) REFERENCES plans (id) ON DELETE RESTRICT
);
CREATE INDEX ix_moves_plan_id ON moves (plan_id);
CREATE INDEX ix_moves_state ON moves (state);

-- Jobs and switches
CREATE TABLE jobs (
    id text NOT NULL, cron text NOT NULL, verb text NOT NULL, enabled boolean NOT NULL, last_started_at timestamptz,
    last_ended_at timestamptz, last_error text, due_at timestamptz NOT NULL, token uuid, token_until timestamptz,
    CONSTRAINT pk_jobs PRIMARY KEY (id)
);

CREATE TABLE job_runs (
    id uuid NOT NULL, job_id text NOT NULL, state text NOT NULL, queued_at timestamptz NOT NULL, started_at timestamptz,
    ended_at timestamptz, by text NOT NULL, worker text, note text, exception text,
    CONSTRAINT pk_job_runs PRIMARY KEY (id),
    CONSTRAINT fk_job_runs_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
CREATE INDEX ix_job_runs_job_id_queued_at ON job_runs (job_id, queued_at);
CREATE INDEX ix_job_runs_state ON job_runs (state);

CREATE TABLE settings (
    key text NOT NULL, value jsonb NOT NULL, by text NOT NULL, at timestamptz NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (key)
);

-- The books and closed epochs are append-only: a correction is a new entry or a new epoch.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER distributions_append_only BEFORE UPDATE OR DELETE ON distributions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER timeline_append_only BEFORE UPDATE OR DELETE ON timeline FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
