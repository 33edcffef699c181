import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULES = Array.from({ length: 18 }, (_, index) => index + 1);
const SPECS = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.spec.ts'),
);

describe('the rules of the design', () => {
  const text = SPECS.filter((file) => file !== 'rules.spec.ts')
    .map((file) => readFileSync(join(__dirname, file), 'utf8'))
    .join('\n');

  it.each(RULES)('has a spec that names rule %i', (rule) => {
    const named = [...text.matchAll(/\(rules? (?<numbers>[\d and,]+)\)/gu)].flatMap(({ groups }) =>
      (groups?.['numbers'] ?? '').match(/\d+/gu),
    );
    expect(named).toContain(String(rule));
  });
});
