import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeReport } from '../../src/report/make-report.ts';
import { anyRecord } from './any-record.ts';
import { goodRun } from './records.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(
  JSON.parse(await readFile(new URL('../../docs/report.schema.json', import.meta.url), 'utf8')),
);

const errors = (report: unknown): unknown => {
  validate(JSON.parse(JSON.stringify(report)));
  return validate.errors ?? [];
};

it('describes every report there can be', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      expect(errors(makeReport(record))).toEqual([]);
    }),
  );
});

it('refuses a report with a field missing, added, or of another type', () => {
  const report = makeReport(goodRun());
  expect(errors(report)).toEqual([]);
  for (const key of Object.keys(report)) {
    expect(errors({ ...report, [key]: undefined }), key).not.toEqual([]);
    expect(errors({ ...report, [key]: true }), key).not.toEqual([]);
  }
  expect(errors({ ...report, extra: 1 })).not.toEqual([]);
  expect(errors({ ...report, headline: { ...report.headline, rto: 'probably' } })).not.toEqual([]);
});
