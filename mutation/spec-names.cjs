const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

// In the sandbox, which all processes of a run share. The first run, without a mutant, fills it.
const NAMES = join(process.cwd(), 'temp', 'specs');
const fileOf = (path) => join(NAMES, `${encodeURIComponent(path)}.json`);

/** Keeps what jest says of a spec file: the names of its specs matter here. */
function remember(path, outcome) {
  mkdirSync(NAMES, { recursive: true });
  writeFileSync(fileOf(path), JSON.stringify(outcome));
}

/** What jest says of a spec file in which no spec ran. */
function nothing(path) {
  const outcome = JSON.parse(readFileSync(fileOf(path), 'utf8'));
  return { ...outcome, testResults: outcome.testResults.map((each) => ({ ...each, status: 'pending' })) };
}

/** How many milliseconds the specs of this file take that reach the mutant; undefined if none does. */
function costOf(path, testNamePattern) {
  if (!testNamePattern || !existsSync(fileOf(path))) return 0;
  // As jest does.
  const pattern = new RegExp(testNamePattern, 'i');
  const reaching = nothing(path).testResults.filter(({ fullName }) => pattern.test(fullName));
  return reaching.length === 0 ? undefined : reaching.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
}

module.exports = { remember, nothing, costOf };
