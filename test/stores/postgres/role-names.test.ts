import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapRoles, roleNames } from '../../../src/stores/postgres/selection/role-names.ts';

const script = `--
-- Name: t; Type: TABLE; Owner: app
-- ALTER TABLE s.t OWNER TO app;

CREATE FUNCTION s.f() RETURNS void
    LANGUAGE plpgsql
    AS $fn$ BEGIN
  EXECUTE 'GRANT SELECT ON s.t TO app'; ALTER TABLE s.t OWNER TO app;
END $fn$;
ALTER FUNCTION s.f() OWNER TO app;
CREATE FUNCTION s.a() RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) AS count FROM s.t;
END;
CREATE TABLE s.t (id int, owner text DEFAULT 'OWNER TO app; GRANT x TO app');
ALTER TABLE ONLY s."to; OWNER TO app" OWNER TO "the ""App";
CREATE POLICY p ON s.t FOR SELECT TO app, PUBLIC, "the ""App" USING ((owner = 'TO app'::text));
SET SESSION AUTHORIZATION app;
GRANT SELECT(id),UPDATE("from") ON TABLE s."grant to app" TO app WITH GRANT OPTION;
RESET SESSION AUTHORIZATION;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON FUNCTION s.f(app integer) TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s, app GRANT SELECT ON TABLES TO reader;
CREATE USER MAPPING FOR app SERVER app OPTIONS ("user" 'app');
`;

test('roles are found and mapped where SQL names them, and nowhere else', () => {
  expect([...roleNames(script)].sort()).toEqual(['app', 'reader', 'the "App']);
  const mapped = mapRoles(script, { app: 'new "one', reader: 'app' });
  const changed = mapped.split('\n').filter((line, n) => line !== script.split('\n')[n]);
  expect(changed).toEqual([
    'ALTER FUNCTION s.f() OWNER TO "new ""one";',
    `CREATE POLICY p ON s.t FOR SELECT TO "new ""one", PUBLIC, "the ""App" USING ((owner = 'TO app'::text));`,
    'SET SESSION AUTHORIZATION "new ""one";',
    'GRANT SELECT(id),UPDATE("from") ON TABLE s."grant to app" TO "new ""one" WITH GRANT OPTION;',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "new ""one" IN SCHEMA s, app GRANT SELECT ON TABLES TO "app";',
    `CREATE USER MAPPING FOR "new ""one" SERVER app OPTIONS ("user" 'app');`,
  ]);
  expect(mapRoles(script, {})).toBe(script);
});

test('two roles can trade places, whatever their names', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((one) => !one.includes('\0'));
  fc.assert(
    fc.property(name, name, name, (a, b, table) => {
      fc.pre(a !== b);
      const quoted = (one: string) => `"${one.replaceAll('"', '""')}"`;
      const sql = `ALTER TABLE ${quoted(table)} OWNER TO ${quoted(a)};\nGRANT SELECT ON TABLE ${quoted(table)} TO ${quoted(b)};\n`;
      expect(roleNames(sql)).toEqual(new Set([a, b]));
      const traded = mapRoles(sql, { [a]: b, [b]: a });
      expect(traded).toBe(
        `ALTER TABLE ${quoted(table)} OWNER TO ${quoted(b)};\nGRANT SELECT ON TABLE ${quoted(table)} TO ${quoted(a)};\n`,
      );
      expect(mapRoles(traded, { [a]: b, [b]: a })).toBe(sql);
    }),
  );
});
