/** A worker for worker.test.ts that takes jobs and never ends them, to be killed. */
import { createLog } from '../log.ts'
import { startWorker } from './worker.ts'

await startWorker({
  url: process.argv[2] ?? '',
  log: createLog('silent'),
  concurrency: 1,
  tasks: {
    stuck: async () => {
      console.log('took a job')
      await new Promise(() => {})
    },
  },
})
