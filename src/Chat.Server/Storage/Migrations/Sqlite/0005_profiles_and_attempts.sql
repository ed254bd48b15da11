-- profile: fast, balanced or deep. Which attempt answered is in usage.attempt since the beginning.
ALTER TABLE channels ADD COLUMN profile TEXT NOT NULL DEFAULT 'balanced';
ALTER TABLE channels ADD COLUMN allow_profile_override INTEGER NOT NULL DEFAULT 0;
