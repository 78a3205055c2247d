// Who may know whom (HOUSE.md). Read by tools/boundaries.ts, which also counts what was checked.
const TEST = '(\\.test\\.tsx?$)|(/testing(\\.ts$|/))'
const PRODUCT = '^(kernel|formats|modules|flows|views|adapters|apps|ui|sdk)/'
const OURS = '^(kernel|formats|modules|flows|views|adapters|apps|ui|sdk|lab|checks|tools)/'
const PROMISE = '^(modules/[^/]+/[^/]+|views|flows/[^/]+)/(contract|events)\\.ts$'
const CONTRACT = '^(modules/[^/]+/[^/]+|views|flows/[^/]+)/contract\\.ts$'
const DOORS = '^modules/[^/]+/[^/]+/(contract|events|index|testing)\\.ts$'
const WEB_APP = '^apps/(room|studio|desk)/'

/** From `from` into our own code only what `allowed` matches. */
const only = (name, comment, from, allowed) => ({
  name, comment, severity: 'error', from, to: { path: OURS, pathNot: allowed },
})

export default {
  forbidden: [
    {
      name: 'no-cycles', severity: 'error',
      comment: 'No cycles, types included: move what both need to the one that needs less.',
      from: {}, to: { circular: true },
    },
    {
      name: 'resolvable', severity: 'error',
      comment: 'The import leads nowhere: no such file, or no such door in package.json.',
      from: {}, to: { couldNotResolve: true },
    },
    only('kernel-alone', 'kernel imports nothing of ours.',
      { path: '^kernel/', pathNot: TEST }, ['^kernel/']),
    only('formats-alone', 'A format knows kernel and other formats, no domain.',
      { path: '^formats/', pathNot: TEST }, ['^kernel/', '^formats/']),
    {
      name: 'kernel-browser-safe', severity: 'error',
      comment: 'The kernel runs in browsers too: no Node modules.',
      from: { path: '^kernel/', pathNot: TEST }, to: { dependencyTypes: ['core'] },
    },
    only('module-asks-contracts',
      'Product code of a module takes from another module only its contract or events.',
      { path: '^modules/([^/]+/[^/]+)/', pathNot: TEST },
      ['^kernel/', '^formats/', '^modules/$1/', PROMISE]),
    {
      name: 'module-inside', severity: 'error',
      comment: 'A module is entered by its doors: contract, events, testing and index.',
      from: { path: '^modules/([^/]+/[^/]+)/' },
      to: { path: '^modules/', pathNot: ['^modules/$1/', DOORS] },
    },
    {
      name: 'module-inside-from-outside', severity: 'error',
      comment: 'A module is entered by its doors: contract, events, testing and index.',
      from: { pathNot: '^(modules|views|tools)/' }, to: { path: '^modules/', pathNot: DOORS },
    },
    {
      name: 'insight-unheard', severity: 'error',
      comment: 'insight listens to everyone and is imported by no other module.',
      from: { path: '^modules/', pathNot: ['^modules/insight/', TEST] },
      to: { path: '^modules/insight/' },
    },
    {
      name: 'contract-is-pure', severity: 'error',
      comment: 'contract.ts and events.ts run in browsers: kernel, other promises, typebox.',
      from: { path: PROMISE },
      to: { pathNot: ['^kernel/', PROMISE, '(^|/)node_modules/(@sinclair/)?typebox/'] },
    },
    {
      name: 'model-is-pure', severity: 'error',
      comment: 'model.ts decides; it does no I/O and knows nobody who does.',
      from: { path: '^modules/[^/]+/[^/]+/model(\\.ts$|/)', pathNot: TEST },
      to: {
        path: [
          '^modules/[^/]+/[^/]+/(store|routes|jobs|index)\\.ts$',
          '^(node:)?(fs|net|http|https|child_process|timers)(/|$)',
          '(^|/)node_modules/(pg|kysely|fastify|ws)/',
        ],
      },
    },
    only('flows-act-by-contract', 'A flow knows kernel, contracts, events and other flows.',
      { path: '^flows/', pathNot: TEST }, ['^kernel/', PROMISE, '^flows/']),
    only('views-read', 'A view knows kernel, contracts, events and table types.',
      { path: '^views/', pathNot: TEST },
      ['^kernel/', PROMISE, '^views/', '^modules/[^/]+/[^/]+/tables\\.ts$']),
    only('adapter-fills-a-port', 'An adapter knows kernel and contracts, no other adapter.',
      { path: '^adapters/([^/]+)/', pathNot: TEST }, ['^kernel/', '^formats/', CONTRACT, '^adapters/$1/']),
    only('sdk-speaks-contracts', 'sdk knows contracts and kernel.',
      { path: '^sdk/', pathNot: TEST }, ['^kernel/', CONTRACT, '^sdk/']),
    only('ui-knows-nobody', 'ui imports nothing of ours.',
      { path: '^ui/', pathNot: TEST }, ['^ui/']),
    only('web-app-knows', 'A web app knows kernel, contracts, sdk and ui.',
      { path: WEB_APP.replace('(room', '((?:room').replace('desk)', 'desk))'), pathNot: TEST },
      ['^kernel/', CONTRACT, '^sdk/', '^ui/', '^apps/$1/']),
    {
      name: 'web-without-node', severity: 'error',
      comment: 'Browsers have no Node modules.',
      from: { path: ['^ui/', '^sdk/', WEB_APP], pathNot: [TEST, '(^|/)vite\\.config\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'apps-apart', severity: 'error',
      comment: 'Apps are processes or pages: they talk, they do not import each other. What every '
        + 'child process says to the launcher is the one exception.',
      from: { path: '^apps/([^/]+)/', pathNot: TEST },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/launch/child\\.ts$'] },
    },
    {
      name: 'apps-on-top', severity: 'error',
      comment: 'Nothing below an app imports it.',
      from: { path: PRODUCT, pathNot: ['^apps/', TEST] }, to: { path: '^apps/' },
    },
    {
      name: 'product-without-rigs', severity: 'error',
      comment: 'Product code does not import lab, checks, tools or test code.',
      from: { path: PRODUCT, pathNot: TEST },
      to: { path: ['^(lab|checks|tools)/', '\\.test\\.tsx?$', '^modules/.*/testing(\\.ts$|/)'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Only our own leavings: most packages live in a folder named dist.
    exclude: { path: ['^[a-z]+/dist/', '^[a-z]+/[a-z-]+/dist/'] },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.json', '.css'],
    },
    skipAnalysisNotInRules: true,
  },
}
