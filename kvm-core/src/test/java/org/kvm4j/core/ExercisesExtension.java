package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.ObservedKvm.Use;
import org.kvm4j.core.sys.Errno;

/** Holds a test to what its {@link Exercises} say. */
final class ExercisesExtension
    implements ExecutionCondition, BeforeTestExecutionCallback, AfterTestExecutionCallback {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!Files.isWritable(Kvm.DEVICE)) {
      return ConditionEvaluationResult.enabled("@RequiresKvm says what to do without KVM");
    }
    Set<KvmCapability> missing = EnumSet.noneOf(KvmCapability.class);
    List<Use> uses = uses(context);
    try (Hypervisor hypervisor = Kvm.open()) {
      for (Use use : uses) {
        use.ioctl()
            .capability(use.kind())
            .filter(c -> !hypervisor.supports(c))
            .ifPresent(missing::add);
      }
    }
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("this KVM has all capabilities");
    }
    for (Use use : uses) {
      Optional<KvmCapability> own = use.ioctl().capability(use.kind()).filter(missing::contains);
      IoctlReport.refused(
          use,
          own.map(c -> "this KVM lacks KVM_CAP_" + c).orElse("not tried without its counterpart"));
    }
    return ConditionEvaluationResult.disabled("this KVM lacks KVM_CAP_" + missing);
  }

  @Override
  public void beforeTestExecution(ExtensionContext context) {
    ObservedKvm.reset();
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      return;
    }
    Set<Use> succeeded = ObservedKvm.succeeded();
    for (Use use : uses(context, true)) {
      Integer errno = ObservedKvm.refused().get(use);
      assertNotNull(errno, () -> "@Exercises: nobody asked for " + use.ioctl());
      assertFalse(succeeded.contains(use), () -> use.ioctl() + " was not refused");
      IoctlReport.refused(use, "with " + Errno.describe(errno) + ", as by every known KVM");
    }
    for (Use use : uses(context, false)) {
      assertTrue(
          succeeded.contains(use),
          () -> "@Exercises names %s on %s, but none succeeded".formatted(use.ioctl(), use.kind()));
      IoctlReport.carriedOut(use);
    }
  }

  private static List<Use> uses(ExtensionContext context) {
    return Stream.of(true, false).flatMap(refused -> uses(context, refused).stream()).toList();
  }

  private static List<Use> uses(ExtensionContext context, boolean refused) {
    return AnnotationSupport.findRepeatableAnnotations(context.getElement(), Exercises.class)
        .stream()
        .filter(exercises -> exercises.refused() == refused)
        .flatMap(
            exercises -> Stream.of(exercises.value()).map(ioctl -> new Use(ioctl, exercises.on())))
        .toList();
  }
}
