import { execFileSync } from 'node:child_process';
import { findProgram } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install } from '../support/debian.js';

/** Whether a font for Chinese is here; where nobody can say, it is taken to be. */
function hasChinese(): boolean {
  const list = findProgram(['fc-list']);
  return list === undefined || execFileSync(list, [':lang=zh-cn'], { encoding: 'utf8' }).trim() !== '';
}

/** Sees to it that Chinese is not a row of boxes in the pictures, or says that it will be. */
export function wantChinese(): void {
  if (!hasChinese() && canInstall()) install(['fonts-noto-cjk']);
  if (!hasChinese())
    console.warn('There is no font for Chinese: install one (fonts-noto-cjk), or its texts are boxes.');
}
