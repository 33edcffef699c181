import { styles } from '../../src/cli/style.ts';

describe('styles', () => {
  it('colour for who wants colours, and leave text alone for all others', () => {
    expect(styles(true).red('wrong')).toBe('\u001b[31mwrong\u001b[39m');
    expect(styles(true).bold('head')).toBe('\u001b[1mhead\u001b[22m');
    expect(styles(false).red('wrong')).toBe('wrong');
    expect(styles(false).cyan('#1')).toBe('#1');
  });
});
