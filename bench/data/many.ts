/** 2 000 small tables, every other one with a second index, every fifth with a reference. */
export const many = (tables = 2_000): string => `
  SET synchronous_commit = off;
  DO $$ BEGIN
    FOR i IN 1..${tables} LOOP
      EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, name text NOT NULL, at timestamptz DEFAULT now(), amount numeric)', i);
      EXECUTE format('INSERT INTO t%s SELECT j, ''row '' || j, TIMESTAMPTZ ''2026-01-01+00'' + j * INTERVAL ''1 hour'', j * %s / 7.0
        FROM generate_series(1, %s) j', i, i, 10 + i % 90);
      IF i % 2 = 0 THEN EXECUTE format('CREATE INDEX ON t%s (at)', i); END IF;
      IF i % 5 = 0 THEN EXECUTE format('ALTER TABLE t%s ADD FOREIGN KEY (id) REFERENCES t%s NOT VALID', i, i - 1); END IF;
    END LOOP;
  END $$;
  `;
