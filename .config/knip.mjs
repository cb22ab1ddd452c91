// `npm run unused`: exports, files and dependencies that nothing uses fail it.
export default {
  // The package's own doors are found by `exports` and `bin` in package.json, programs by its scripts.
  entry: [
    'web-test-runner.config.mjs',
    // The build puts it in the place of src/extras.ts.
    'src/extras-file.ts',
    'demo/{shop,playground}/assets/**/*.js',
    'test/**/*.test.ts',
    'test/**/*.check.ts',
    'test/**/{cli,*-cli}.ts',
    // Started as processes of their own.
    'test/**/*-process.ts',
    // Sent to the browser as they are.
    'src/sandbox/page/*.js',
    // Put in the place of the modules that they are named after.
    'test/checkout/soak/mutants/*.ts',
    // Compiled by test/server/load-cli.ts.
    'test/server/load.ts',
    // Bundled by test/react/site.ts, for each version of React.
    'test/react/app.ts',
  ],
  project: ['src/**/*.{ts,tsx,js}', 'demo/**/*.js', 'test/**/*.ts', '.config/*.mjs'],
  // Projects of their own, with their own package.json.
  ignore: ['demo/apps/**', 'test/package/consumer/**'],
  ignoreExportsUsedInFile: true,
  ignoreDependencies: [
    // Started by its path in test/package/package.check.ts.
    '@arethetypeswrong/cli',
    // The bundler of test/react/site.ts takes them in the place of `react` and `react-dom`.
    'react-18',
    'react-dom',
    'react-dom-18',
    '@types/react-dom',
    // Used by the code that the documents print and the tests run.
    'express',
    'express-session',
    'fastify',
    'koa',
    '@koa/bodyparser',
    // Named by the generated types, for projects that have it.
    'svelte',
  ],
  // Not npm's: Debian's package manager, and this package's own command in a merchant's project.
  ignoreBinaries: ['apt-get', 'iotpay-checkout', 'openssl'],
};
