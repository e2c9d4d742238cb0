package org.kvm4j.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Writes down which integration tests were skipped and why, for the build to show. */
public final class SkippedTests implements TestExecutionListener {

  private final Set<String> skipped = new TreeSet<>();

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    note(test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      note(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    try {
      Files.createDirectories(IoctlReport.FILE.toAbsolutePath().getParent());
      Files.write(IoctlReport.FILE.resolveSibling("skipped-tests.txt"), skipped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void note(TestIdentifier test, String reason) {
    test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(MethodSource.class::cast)
        .map(method -> method.getJavaClass().getSimpleName())
        .filter(className -> className.endsWith("IT"))
        .ifPresent(name -> skipped.add(name + "." + test.getDisplayName() + ": " + reason));
  }
}
