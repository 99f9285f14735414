/** `node sandbox/screening/main.ts --config FILE.json`; see `README.md` for what the file holds. */
import { readConfigFile } from '../process/config.ts'
import { runProcess } from '../process/lifecycle.ts'
import { startScreening } from './screening.ts'

await runProcess(() => startScreening(readConfigFile()))
