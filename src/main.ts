/**
 * The command line. Each command is loaded only when it is called.
 *
 * Exit codes: 0 done; 1 failed; 2 the command line is wrong; 78 the configuration is wrong (EX_CONFIG of sysexits).
 */
import { readFileSync } from 'node:fs'
import { CommandError, type CommandModule, UsageError } from './commands/command.ts'
import { ConfigurationError } from './config.ts'

type Command = { readonly usage: string; readonly about: string; readonly load: () => Promise<CommandModule> }

const COMMANDS: Readonly<Record<string, Command>> = {
  start: {
    usage: 'start [--only partner,gateway,checkout,ops,worker] [--no-worker]',
    about: 'Runs the server: partner API, card API, hosted page, health and metrics, background worker.',
    load: () => import('./commands/start.ts'),
  },
  demo: {
    usage: 'demo [--port-base N] [--data DIR] [--ready-file FILE] [--settle-ms N] [--reset]',
    about: 'Runs a whole world on this machine: server, banks, acquirer, shop, ERP, mailbox, people.',
    load: () => import('./commands/demo.ts'),
  },
  test: {
    usage: 'test [--only checks|unit|journeys] [PATH …]',
    about: 'Checks the house and runs every test, browser included.',
    load: () => import('./commands/test.ts'),
  },
  bench: {
    usage: 'bench NAME [OPTION …]',
    about: 'Measures a running world, e.g. `bench payment`.',
    load: () => import('./commands/bench.ts'),
  },
  migrate: {
    usage: 'migrate [--check]',
    about: 'Brings the database to the schema of this version.',
    load: () => import('./commands/migrate.ts'),
  },
  database: {
    usage: 'database [--data DIR] [--port N]',
    about: 'Runs the embedded PostgreSQL alone until it is stopped.',
    load: () => import('./commands/database.ts'),
  },
  partner: {
    usage:
      'partner add|list|show|profile|certificate|revocation-list|redirect-url|webhook-secret|user|suspend|resume …',
    about: 'Registers partners, their certificates and the people who may look at what is theirs.',
    load: () => import('./commands/partner.ts'),
  },
  limits: {
    usage:
      'limits show CLIENT_ID | set CLIENT_ID [--INDICATOR BLOCK] [--INDICATOR-warn LEVEL] [--INDICATOR-estimate N] …',
    about:
      'Shows what is measured of a partner beside its levels; sets at which staff are warned and payments blocked.',
    load: () => import('./commands/limits.ts'),
  },
  alerts: {
    usage:
      'alerts list [--all] [--partner CLIENT_ID] | show ID | take ID | comment ID TEXT | close ID TEXT [--by NAME]',
    about: 'Works on what limits have warned of or blocked.',
    load: () => import('./commands/alerts.ts'),
  },
  bank: {
    usage: 'bank list [--catalogue] | show ID | check ID | register ID [--again]',
    about: 'Shows the banks and what of them is not established; tries the connection; registers at a bank.',
    load: () => import('./commands/bank.ts'),
  },
  merchant: {
    usage: 'merchant add|list|show|set|password|link …',
    about: 'Registers partners on the card rail: API passwords, acquirers, tokenization.',
    load: () => import('./commands/merchant.ts'),
  },
  order: {
    usage: 'order show|ask|close ORDER_ID --merchant MERCHANT_ID',
    about: 'Shows the history of an order on the card rail; asks its acquirer now; closes a transaction by its word.',
    load: () => import('./commands/order.ts'),
  },
  payment: {
    usage: 'payment show|ask|close PAYMENT_ID',
    about: 'Shows the history of a payment; asks its bank now; closes a submission that the bank says it never had.',
    load: () => import('./commands/payment.ts'),
  },
  explain: {
    usage: 'explain PAYMENT_ID [--messages] | explain --merchant MERCHANT_ID ORDER_ID [--utc] [--json]',
    about:
      'Tells a payment or an order as one timeline, from the first call to webhooks and mails; people and secrets masked.',
    load: () => import('./commands/explain.ts'),
  },
  webhook: {
    usage: 'webhook redeliver PAYMENT_ID [--event N] [--partner CLIENT_ID]',
    about: 'Sends the webhooks of a payment again.',
    load: () => import('./commands/webhook.ts'),
  },
  prove: {
    usage:
      'prove [--from ISO] [--to ISO] [--bank ID=FILE|URL …] [--camt FILE …] [--acquirer ID=FILE|URL …] [--ready-file FILE]',
    about: 'Holds all books against each other and tells every disagreement; 1 if there is any.',
    load: () => import('./commands/prove.ts'),
  },
  staff: {
    usage: 'staff add|list|show|role|suspend|resume|unlock|sign-out|reset-password|reset-totp …',
    about: 'The people who operate the installation: the first administrator, roles, locked accounts, lost telephones.',
    load: () => import('./commands/staff.ts'),
  },
  audit: {
    usage:
      'audit list [--since ISO] [--until ISO] [--subject KIND[:ID]] [--actor NAME] [--act ACT] [--limit N] [--json] | verify [--from-anchor FILE] | anchor',
    about: 'Tells who did what; proves that the record is unbroken, 1 if it is not; signs its end for safe keeping.',
    load: () => import('./commands/audit.ts'),
  },
  keys: {
    usage: 'keys create [FILE] | status | rotate [--signing] | retire signing ID',
    about: 'Creates, shows and rotates the keys of the installation.',
    load: () => import('./commands/keys.ts'),
  },
  certificates: {
    usage:
      'certificates expiry | sandbox DIR | authority PATH [--name NAME] | sign CSR --authority PATH | revoke CERT … --authority PATH',
    about:
      'Tells when the certificates of this installation end; issues sandbox ones and signs requests in a trial, never for production.',
    load: () => import('./commands/certificates.ts'),
  },
  generate: {
    usage: 'generate [--check]',
    about: 'Writes what is generated from the source: manual, error list, diagrams, OpenAPI, schema.',
    load: () => import('./commands/generate.ts'),
  },
}

// By name: importing their classes would load what most commands do not need.
const CONFIGURATION_FAULTS: ReadonlySet<string> = new Set([
  'BankProfilesError',
  'AcquirerProfilesError',
  'KeyFileError',
])
const TOLD_IN_WORDS: ReadonlySet<string> = new Set(['MigrationError', 'PunteError'])

const version = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function help(): string {
  const rows = Object.values(COMMANDS).map(({ usage, about }) => `  punte ${usage}\n      ${about}`)
  return `Punte, a payment gateway.\n\n${rows.join('\n')}\n  punte help | --version\n\nSettings: docs/generated/configuration.md\n`
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    ;(name === undefined ? process.stderr : process.stdout).write(help())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`punte ${version()}\n`)
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    process.stderr.write(`punte: no such command: ${name}\nCommands: ${Object.keys(COMMANDS).join(', ')}, help\n`)
    return 2
  }
  if (name !== 'bench' && (rest.includes('--help') || rest.includes('-h'))) {
    process.stdout.write(`punte ${command.usage}\n  ${command.about}\n`)
    return 0
  }
  try {
    return await (await command.load()).run(rest)
  } catch (error) {
    return told(error, command)
  }
}

function told(error: unknown, command: Command): number {
  if (error instanceof UsageError) {
    process.stderr.write(`punte: ${error.message}\nUsage: punte ${command.usage}\n`)
    return 2
  }
  if (error instanceof ConfigurationError || (error instanceof Error && CONFIGURATION_FAULTS.has(error.name))) {
    process.stderr.write(`punte: ${error.message}\n`)
    return 78
  }
  // Faults that say in words what an operator must do; a stack would bury them.
  if (error instanceof CommandError || (error instanceof Error && TOLD_IN_WORDS.has(error.name))) {
    process.stderr.write(`punte: ${error.message}\n`)
    return 1
  }
  const refusal = refusalOfSystem(error)
  if (refusal !== undefined) {
    process.stderr.write(`punte: ${refusal}\n`)
    return 1
  }
  process.stderr.write(`punte: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
}

/** What the system or the database refused (port in use, no such host, wrong password): their words, without a stack. */
function refusalOfSystem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (error.code.startsWith('ERR_')) return undefined
  // Several addresses were tried: each has its own words, the whole has none.
  const words =
    error instanceof AggregateError ? error.errors.map((one) => String(one?.message ?? one)).join('; ') : error.message
  return words || error.code
}

// A handle that a library forgot must not keep a finished command alive.
process.exit(await main(process.argv.slice(2)))
