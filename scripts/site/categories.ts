import {
  Comment,
  CommentTag,
  Converter,
  type Application,
  type DeclarationReflection,
  type ProjectReflection,
  type Reflection,
} from 'typedoc';
import { sectionsOf } from './sections.ts';

/** An entry of the package: what it is imported by, and its module. */
export interface Entry {
  readonly name: string;
  readonly file: string;
}

/** Names the modules as they are imported, and puts what they export into the sections of their index. */
export function categorize(app: Application, entries: readonly Entry[]): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of entries) {
      const module = moduleOf(project, entry.file);
      module.name = entry.name;
      const sections = sectionsOf(entry.file);
      for (const child of module.children ?? []) {
        const section = sections.get(child.name);
        if (section !== undefined) addCategory(child, section);
      }
    }
  });
}

function moduleOf(project: ProjectReflection, file: string): DeclarationReflection {
  const name = file.replace(/^src\//u, '').replace(/(?:\/index)?\.ts$/u, '');
  const module = project.children?.find((child) => child.name === name);
  if (module === undefined) throw new Error(`TypeDoc has no module '${name}' for ${file}`);
  return module;
}

function addCategory(child: DeclarationReflection, section: string): void {
  // What can be called carries its comment at its signatures.
  if (child.signatures === undefined) addTag(child, section);
  else for (const signature of child.signatures) addTag(signature, section);
}

function addTag(reflection: Reflection, section: string): void {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: section }]));
}
