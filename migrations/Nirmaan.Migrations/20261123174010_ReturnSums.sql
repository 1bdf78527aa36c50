-- What an amount was worth, as Nirmaan.Control rounds it: to 8 decimals, a half to the even side. Sums made here equal those of the lines.
CREATE FUNCTION usd_value(units numeric, unit numeric, usd numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (units * unit * usd * 1e8) % 2 = 0.5 THEN trunc(units * unit * usd, 8) ELSE round(units * unit * usd, 8) END;

-- Pages ask for the epochs of a period.
CREATE INDEX ix_distributions_to ON distributions (ends_at);
