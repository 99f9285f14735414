/**
 * Import direction: surfaces over domain over infra, and nothing upwards. Run by `punte test`.
 * The swc parser reads TypeScript, type imports included (TypeScript 7 has no compiler API to read it with).
 */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** Tests and what only tests use. */
const TESTING = '\\.test\\.tsx?$|(^|/)testing/|/fixture\\.ts$|^tests/|-child\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    rule(
      'no-circles',
      'A circle of imports hides which part rests on which. Types among themselves may point both ways.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule('resolvable', 'An import that resolves to nothing.', {}, { couldNotResolve: true }),
    rule(
      'domain-knows-no-surface',
      'What a payment is must not depend on how it is asked for.',
      { path: '^src/domain/' },
      { path: '^src/(http|commands|main|compose)' },
    ),
    rule(
      'infra-knows-no-payment',
      'Infrastructure serves any domain; it is handed what it needs.',
      { path: '^src/infra/' },
      { path: '^src/(http|domain|commands|main|compose)' },
    ),
    rule(
      'surfaces-stand-apart',
      'No surface imports another; what they share lies directly in src/http/.',
      { path: '^src/http/([^/]+)/' },
      { path: '^src/http/[^/]+/', pathNot: '^src/http/$1/' },
    ),
    rule(
      'shared-http-knows-no-surface',
      'What all surfaces share must not know one of them.',
      { path: '^src/http/[^/]+\\.ts$', pathNot: '\\.test\\.ts$' },
      { path: '^src/http/[^/]+/' },
    ),
    rule(
      'surfaces-know-no-command',
      'Commands and the composition root stand above everything.',
      { path: '^src/(http|config)' },
      { path: '^src/(commands|main|compose)' },
    ),
    rule(
      'config-stands-alone',
      'The settings import nothing of ours.',
      { path: '^src/config\\.ts$' },
      { path: '^src/' },
    ),
    rule(
      'sandbox-shares-nothing',
      'A simulated bank that shared our code would share our mistakes.',
      { path: '^sandbox/', pathNot: '\\.test\\.ts$' },
      { path: '^(src|web|bench|tools)/' },
    ),
    rule(
      'server-knows-no-sandbox',
      'Nothing simulated may be reachable from production code.',
      { path: '^(src|sdk|web)/', pathNot: '\\.test\\.ts$' },
      { path: '^(sandbox|tests|bench)/' },
    ),
    rule(
      'sdk-stands-alone',
      'The client has no dependencies but Node itself.',
      { path: '^sdk/', pathNot: '\\.test\\.ts$' },
      { pathNot: '^sdk/', dependencyTypesNot: ['core'] },
    ),
    rule(
      'page-shares-types-only',
      'The page imports the contract of its surface, as types, and nothing else of the server.',
      { path: '^web/', pathNot: '\\.test\\.tsx?$' },
      { path: '^src/', pathNot: '^src/http/(checkout|office|portal)/[a-z-]*contract\\.ts$' },
    ),
    rule(
      'page-contract-as-types',
      'A value import would pull server code into the page.',
      { path: '^web/', pathNot: '\\.test\\.tsx?$' },
      { path: '^src/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'server-reads-words-only',
      'Of the pages the server takes the words of timelines, for its command that prints one, and nothing else.',
      { path: '^src/', pathNot: '\\.test\\.ts$' },
      { path: '^web/', pathNot: '^web/shared/told/' },
    ),
    rule(
      'words-know-no-browser',
      'What is read outside a page must not draw one in.',
      { path: '^web/shared/told/', pathNot: '\\.test\\.ts$' },
      { path: '^web/|node_modules', pathNot: '^web/shared/(told/|many\\.ts$)' },
    ),
    rule(
      'one-http-client',
      'Only infra/outbound.ts (with its destination.ts) calls out: limits, time-outs and address checks live there.',
      { path: '^src/', pathNot: '^src/infra/(outbound|destination)\\.ts$|\\.test\\.ts$' },
      { path: '(^|node_modules/)undici(/|$)' },
    ),
    rule(
      'database-driver-in-infra',
      'The driver is used by the database folder and the queue; stores use Database.',
      { path: '^src/', pathNot: '^src/infra/(database|jobs)/|\\.test\\.ts$' },
      { path: '(^|node_modules/)(pg|kysely|graphile-worker)(/|$)', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'one-way-out-of-the-vault',
      'Card numbers leave the vault for a message to an acquirer only: who may turn a token into one is said here.',
      { path: '^src/', pathNot: '^src/domain/(cards/|vault/scheme-tokens\\.ts$)|\\.test\\.ts$' },
      { path: '^src/domain/vault/detokenize\\.ts$' },
    ),
    rule(
      'no-tests-in-code',
      'Code imports neither tests nor what only tests use (fixtures, testing/ folders).',
      { pathNot: TESTING },
      { path: TESTING },
    ),
    rule(
      'declared-packages',
      'A package that package.json does not name may vanish with the next install.',
      { path: '^(src|sandbox|bench|tools|sdk)/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'no-development-package-in-server',
      'The server runs without development packages.',
      { path: '^src/', pathNot: '\\.test\\.ts$|^src/commands/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    parser: 'swc',
    // Type imports count: a type taken from above is a dependency upwards as well.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.punte)/' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
