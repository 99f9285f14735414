/** `node sandbox/mailbox/main.ts --config FILE.json`; see `mailbox.ts` for what the file holds. */
import { readConfigFile } from '../process/config.ts'
import { runProcess } from '../process/lifecycle.ts'
import { startMailbox } from './mailbox.ts'

await runProcess(() => startMailbox(readConfigFile()))
