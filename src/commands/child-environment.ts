/**
 * The environment that a command hands to the processes it starts: this process's own, plus what the command sets.
 * Nothing is read from it here.
 */

/** @param set what the child must have; `undefined` takes a variable away */
export function childEnvironment(set: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...set }
}
