-- API keys act under their account's e-mail from now on. A consent under a key's own name could be of the person who consents again by
-- account: those to epochs that are still open are given anew. What stands beside closed epochs is history and stays.
DELETE FROM epoch_signoffs s
WHERE s.by NOT LIKE '%@%' AND NOT EXISTS (SELECT 1 FROM distributions d WHERE d.epoch = s.epoch AND d.asset_id = s.asset_id);
