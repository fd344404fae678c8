const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
    ...jestConfig,
    moduleNameMapper: { '^lightning/graphql$': '<rootDir>/tests/stubs/graphql.js' },
    setupFilesAfterEnv: [...jestConfig.setupFilesAfterEnv, '<rootDir>/tests/setup.js'],
    testPathIgnorePatterns: [...jestConfig.testPathIgnorePatterns, '<rootDir>/tests/']
};
