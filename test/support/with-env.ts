/** Runs `body` with these environment variables, and puts the old ones back. For code that reads the environment itself. */
export const withEnv = async <T>(env: Readonly<Record<string, string>>, body: () => Promise<T>): Promise<T> => {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await body();
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
};
