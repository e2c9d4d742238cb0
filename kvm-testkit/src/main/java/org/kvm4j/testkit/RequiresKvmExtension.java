package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Does what {@link RequiresKvm} says: a condition can only skip, so the callbacks do the failing.
 */
class RequiresKvmExtension implements ExecutionCondition, BeforeAllCallback, BeforeEachCallback {

  private final Supplier<Optional<String>> obstacle;
  private final boolean required;

  RequiresKvmExtension() {
    this(Path.of("/dev/kvm"), isRequired());
  }

  RequiresKvmExtension(Path device, boolean required) {
    this(() -> obstacle(device), required);
  }

  /**
   * As a subclass wants it.
   *
   * @param obstacle why the test cannot run here, if it cannot
   */
  RequiresKvmExtension(Supplier<Optional<String>> obstacle, boolean required) {
    this.obstacle = obstacle;
    this.required = required;
  }

  static boolean isRequired() {
    return Boolean.getBoolean("kvm.required");
  }

  @Override
  public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return obstacle
        .get()
        .filter(reason -> !required)
        .map(ConditionEvaluationResult::disabled)
        .orElse(ConditionEvaluationResult.enabled("KVM is there, or required"));
  }

  @Override
  public final void beforeAll(ExtensionContext context) {
    failIfMissing();
  }

  @Override
  public final void beforeEach(ExtensionContext context) {
    failIfMissing();
  }

  private void failIfMissing() {
    obstacle
        .get()
        .filter(reason -> required)
        .ifPresent(reason -> fail("kvm.required=true: " + reason));
  }

  private static Optional<String> obstacle(Path device) {
    try (FileChannel opened =
        FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.of(device + " does not exist. Load kvm_amd or kvm_intel.");
    } catch (AccessDeniedException e) {
      return Optional.of(device + " may not be opened. Add the user to the group kvm.");
    } catch (IOException e) {
      return Optional.of(device + " cannot be opened: " + e.getMessage());
    }
  }
}
