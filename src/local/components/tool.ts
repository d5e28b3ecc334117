import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { tellKeeper } from './keeper.ts';

const installHints = {
  python3:
    'install Python 3.10 or newer with venv (Debian, Ubuntu: apt install python3-venv; macOS: brew install python)',
  go: 'install Go 1.25 or newer (Debian, Ubuntu: apt install golang; macOS: brew install go; or go.dev/dl)',
  java: 'install Java 11 or newer (Debian, Ubuntu: apt install default-jre-headless; macOS: brew install openjdk)',
  javac:
    'install a Java development kit, 11 or newer (Debian, Ubuntu: apt install default-jdk-headless; macOS: brew install openjdk)',
  mvn: 'install Maven 3 (Debian, Ubuntu: apt install maven; macOS: brew install maven)',
  tar: 'install tar (Debian, Ubuntu: apt install tar)',
} as const;

export type Tool = keyof typeof installHints;

/** How a person installs a tool. */
export const installHint = (tool: Tool): string => installHints[tool];

/** All executables of that name on PATH, in its order. */
export const allOnPath = async (name: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, name);
    if (await isExecutable(path)) found.push(path);
  }
  return found;
};

export const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Throws, with how to install it, when `tool` is not on PATH. */
export const requireTool = async (tool: Tool): Promise<void> => {
  if ((await allOnPath(tool)).length === 0)
    throw new Error(`needs ${tool}, which is not on PATH: ${installHint(tool)}`);
};

/** Runs a tool to its end. @throws Error with the last lines it printed */
export const runTool = async (
  tool: Tool,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs: number },
): Promise<void> => {
  await requireTool(tool);
  await runProgram(tool, args, options);
};

/** Runs any program to its end, and ends it when this process ends before it. @throws Error with the last lines it printed */
export const runProgram = async (
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs: number; uid?: number; gid?: number },
): Promise<string> => {
  const { timeoutMs, ...rest } = options;
  const fixed = { stdin: 'ignore', all: true, reject: false, detached: true, cleanup: false } as const;
  const running = execa(file, args, { ...rest, ...fixed, timeout: timeoutMs });
  const { pid } = running;
  if (pid !== undefined) tellKeeper({ keep: 'group', pid, signal: 'SIGTERM' });
  const result = await running;
  if (pid !== undefined) tellKeeper({ drop: 'group', pid });
  if (result.failed) {
    const tail = (result.all ?? '').trim().split('\n').slice(-8).join('\n');
    throw new Error(`${result.shortMessage}${tail === '' ? '' : `\n${tail}`}`);
  }
  return result.all ?? '';
};

/** The first program of that name on PATH, once it has answered what version it is. @throws Error */
export const findOnPath = async (program: string): Promise<string> => {
  const [path] = await allOnPath(program);
  if (path === undefined) throw new Error(`no ${program} there`);
  await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  return path;
};
