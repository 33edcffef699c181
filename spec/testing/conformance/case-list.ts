import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';

const NOTHING = { reset: false, apart: false, unanswered: false, admission: false };
const BEGIN = '<!-- cases:begin -->';
const END = '<!-- cases:end -->';

/** The page with the list of the cases, by rule, between its marks. */
export function withCaseList(page: string): string {
  const [before = '', rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`the page has no ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${caseList()}\n\n${END}${after}`;
}

function caseList(): string {
  const rules = [...new Set(transportCases.map(({ rule }) => rule))].sort((one, other) => one - other);
  return rules.map((rule) => `**Rule ${rule}**\n\n${casesOf(rule)}`).join('\n\n');
}

function casesOf(rule: number): string {
  return transportCases
    .filter((one) => one.rule === rule)
    .map((one) => `- ${one.name}${wanting(one.notApplicable(NOTHING))}`)
    .join('\n');
}

function wanting(reason: string | undefined): string {
  return reason === undefined ? '' : ` (not if ${reason.replace('this', 'the')})`;
}
