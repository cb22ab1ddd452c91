import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findProgram } from '../../src/sandbox/doctor/programs.js';

export const isRoot = (): boolean => process.getuid?.() === 0;

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
