package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
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

/** Holds a test to what its {@link Exercises} say. */
final class ExercisesExtension
    implements ExecutionCondition, BeforeTestExecutionCallback, AfterTestExecutionCallback {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!Files.isWritable(Kvm.DEVICE)) {
      return ConditionEvaluationResult.enabled("@RequiresKvm says what to do without KVM");
    }
    try (Hypervisor hypervisor = Kvm.open()) {
      for (Use use : uses(context)) {
        Optional<KvmCapability> needed = use.ioctl().capability(use.kind());
        if (needed.isPresent() && !hypervisor.supports(needed.get())) {
          String reason = "this KVM lacks KVM_CAP_" + needed.get();
          IoctlReport.refused(use, reason);
          return ConditionEvaluationResult.disabled(use.ioctl() + ": " + reason);
        }
      }
    }
    return ConditionEvaluationResult.enabled("this KVM has all capabilities");
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
    for (Use use : uses(context)) {
      assertTrue(
          succeeded.contains(use),
          () -> "@Exercises names %s on %s, but none succeeded".formatted(use.ioctl(), use.kind()));
      IoctlReport.carriedOut(use);
    }
  }

  private static List<Use> uses(ExtensionContext context) {
    return AnnotationSupport.findRepeatableAnnotations(context.getElement(), Exercises.class)
        .stream()
        .flatMap(
            exercises -> Stream.of(exercises.value()).map(ioctl -> new Use(ioctl, exercises.on())))
        .toList();
  }
}
