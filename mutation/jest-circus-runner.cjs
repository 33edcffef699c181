// The jest-runner of Stryker 9.6 goes on after the first failure, and each spec that waits for what the mutant does not
// do takes 5 s. This skips what cannot change the verdict any more (`testRunner` of the jest manual).
const { default: circus } = require('jest-circus/runner');
const { nothing, remember } = require('./spec-names.cjs');

let noticed;

module.exports = async (global, project, environment, runtime, path, ...rest) => {
  const judge = () => circus(global, project, environment, runtime, path, ...rest);
  const mutant = process.env['__STRYKER_ACTIVE_MUTANT__'];
  if (mutant === undefined) {
    const outcome = await judge();
    remember(path, outcome);
    return outcome;
  }
  if (noticed === mutant) return nothing(path);

  const inner = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    await inner?.(event, state);
    if (event.name === 'test_start' && noticed === mutant) event.test.mode = 'skip';
    if (event.name === 'test_done' && event.test.errors.length > 0) noticed = mutant;
  };
  return judge();
};
