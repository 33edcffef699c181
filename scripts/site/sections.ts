import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * The names that an entry exports, by the comment over their exports.
 *
 * ```ts
 * // Operators
 * export { backoff } from './operators/backoff.ts'; // backoff → Operators
 * ```
 */
export function sectionsOf(entry: string): ReadonlyMap<string, string> {
  const text = readFileSync(entry, 'utf8');
  const source = ts.createSourceFile(entry, text, ts.ScriptTarget.ESNext);
  const sections = new Map<string, string>();
  let section: string | undefined;
  for (const statement of source.statements) {
    section = titleOver(text, statement) ?? section;
    if (section === undefined || !ts.isExportDeclaration(statement)) continue;
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) continue;
    for (const { name } of exportClause.elements) sections.set(name.text, section);
  }
  return sections;
}

function titleOver(text: string, statement: ts.Statement): string | undefined {
  return (ts.getLeadingCommentRanges(text, statement.pos) ?? [])
    .filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
    .map(({ pos, end }) => text.slice(pos, end).replace(/^\/\/ */u, ''))
    .at(-1);
}
