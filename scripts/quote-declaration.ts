import {
  createSourceFile,
  forEachChild,
  isFunctionDeclaration,
  isIdentifier,
  isPropertyAssignment,
  isVariableStatement,
  ScriptTarget,
  type Node,
} from 'typescript';

/** The first function, constant or property of that name in a source, with the comment above it, moved to the left margin. */
export function quoteDeclaration(source: string, name: string): string {
  const file = createSourceFile('quoted.ts', source, ScriptTarget.Latest, true);
  const find = (node: Node): Node | undefined =>
    namesOf(node).includes(name) ? node : forEachChild(node, find);
  const declaration = find(file);
  if (declaration === undefined) throw new Error(`nothing is declared as ${name}`);
  const lines = declaration
    .getFullText()
    .replace(/^\s*\n/u, '')
    .trimEnd()
    .split('\n');
  const margin = /^ */u.exec(lines[0] ?? '')?.[0].length ?? 0;
  return lines.map((line) => line.slice(Math.min(margin, line.search(/\S|$/u)))).join('\n');
}

function namesOf(node: Node): readonly string[] {
  if (isVariableStatement(node))
    return node.declarationList.declarations.map(({ name }) => (isIdentifier(name) ? name.text : ''));
  if (isFunctionDeclaration(node) || isPropertyAssignment(node))
    return node.name !== undefined && isIdentifier(node.name) ? [node.name.text] : [];
  return [];
}
