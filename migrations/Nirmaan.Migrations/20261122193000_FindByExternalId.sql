-- Closes and creates are looked up by the outside's id of what they are about; without an index that reads the whole table each time.
CREATE INDEX ix_operations_external_id ON operations (external_id);
