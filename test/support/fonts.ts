import { execFileSync } from 'node:child_process';
import { findProgram } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install } from './debian.js';

/** Debian's packages: a small font for both scripts of Chinese, and the program that tells whether there is one. */
const PACKAGES = ['fontconfig', 'fonts-wqy-microhei'];

function hasChinese(): boolean {
  const list = findProgram(['fc-list']);
  return list !== undefined && execFileSync(list, [':lang=zh-cn'], { encoding: 'utf8' }).trim() !== '';
}

/**
 * Sees to it that Chinese is not a row of boxes, in pictures and where a test looks at its lines; what is missing is
 * installed where that is possible (root on Debian or Ubuntu), else said.
 */
export function wantChinese(): void {
  if (!hasChinese() && canInstall()) install(PACKAGES);
  if (!hasChinese())
    console.warn(`No font for Chinese was found: its texts may be boxes. Debian: ${PACKAGES.join(' ')}.`);
}
