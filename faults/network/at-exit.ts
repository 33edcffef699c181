type CleanUp = () => void;

const cleanUps = new Set<CleanUp>();

/**
 * Undoes something when this process ends, however that comes, or before, by calling the result. It has to be synchronous:
 * nothing else is run on 'exit' (Node manual, process 'exit').
 */
export function atExit(cleanUp: CleanUp): () => void {
  cleanUps.add(cleanUp);
  return () => {
    if (cleanUps.delete(cleanUp)) cleanUp();
  };
}

process.on('exit', () => {
  // The latest first: what was made inside of a namespace goes before it.
  for (const cleanUp of [...cleanUps].reverse()) {
    try {
      // One may have undone another, as a network does its namespaces.
      if (cleanUps.delete(cleanUp)) cleanUp();
    } catch (error) {
      console.error(String(error));
    }
  }
});
// Their default is to end without an 'exit' event.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.error(`\nstopped by ${signal}`);
    process.exit(130);
  });
}
