/**
 * Loaded into every process of a test file: once its tests are over the process must end by itself. What keeps it (a
 * browser, a server, a socket left behind) is told and the file fails, where it would otherwise hold all other tests up.
 */
import { after } from 'node:test'
import { isMainThread } from 'node:worker_threads'

/** The file's own ending is in it: a slow machine takes a while to stop a whole world. */
const PATIENCE_MS = 240_000

if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined)
  after(() => {
    setTimeout(() => {
      const kept = [...new Set(process.getActiveResourcesInfo())].sort().join(', ')
      process.stderr.write(`the tests are over, but something keeps their process alive: ${kept}\n`)
      process.exit(1)
    }, PATIENCE_MS).unref()
  })
