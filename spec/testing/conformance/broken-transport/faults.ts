import { admissionFaults } from './admission-faults.ts';
import { closingFaults } from './closing-faults.ts';
import { errorFaults } from './error-faults.ts';
import type { Faults } from './fault.ts';
import { openingFaults } from './opening-faults.ts';
import { readingFaults } from './reading-faults.ts';
import { sendingFaults } from './sending-faults.ts';
import { stateFaults } from './state-faults.ts';

export const faults: Faults = {
  ...readingFaults,
  ...sendingFaults,
  ...closingFaults,
  ...openingFaults,
  ...stateFaults,
  ...errorFaults,
  ...admissionFaults,
};
