// Rows C3 C6 of docs/coverage.md.
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryServer } from '../../src/memory/server.ts';
import { memoryEstate } from './in-process.ts';

const checks = `    checks:
      - { kind: objects, names: [orders, items] }
      - { kind: orphans, child: items, columns: [order], parent: orders, parentColumns: [id] }
`;

describe('dr check', () => {
  it('runs the checks where the target is in service, and ends well when none is red', async () => {
    const estate = await memoryEstate(checks);
    const ran = await estate.dr(['check', 'orders-db']);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.json()).toMatchObject({
      target: 'orders-db',
      place: 'orders-db/primary',
      isGreen: true,
      checks: [{ state: 'green' }, { state: 'green' }],
    });
    expect((await estate.dr(['check', 'orders-db/primary'])).code).toBe(0);
  });

  it('ends with 1 when one is red, names it first, and shows keys on the spot', async () => {
    const estate = await memoryEstate(checks);
    memoryServer.put(estate.primary, 'items', [{ order: 'no such order' }, { order: 3 }]);
    const ran = await estate.dr(['check', 'orders-db']);
    expect(ran.code).toBe(1);
    expect(ran.json()).toMatchObject({
      isGreen: false,
      checks: [
        { check: 'orphans', state: 'red', found: '1 orphan', examples: ['["no such order"]'] },
        { state: 'green' },
      ],
    });
    expect(ran.err).toContain('orders-db/primary: 1 green, 1 red');
    expect(ran.err).toMatch(/\| RED +\| every items \(order\) is in orders \(id\)/);
  });

  it('looks at a restored copy, and holds newest rows against what it was restored from', async () => {
    const estate = await memoryEstate('    checks:\n      - { kind: newestRow, of: orders, column: at, within: 1s }\n');
    memoryServer.put(estate.primary, 'orders', [{ at: new Date(Date.now() + 500).toISOString() }]);
    const set = String((await estate.dr(['snapshot', 'orders-db'])).json().set);
    expect((await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes'])).code).toBe(0);
    const copy = await estate.dr(['check', 'orders-db', '--at', estate.empty.ref, '--set', set]);
    expect(copy.code, copy.err).toBe(0);
    expect(copy.json()).toMatchObject({ place: expect.stringContaining('orders-db/beside-'), isGreen: true });
  });

  it('is not green where something could not be measured', async () => {
    const ran = await (await memoryEstate(checks)).dr(['check', 'orders-db', '--integrity']);
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({
      isGreen: false,
      checks: [{ check: 'integrity', state: 'not measured' }, {}, {}],
    });
  });

  it('holds rows against those of another target, where it is in service', async () => {
    const url = `memory://vectors-${randomUUID()}`;
    const ref = `VECTORS_${randomUUID().replaceAll('-', '')}`;
    process.env[ref] = url;
    onTestFinished(() => void delete process.env[ref]);
    memoryServer.create(url);
    memoryServer.put(url, 'points', [{ id: 1 }]);
    const across =
      '{ kind: orphans, child: items, columns: [id], parentTarget: vectors, parent: points, parentColumns: [id] }';
    const estate = await memoryEstate(`    checks: [${across}]\n  vectors: { kind: memory, primary: env:${ref} }\n`);
    const red = await estate.dr(['check', 'orders-db']);
    expect(red.code).toBe(1);
    expect(red.json()).toMatchObject({
      checks: [{ state: 'red', found: '1 orphan beside vectors/primary', examples: ['["2"]'] }],
    });
    memoryServer.put(url, 'points', [{ id: 2 }, { id: 1 }]);
    expect((await estate.dr(['check', 'orders-db'])).json()).toMatchObject({ isGreen: true });
  });

  it('refuses what it does not know, and a target without checks', async () => {
    const estate = await memoryEstate(checks);
    for (const [args, kind] of [
      [['check', 'orders'], 'unknown-name'],
      [['check', 'orders-db/besides'], 'unknown-name'],
      [['check', 'orders-db', '--at', 'memory://secret'], 'bad-input'],
    ] as const) {
      const ran = await estate.dr([...args]);
      expect(ran.json()).toMatchObject({ exit: 2, error: { kind } });
      expect(ran.out).not.toContain('secret');
    }
    const none = await (await memoryEstate()).dr(['check', 'orders-db']);
    expect(none.json()).toMatchObject({
      exit: 2,
      error: { kind: 'no-match', hint: expect.stringContaining('--integrity') },
    });
  });
});
