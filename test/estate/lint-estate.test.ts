import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration } from '../../src/domain/duration.ts';
import { parseEstate } from '../../src/estate/read-estate.ts';
import { broken, fine } from './estate-file.ts';

const warnings = (text: string): readonly string[] => parseEstate(text, 'estate.yaml').warnings;
const folderVault =
  'estate.yaml:4: vault.path: a folder is lost with its machine, unless it is mounted from another site';

describe('what is allowed but unwise', () => {
  test('is little in a good estate', () => {
    expect(warnings(fine)).toEqual([folderVault]);
  });

  const cases: [what: string, from: string, to: string, warning: string][] = [
    [
      'a backup too rare for the RPO',
      'every: 30m',
      'every: 55m',
      'estate.yaml:20: targets.orders-db.backup.every: a backup every 55m taking 10m cannot meet an RPO of 1h',
    ],
    [
      'an interval as long as the RPO',
      'every: 30m, takes: 10m',
      'every: 1h',
      'estate.yaml:20: targets.orders-db.backup.every: a backup every 1h plus the time it takes cannot meet an RPO of 1h',
    ],
    [
      'an RPO without backups',
      '    backup: { every: 30m, takes: 10m }\n',
      '',
      'estate.yaml:14: targets.orders-db: promises an RPO of 1h, and nothing says how often it is backed up: set backup.every',
    ],
    [
      'no RTO',
      'rto: 4h, ',
      '',
      'estate.yaml:14: targets.orders-db: promises no RTO: its verdict will always be "not measured"',
    ],
    [
      'no RPO',
      ', rpo: 1h',
      '',
      'estate.yaml:14: targets.orders-db: promises no RPO: its verdict will always be "not measured"',
    ],
    [
      'nowhere to recover',
      '    besideServer: env:BESIDE_URL\n',
      '',
      'estate.yaml:14: targets.orders-db: has no besideServer: it can be backed up but not recovered',
    ],
    [
      'nowhere to drill',
      '    scratchServer: env:SCRATCH_URL\n',
      '',
      'estate.yaml:14: targets.orders-db: has no scratchServer: its recovery cannot be drilled',
    ],
    [
      'no switch',
      '[{ kind: env-file, path: ./shop.env, key: DATABASE_URL }]',
      '[]',
      'estate.yaml:14: targets.orders-db: has no switch: a recovery records the new place and leads no users to it',
    ],
    [
      'no service',
      '[shop-api]',
      '[]',
      'estate.yaml:14: targets.orders-db: has no service: nothing can prove that users are served again',
    ],
    [
      'a new place on the old server',
      'env:BESIDE_URL',
      'env:ORDERS_URL',
      'estate.yaml:18: targets.orders-db.besideServer: is the server of the primary: what takes one takes both',
    ],
    [
      'two people',
      '  cy: { name: Cy, code: env:CODE_CY }\n',
      '',
      'estate.yaml:6: people: there are two people only: a destructive step that one of them starts needs two others',
    ],
  ];
  test.each(cases)('%s is warned about, with its line', (_, from, to, warning) => {
    expect(warnings(broken(from, to).text)).toEqual([folderVault, warning]);
  });

  test('one person, or nobody, cannot approve', () => {
    const people = fine.slice(fine.indexOf('people:'), fine.indexOf('services:'));
    expect(warnings(fine.replace(people, ''))).toContain(
      'estate.yaml:1: people: there is nobody to approve: gates open by break-glass only',
    );
    expect(warnings(fine.replace(people, 'people: { ana: { name: Ana, code: env:A } }\n'))).toContain(
      'estate.yaml:6: people: there is one person only: nobody can approve what that person starts',
    );
  });

  test('a vault on this very machine is lost with it', () => {
    const s3 = `kind: s3
  bucket: b
  endpoint: http://127.0.0.1:9000
  accessKeyId: env:A
  secretAccessKey: env:S`;
    const text = fine.replace('kind: folder\n  path: ./vault', s3);
    expect(warnings(text)).toEqual([
      'estate.yaml:5: vault.endpoint: the vault is on this very machine: what takes the stores may take it too',
    ]);
    expect(warnings(text.replace('127.0.0.1:9000', 'minio.internal:9000'))).toEqual([]);
  });

  test('an interval and a duration are warned about exactly when together they exceed the RPO', () => {
    const seconds = fc.integer({ min: 1, max: 20_000 });
    const print = (value: number): string => formatDuration(value * 1000);
    fc.assert(
      fc.property(seconds, seconds, seconds, (every, takes, rpo) => {
        const text = fine
          .replace('every: 30m, takes: 10m', `every: ${print(every)}, takes: ${print(takes)}`)
          .replace('rpo: 1h', `rpo: ${print(rpo)}`);
        expect(warnings(text).some((one) => one.includes('cannot meet'))).toBe(every + takes > rpo);
      }),
    );
  });
});
