export default { testEnvironment: 'jsdom', transform: {}, testMatch: ['**/*.jest.js'] };
