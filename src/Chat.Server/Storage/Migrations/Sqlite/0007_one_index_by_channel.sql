-- An index that begins with the channel is written at a place of its own for every channel: of two, turns need one. It finds a
-- channel's turns, and keeps their keys apart; turns without a key may be many, as no null equals another.
DROP INDEX ix_turns_channel;
DROP INDEX uq_turns_idempotency_key;
CREATE UNIQUE INDEX uq_turns_idempotency_key ON turns (channel_id, idempotency_key);
