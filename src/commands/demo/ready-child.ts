/** What `demo.test.ts` starts: answers, then waits to be stopped. */
process.stdout.write('not JSON\n{"ready":true,"name":"ready"}\n')
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
