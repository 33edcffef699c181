/** A link or an image of a Markdown text, and where its target stands in it. */
export interface MarkdownLink {
  readonly target: string;
  readonly index: number;
}

// Fenced blocks and code within a line, which hold no links; and what remains is looked at.
const CODE_OR_LINK =
  /^(?<fence>`{3,}|~{3,})[^]*?^\k<fence>|(?<ticks>`+)[^`][^]*?\k<ticks>|\]\((?<target>[^()\s]+)\)/gmu;

/** Every link of a text, but for what is code. */
export function markdownLinks(text: string): readonly MarkdownLink[] {
  return [...text.matchAll(CODE_OR_LINK)].flatMap(({ groups, index }) => {
    const target = groups?.['target'];
    return target === undefined ? [] : [{ target, index: index + ']('.length }];
  });
}

/** The text with other targets of its links. */
export function withTargets(text: string, toTarget: (target: string) => string): string {
  let done = 0;
  let result = '';
  for (const { target, index } of markdownLinks(text)) {
    result += text.slice(done, index) + toTarget(target);
    done = index + target.length;
  }
  return result + text.slice(done);
}

/** Whether a target is a file of this repository, and not an address or a heading of the same page. */
export function isRelative(target: string): boolean {
  return !/^(?:[a-z][a-z\d+.-]*:|#|\/)/iu.test(target);
}

/** The anchors that the headings of a text have, as GitHub makes them. */
export function headingAnchors(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const prose = text.replace(/^(?<fence>`{3,}|~{3,})[^]*?^\k<fence>/gmu, '');
  for (const { groups } of prose.matchAll(/^#{1,6} +(?<title>.+?) *#*$/gmu)) {
    const title = (groups?.['title'] ?? '').replace(/\[(?<text>[^\]]*)\]\([^)]*\)/gu, '$<text>');
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
