-- profile: fast, balanced or deep. Which attempt answered is in usage.attempt since the beginning.
ALTER TABLE dbo.channels ADD profile nvarchar(20) NOT NULL CONSTRAINT df_channels_profile DEFAULT N'balanced';
ALTER TABLE dbo.channels ADD allow_profile_override bit NOT NULL CONSTRAINT df_channels_allow_profile_override DEFAULT 0;
