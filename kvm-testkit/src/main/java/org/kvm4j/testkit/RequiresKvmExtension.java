package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Does what {@link RequiresKvm} says: a condition can only skip, so the callbacks do the failing.
 */
final class RequiresKvmExtension
    implements ExecutionCondition, BeforeAllCallback, BeforeEachCallback {

  private final Path device;
  private final boolean required;

  RequiresKvmExtension() {
    this(Path.of("/dev/kvm"), Boolean.getBoolean("kvm.required"));
  }

  RequiresKvmExtension(Path device, boolean required) {
    this.device = device;
    this.required = required;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return obstacle()
        .filter(reason -> !required)
        .map(ConditionEvaluationResult::disabled)
        .orElse(ConditionEvaluationResult.enabled("KVM is there, or required"));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    failIfMissing();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    failIfMissing();
  }

  private void failIfMissing() {
    obstacle().filter(reason -> required).ifPresent(reason -> fail("kvm.required=true: " + reason));
  }

  private Optional<String> obstacle() {
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
