// The failures, and the count on the last line.

export default class Reporter {
  onTestResult(_test, { failureMessage }) {
    if (failureMessage) console.log(failureMessage);
  }

  onRunComplete(_contexts, { numPassedTests, numTotalTests, numFailedTestSuites }) {
    const failed = numTotalTests - numPassedTests;
    console.log(`${numPassedTests} passed, ${numTotalTests > 0 ? Math.max(failed, numFailedTestSuites) : 1} failed`);
  }
}
