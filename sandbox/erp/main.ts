/** `node sandbox/erp/main.ts --config FILE.json`; `erp.ts` and `partner/partner.ts` say what the file holds. */
import { readConfigFile } from '../process/config.ts'
import { runProcess } from '../process/lifecycle.ts'
import { startErp } from './erp.ts'

await runProcess(() => startErp(readConfigFile()))
