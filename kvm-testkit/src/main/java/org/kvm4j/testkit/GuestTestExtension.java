package org.kvm4j.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmUnavailableException;

/** Does what {@link GuestTest} says: makes the guest, and closes it after the test. */
final class GuestTestExtension extends RequiresKvmExtension implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(GuestTestExtension.class);

  GuestTestExtension() {
    super(GuestTestExtension::obstacle, isRequired());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Guest.class;
  }

  @Override
  public Guest resolveParameter(ParameterContext parameter, ExtensionContext context) {
    GuestTest test =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), GuestTest.class)
            .orElseThrow();
    Map<String, String> options = options(test.options());
    Guest guest = Guest.open(Hypervisor.open(), Duration.ofSeconds(test.haltWithinSeconds()));
    // Stored before anything else can fail: JUnit closes what is in the store.
    context.getStore(NAMESPACE).put(guest, (AutoCloseable) guest::close);
    guest.machine().add(ReflectionSupport.newInstance(test.value()), options);
    return guest;
  }

  static Map<String, String> options(String... texts) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "@GuestTest option '%s' has no value. Write name=value.".formatted(text));
      }
      options.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return options;
  }

  private static Optional<String> obstacle() {
    try (Hypervisor opened = Hypervisor.open()) {
      return Optional.empty();
    } catch (KvmUnavailableException e) {
      return Optional.of(e.getMessage());
    }
  }
}
