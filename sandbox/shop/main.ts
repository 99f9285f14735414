/** `node sandbox/shop/main.ts --config FILE.json`; `partner/partner.ts` says what the file holds. */
import { readConfigFile } from '../process/config.ts'
import { runProcess } from '../process/lifecycle.ts'
import { startShop } from './shop.ts'

await runProcess(() => startShop(readConfigFile()))
