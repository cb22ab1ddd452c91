// The documents: their links lead somewhere, their programs parse, their commands exist.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { transform } from 'esbuild';
import GitHubSlugger from 'github-slugger';
import { marked, type Token, type Tokens } from 'marked';

/** Longest README that a reader takes in, in lines. */
const README_LINES = 300;

const { repository, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  repository: { url: string };
  scripts: Record<string, string>;
};
/** How a full address of one of our own files begins. */
const OURS = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;

const documents = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path && existsSync(path));

/** Every token of these kinds in a document, nested ones too. */
function tokens<Kind extends Token>(path: string, ...types: Kind['type'][]): Kind[] {
  const found: Kind[] = [];
  void marked.walkTokens(marked.lexer(readFileSync(path, 'utf8')), (token) => {
    if (types.includes(token.type)) found.push(token as Kind);
  });
  return found;
}

const plain = (text: string): string => text.replace(/[`*_]|\[|\]\([^)]*\)/g, '');

function anchors(path: string): Set<string> {
  const slugger = new GitHubSlugger();
  return new Set(tokens<Tokens.Heading>(path, 'heading').map(({ text }) => slugger.slug(plain(text))));
}

/** What is wrong with one address in a document; `undefined` where nothing is. */
function trouble(document: string, href: string): string | undefined {
  if (/^[a-z]+:/.test(href) && !href.startsWith(OURS)) return undefined;
  const [path = '', anchor] = href.startsWith(OURS) ? href.slice(OURS.length).split('#') : href.split('#');
  const file = href.startsWith(OURS) ? path : path ? normalize(join(dirname(document), path)) : document;
  if (!existsSync(file)) return `${href}: ${file} is not there`;
  if (anchor && !anchors(file).has(anchor)) return `${href}: ${file} has no heading #${anchor}`;
  return undefined;
}

describe('the documents', () => {
  it('are found', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'src/gateway/README.md'])
      assert.ok(documents.includes(path), path);
  });

  for (const document of documents) {
    it(`${document}: links lead to files and headings that exist`, () => {
      const links = tokens<Tokens.Link | Tokens.Image>(document, 'link', 'image');
      assert.deepEqual(links.map(({ href }) => trouble(document, href)).filter(Boolean), []);
    });

    it(`${document}: programs parse`, async () => {
      for (const { lang, text } of tokens<Tokens.Code>(document, 'code')) {
        if (lang === 'js' || lang === 'jsx' || lang === 'tsx') await transform(text, { loader: lang });
        if (lang === 'json') JSON.parse(text);
        if (lang !== 'html') continue;
        for (const [, script = ''] of text.matchAll(/<script>([^]*?)<\/script>/g)) await transform(script);
      }
    });

    it(`${document}: commands exist`, () => {
      const named = [...readFileSync(document, 'utf8').matchAll(/npm run ([a-z][a-z:-]*)/g)].map(
        ([, name = '']) => name,
      );
      assert.deepEqual(
        named.filter((name) => !scripts[name]),
        [],
      );
    });
  }

  it(`README.md has at most ${README_LINES} lines`, () => {
    const lines = readFileSync('README.md', 'utf8').trimEnd().split('\n').length;
    assert.ok(lines <= README_LINES, `${lines} lines: move something to the document of its room`);
  });

  it('a wrong link would be reported', () => {
    assert.match(trouble('README.md', 'src/nothing.md') ?? '', /not there/);
    assert.match(trouble('README.md', 'SECURITY.md#nothing') ?? '', /no heading/);
    assert.match(trouble('README.md', `${OURS}src/nothing.ts`) ?? '', /not there/);
    assert.match(trouble('src/ui/README.md', '#nothing') ?? '', /no heading/);
  });
});
