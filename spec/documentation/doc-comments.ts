import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The comment of something that the package exports, and the declaration under it. */
export interface DocComment {
  readonly file: string;
  /** What is declared: `function`, `class`, `const`, `interface` or `type`. */
  readonly kind: string;
  readonly name: string;
  /** Without its stars. */
  readonly text: string;
}

const DECLARED =
  /(?<comment>\/\*\*(?:(?!\*\/)[^])*\*\/)\n(?:\/\/[^\n]*\n)?export (?:async )?(?<kind>function|class|const|interface|type) (?<name>\w+)/gu;

/** Every comment of the sources that is marked as public. */
export function publicComments(): readonly DocComment[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => commentsOf(join('src', file)));
}

function commentsOf(file: string): readonly DocComment[] {
  return [...readFileSync(file, 'utf8').matchAll(DECLARED)]
    .map(({ groups: { comment = '', kind = '', name = '' } = {} }) => ({
      file,
      kind,
      name,
      text: comment.slice('/**'.length, -'*/'.length).replace(/^ \* ?/gmu, ''),
    }))
    .filter(({ text }) => text.includes('@public'));
}

/** The blocks of code of a language that stand in a text. */
export function codeBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(?<code>[^]*?)^\`\`\`$`, 'gmu'))].map(
    ({ groups }) => groups?.['code'] ?? '',
  );
}
