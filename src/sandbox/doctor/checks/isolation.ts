import type { Check } from '../examination.js';
import { ok, problem, type Finding } from '../finding.js';

/** Headers that refuse what does not opt in; that IOTPay's script and frame do is nowhere said. */
const HEADERS = [
  { name: 'Cross-Origin-Embedder-Policy', isolates: /^(?:require-corp|credentialless)\b/i },
  { name: 'Document-Isolation-Policy', isolates: /^isolate-and-/i },
];

/** Cross-origin isolation, under which the form is refused or stays empty (SECURITY.md says in which browser). */
export const isolation: Check = {
  title: 'Cross-origin isolation',
  needs: 'page',
  run({ visit: page }) {
    if (!page) return [];
    const found = HEADERS.flatMap(({ name, isolates }): Finding[] => {
      const value = page.headers.get(name)?.trim() ?? '';
      if (!isolates.test(value)) return [];
      return [
        problem(
          `The page has ${name}: ${value}.`,
          'Serve the payment page without it: browsers then refuse IOTPay’s script, or show an empty form.',
        ),
      ];
    });
    return found.length > 0 ? found : [ok('The page is not isolated from IOTPay’s form.')];
  },
};
