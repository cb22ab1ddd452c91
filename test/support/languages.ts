// PHP and Python for the tests of the backends in other languages.
import { spawnSync } from 'node:child_process';
import { findProgram } from '../../src/sandbox/doctor/programs.js';
import { canInstall, install } from './debian.js';

export const LANGUAGES = ['php', 'python'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Debian's packages. */
const PACKAGES: Readonly<Record<Language, readonly string[]>> = {
  php: ['php-cli', 'php-sqlite3', 'php-pgsql', 'php-mysql', 'php-curl'],
  python: ['python3-flask', 'python3-psycopg2'],
};

/** The names to look for: the Python that has Flask need not be the first in PATH. */
const NAMES: Readonly<Record<Language, readonly string[]>> = {
  php: ['php', '/usr/bin/php'],
  python: ['python3', '/usr/bin/python3'],
};

/** Ends with 0 where everything is there that the backend needs. */
const PROBES: Readonly<Record<Language, readonly string[]>> = {
  php: [
    '-r',
    'exit(array_diff(["pdo_sqlite", "pdo_pgsql", "pdo_mysql", "curl"], get_loaded_extensions()) ? 1 : 0);',
  ],
  python: ['-c', 'import flask, sqlite3, psycopg2'],
};

const works = (language: Language, program: string): boolean =>
  spawnSync(program, PROBES[language], { stdio: 'ignore' }).status === 0;

function find(language: Language): string | undefined {
  const found = NAMES[language].map((name) => findProgram([name]));
  return found.find((program) => program !== undefined && works(language, program));
}

/** The program of a language. @throws Error with one line that says what to install */
export function programOf(language: Language): string {
  const program = find(language);
  if (program) return program;
  throw new Error(`No ${language} with what its backend needs: install ${PACKAGES[language].join(', ')}.`);
}

/** Makes sure that the languages are there: what is missing is installed where that is possible. */
export function requireLanguages(): void {
  for (const language of LANGUAGES) {
    if (!find(language) && canInstall()) install(PACKAGES[language]);
    programOf(language);
  }
}
