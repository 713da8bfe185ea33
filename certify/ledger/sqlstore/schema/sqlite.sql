-- Where each company's chain ends. The row is written in every append, so that
-- two of them can't number the same entry.
CREATE TABLE keurmerk_company (
	company  TEXT NOT NULL PRIMARY KEY,
	sequence INTEGER NOT NULL, -- of its last entry
	digest   TEXT NOT NULL     -- of that entry's line
);

-- The entries, added and never changed.
CREATE TABLE keurmerk_entry (
	position INTEGER PRIMARY KEY AUTOINCREMENT, -- order of appending
	company  TEXT NOT NULL REFERENCES keurmerk_company (company),
	sequence INTEGER NOT NULL,                  -- from 1, in the company
	id       TEXT NOT NULL,
	digest   TEXT NOT NULL,                     -- sha256: and 64 hex digits, of the entry as it stands
	entry    TEXT NOT NULL,                     -- JSON
	UNIQUE (company, sequence),
	UNIQUE (company, id)
);
