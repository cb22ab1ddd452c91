import { findProgram } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install } from '../support/debian.js';

/** A program of the WebP tools: installed from Debian's packages where it is missing. */
export function webpTool(name: 'cwebp' | 'img2webp'): string {
  if (!findProgram([name]) && canInstall()) install(['webp']);
  const found = findProgram([name]);
  if (!found)
    throw new Error(`${name} is missing. It is part of the WebP tools (Debian and Homebrew: webp).`);
  return found;
}
