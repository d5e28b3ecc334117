import { formatDuration } from '../domain/duration.ts';
import type { Path } from './parse-yaml.ts';
import type { EstateFile } from './schema.ts';

/** Something allowed but unwise, and where it stands. */
export interface Advice {
  path: Path;
  says: string;
}

const print = (seconds: number): string => formatDuration(seconds * 1000);

type TargetFile = EstateFile['targets'][string];

/** A set shows the instant its backup began, and helps only once it is published: `every` plus `takes` later. */
const adviseRpo = ({ objective, backup }: TargetFile, path: Path): Advice[] => {
  const { rpo } = objective;
  if (rpo === null) return [];
  if (backup.every === null) {
    return [
      { path, says: `promises an RPO of ${print(rpo)}, and nothing says how often it is backed up: set backup.every` },
    ];
  }
  const worst = backup.every + (backup.takes ?? 0);
  const isShort = backup.takes === null ? worst >= rpo : worst > rpo;
  if (!isShort) return [];
  const takes = backup.takes === null ? 'plus the time it takes' : `taking ${print(backup.takes)}`;
  return [
    {
      path: [...path, 'backup', 'every'],
      says: `a backup every ${print(backup.every)} ${takes} cannot meet an RPO of ${print(rpo)}`,
    },
  ];
};

const adviseTarget = (id: string, target: TargetFile): Advice[] => {
  const path = ['targets', id];
  const { objective, primary, besideServer, scratchServer, switches, services } = target;
  const missing: readonly [boolean, string][] = [
    [objective.rto === null, 'promises no RTO: its verdict will always be "not measured"'],
    [objective.rpo === null, 'promises no RPO: its verdict will always be "not measured"'],
    [besideServer === null, 'has no besideServer: it can be backed up but not recovered'],
    [scratchServer === null, 'has no scratchServer: its recovery cannot be drilled'],
    [switches.length === 0, 'has no switch: a recovery records the new place and leads no users to it'],
    [services.length === 0, 'has no service: nothing can prove that users are served again'],
  ];
  return [
    ...missing.flatMap(([isTrue, says]) => (isTrue ? [{ path, says }] : [])),
    ...(besideServer === primary
      ? [{ path: [...path, 'besideServer'], says: 'is the server of the primary: what takes one takes both' }]
      : []),
    ...adviseRpo(target, path),
  ];
};

const localHost = /^https?:\/\/(localhost|127\.|\[::1\])/;

const adviseVault = (vault: EstateFile['vault']): Advice[] => {
  if (vault.kind === 'folder') {
    return [
      { path: ['vault', 'path'], says: 'a folder is lost with its machine, unless it is mounted from another site' },
    ];
  }
  if (vault.endpoint === undefined || !localHost.test(vault.endpoint)) return [];
  return [
    { path: ['vault', 'endpoint'], says: 'the vault is on this very machine: what takes the stores may take it too' },
  ];
};

const advisePeople = (people: EstateFile['people']): Advice[] => {
  const path = ['people'];
  const count = Object.keys(people).length;
  if (count === 0) return [{ path, says: 'there is nobody to approve: gates open by break-glass only' }];
  if (count === 1) return [{ path, says: 'there is one person only: nobody can approve what that person starts' }];
  if (count > 2) return [];
  return [{ path, says: 'there are two people only: a destructive step that one of them starts needs two others' }];
};

/** True things that are allowed but unwise. */
export const lintEstate = (file: EstateFile): Advice[] => [
  ...adviseVault(file.vault),
  ...advisePeople(file.people),
  ...Object.entries(file.targets).flatMap(([id, target]) => adviseTarget(id, target)),
];
