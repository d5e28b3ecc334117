import { installDebian } from './debian-package.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { allOnPath, isExecutable } from './tool.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const byHand =
  'install Chromium or Chrome and put it on PATH (Debian, Ubuntu: apt install chromium; macOS: brew install chromium)';

/** A browser that tests can drive: only they need it. @throws DrError `missing` (permanent) with everything tried */
export const resolveChromium = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'Chromium', byHand },
    [
      { says: 'PATH and applications', find: findInstalled },
      { says: 'Debian package chromium', takes: 'up to two minutes', find: installPackage },
    ],
    options,
  );

const findInstalled = async (): Promise<string> => {
  const onPath = await Promise.all(names.map(allOnPath));
  for (const path of [...onPath.flat(), ...applications]) if (await isExecutable(path)) return path;
  throw new Error(`none of ${names.join(', ')}`);
};

const installPackage = async (): Promise<string> => {
  await installDebian('chromium');
  return findInstalled();
};
