import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const isRoot = (): boolean => process.getuid?.() === 0;

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first of these programs that can be run: a full path, or a name looked up in PATH. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) =>
    /[\\/]/.test(name) ? [name] : folders.map((folder) => join(folder, name)),
  );
  return candidates.find(isExecutable);
}

function isDebian(): boolean {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Whether what is missing can be installed: by root, on Debian or Ubuntu. */
export const canInstall = (): boolean => isRoot() && isDebian() && findProgram(['apt-get']) !== undefined;

/** Installs with the system's own package manager. Whether it worked is seen by looking for the programs again. */
export function install(packages: readonly string[]): void {
  console.log(`Installing for the tests: ${packages.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  try {
    apt('-qq', 'update');
    apt('-qq', '-y', '--no-install-recommends', 'install', ...packages);
  } catch (error) {
    console.warn(`apt-get failed: ${(error as Error).message}`);
  }
}
