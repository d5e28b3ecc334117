import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { Connection } from '@temporalio/client';
import prettyBytes from 'pretty-bytes';
import { describeError, isDrError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/verbs.ts';
import { cacheDir } from '../components/cache.ts';
import { resolveMinio } from '../components/minio.ts';
import { reservePort } from '../components/ports.ts';
import { resolvePostgres } from '../components/postgres-binaries.ts';
import type { ResolveOptions } from '../components/resolve.ts';
import { resolveTemporal } from '../components/temporal.ts';
import { resolveTestServer } from '../components/test-server.ts';
import { installHint, runProgram, type Tool } from '../components/tool.ts';
import { processId } from './process-id.ts';
import { type EstateState, estateFolder, readState } from './state.ts';

/** What `dr doctor` says about one thing of this machine. `hint` says what to do, where something is to be done. */
export interface DoctorFinding extends Finding {
  name: string;
  hint: string | null;
}

const well = (name: string, says: string): DoctorFinding => ({ name, says, isFailure: false, hint: null });
const warning = (name: string, says: string, hint: string): DoctorFinding => ({ name, says, isFailure: false, hint });
const failure = (name: string, says: string, hint: string): DoctorFinding => ({ name, says, isFailure: true, hint });

/** Looks at this machine and changes nothing: Node, build tools, components, disk, ports, Temporal. Never throws. */
export const doctor = async (dir: string = estateFolder()): Promise<readonly DoctorFinding[]> => {
  const tools = await Promise.all(toolChecks.map(checkTool));
  const components = await Promise.all(componentChecks.map((check) => checkComponent(check, tools)));
  const rest = await Promise.all([
    checkDisk('temporary folder', tmpdir()),
    checkDisk('cache', cacheDir()),
    checkPorts(),
  ]);
  return [checkNode(), ...tools, ...components, ...rest, ...(await checkTemporal(readState(dir)))];
};

const checkNode = (): DoctorFinding => {
  const isSupported = process.versions.node.startsWith('24.');
  if (isSupported) return well('Node', process.versions.node);
  return failure('Node', `${process.versions.node}, needed is 24`, 'use npm run or bin/dr.mjs, which bring it');
};

const toolChecks: readonly { tool: Tool; args: readonly string[] }[] = [
  { tool: 'python3', args: ['-c', 'import ensurepip, sys, venv; print(sys.version.split()[0], "with venv")'] },
  { tool: 'go', args: ['version'] },
  { tool: 'java', args: ['-version'] },
  { tool: 'mvn', args: ['-v'] },
];

/** A missing tool is a warning: it fails only what cannot be had without it. */
const checkTool = async ({ tool, args }: (typeof toolChecks)[number]): Promise<DoctorFinding> => {
  try {
    const output = await runProgram(tool, args, { timeoutMs: 20_000 });
    return well(tool, stripVTControlCharacters(output).trim().split('\n', 1)[0] ?? '');
  } catch {
    return warning(tool, 'missing, or does not work', installHint(tool));
  }
};

interface ComponentCheck {
  name: string;
  resolve(options: ResolveOptions): Promise<string>;
  builtWith: readonly Tool[];
}

const componentChecks: readonly ComponentCheck[] = [
  { name: 'PostgreSQL 16 with pgvector', resolve: resolvePostgres, builtWith: ['python3'] },
  { name: 'Temporal dev server', resolve: resolveTemporal, builtWith: ['go'] },
  { name: 'Temporal test server', resolve: resolveTestServer, builtWith: ['java', 'mvn'] },
  { name: 'MinIO', resolve: resolveMinio, builtWith: ['go'] },
];

const checkComponent = async (check: ComponentCheck, tools: readonly DoctorFinding[]): Promise<DoctorFinding> => {
  try {
    return well(check.name, await check.resolve({ fetch: false, say: () => undefined }));
  } catch (error) {
    const lacks = check.builtWith.filter((tool) => tools.some(({ name, hint }) => name === tool && hint !== null));
    const hint = isDrError(error) ? error.hint : '';
    if (lacks.length === 0) return warning(check.name, 'not here yet', 'dr up, npm run drill or npm test gets it');
    return failure(check.name, `not here, and cannot be built without ${lacks.join(' and ')}`, hint);
  }
};

const enoughBytes = 2e9;

const checkDisk = async (name: string, path: string): Promise<DoctorFinding> => {
  try {
    const { bavail, bsize } = await statfs(path);
    const says = `${prettyBytes(bavail * bsize)} free at ${path}`;
    if (bavail * bsize >= enoughBytes) return well(name, says);
    return failure(name, says, `free ${prettyBytes(enoughBytes)}, or name another folder by TMPDIR or XDG_CACHE_HOME`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return well(name, `${path} will be made`);
    return failure(name, describeError(error), `make ${path} readable`);
  }
};

const checkPorts = async (): Promise<DoctorFinding> => {
  try {
    return well('ports', `free ones on 127.0.0.1, for example ${await reservePort()}`);
  } catch (error) {
    return failure('ports', `none on 127.0.0.1: ${describeError(error)}`, 'allow this user to listen on 127.0.0.1');
  }
};

/** The local estate when it is up, and the server that TEMPORAL_ADDRESS names when it is set. */
const checkTemporal = async (state: EstateState | null): Promise<readonly DoctorFinding[]> => {
  const local =
    state === null ? [well('local estate', 'not up (dr up starts it)')] : await Promise.all(checkLocal(state));
  const address = process.env.TEMPORAL_ADDRESS;
  return address === undefined ? local : [...local, await checkAddress('Temporal', address)];
};

const checkLocal = (state: EstateState): readonly (DoctorFinding | Promise<DoctorFinding>)[] => {
  const alive = (name: string, pid: number): DoctorFinding =>
    processId(pid).began === ''
      ? failure(name, `process ${pid} is gone`, 'dr down, then dr up')
      : well(name, `runs as process ${pid}`);
  return [
    checkAddress('local Temporal', state.temporal.address),
    alive('local PostgreSQL', state.postgres.pid),
    alive('local MinIO', state.minio.pid),
  ];
};

const checkAddress = async (name: string, address: string): Promise<DoctorFinding> => {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '3s' });
    await connection.close();
    return well(name, `answers at ${address}`);
  } catch (error) {
    const hint = 'start it (dr up for a local one), or correct TEMPORAL_ADDRESS';
    return failure(name, `no answer at ${address}: ${describeError(error)}`, hint);
  }
};
