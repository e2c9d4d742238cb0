package org.kvm4j.testkit;

import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests within a test. */
final class TestRun {

  private TestRun() {}

  /** The failed methods, or {@code class} for the class itself, with their messages. */
  static Map<String, String> failures(DiscoverySelector tests) {
    Map<String, String> failures = new TreeMap<>();
    execute(
        tests,
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result
                .getThrowable()
                .ifPresent(thrown -> failures.put(name(test), String.valueOf(thrown.getMessage())));
          }
        });
    return failures;
  }

  /** The skipped methods, or {@code class}, with the reasons. */
  static Map<String, String> skips(DiscoverySelector tests) {
    Map<String, String> skips = new TreeMap<>();
    execute(
        tests,
        new TestExecutionListener() {
          @Override
          public void executionSkipped(TestIdentifier test, String reason) {
            skips.put(name(test), reason);
          }
        });
    return skips;
  }

  private static void execute(DiscoverySelector tests, TestExecutionListener listener) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(tests).build();
    LauncherFactory.create().execute(request, listener);
  }

  private static String name(TestIdentifier test) {
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(source -> ((MethodSource) source).getMethodName())
        .orElse("class");
  }
}
