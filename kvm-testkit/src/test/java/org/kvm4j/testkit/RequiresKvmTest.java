package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;
import org.opentest4j.AssertionFailedError;

class RequiresKvmTest {

  private final ExtensionContext context = Mockito.mock(ExtensionContext.class);
  @TempDir private Path directory;

  @Test
  void deviceThatOpens_enablesTheTest() throws IOException {
    Path device = Files.createFile(directory.resolve("kvm"));
    RequiresKvmExtension extension = new RequiresKvmExtension(device, true);

    assertFalse(extension.evaluateExecutionCondition(context).isDisabled());
    extension.beforeAll(context);
    extension.beforeEach(context);
  }

  @Test
  void missingDevice_disablesTheTest_withTheReason() {
    ConditionEvaluationResult result =
        new RequiresKvmExtension(missing(), false).evaluateExecutionCondition(context);

    assertTrue(result.isDisabled());
    assertEquals(
        missing() + " does not exist. Load kvm_amd or kvm_intel.", result.getReason().orElse(""));
  }

  @Test
  void deviceThatIsNoFile_disablesTheTest_withTheReason() {
    ConditionEvaluationResult result =
        new RequiresKvmExtension(directory, false).evaluateExecutionCondition(context);

    assertTrue(result.getReason().orElse("").contains("cannot be opened"), result::toString);
  }

  @Test
  void missingDeviceThatIsRequired_failsTheTest_insteadOfSkippingIt() {
    RequiresKvmExtension extension = new RequiresKvmExtension(missing(), true);

    assertFalse(extension.evaluateExecutionCondition(context).isDisabled());
    assertThrows(AssertionFailedError.class, () -> extension.beforeAll(context));
    assertThrows(AssertionFailedError.class, () -> extension.beforeEach(context));
  }

  @Test
  void annotatedTest_isSkippedFailedOrRun_asTheHostHasIt() {
    boolean open = Files.isReadable(Path.of("/dev/kvm")) && Files.isWritable(Path.of("/dev/kvm"));
    boolean required = Boolean.getBoolean("kvm.required");

    Map<String, String> skips = TestRun.skips(selectClass(Annotated.class));
    Map<String, String> failures = TestRun.failures(selectClass(Annotated.class));

    assertEquals(!open && !required, skips.containsKey("class"), skips::toString);
    assertEquals(!open && required, failures.containsKey("class"), failures::toString);
    assertEquals(open, Annotated.ran);
  }

  private Path missing() {
    return directory.resolve("none");
  }

  /** Run only from here: its name does not end in Test. */
  @RequiresKvm
  static final class Annotated {

    private static boolean ran;

    @Test
    void run() {
      ran = true;
    }
  }
}
