-- Where each company's chain ends. The row is locked by every append, so that
-- two of them can't number the same entry.
CREATE TABLE keurmerk_company (
	company  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	sequence BIGINT NOT NULL, -- of its last entry
	digest   TEXT NOT NULL    -- of that entry's line
);

-- The entries, added and never changed. The entry is text and not JSONB, which
-- would write it anew: the digest is that of its bytes.
CREATE TABLE keurmerk_entry (
	position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of appending
	company  TEXT COLLATE "C" NOT NULL REFERENCES keurmerk_company (company),
	sequence BIGINT NOT NULL,                                 -- from 1, in the company
	id       TEXT COLLATE "C" NOT NULL,
	digest   TEXT NOT NULL,                                   -- sha256: and 64 hex digits, of the entry as it stands
	entry    TEXT NOT NULL,                                   -- JSON
	UNIQUE (company, sequence),
	UNIQUE (company, id)
);
