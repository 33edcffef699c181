export const drawStorm = (a: unknown, b: unknown) => '';
