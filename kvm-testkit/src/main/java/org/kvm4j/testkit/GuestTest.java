package org.kvm4j.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kvm4j.device.DeviceProvider;

/**
 * A test whose parameter is a {@link Guest} with a device, on {@code /dev/kvm}.
 *
 * <pre>{@code
 * @GuestTest(value = ThermometerProvider.class, options = {"base=0xd0000000", "irq=5"})
 * void alarm_interruptsTheGuest(Guest guest) {
 *   guest.run(
 *       code ->
 *           code.onInterrupt(
 *                   5, handler -> handler.load32(RAX, TEMPERATURE).store32(RESULT, RAX))
 *               .store32(CONTROL, ALARM_ENABLED)
 *               .store32(LIMIT, 20));
 *
 *   assertEquals(25, guest.memory().readInt(RESULT));
 *   assertEquals(1, guest.machine().line(5).risingEdges());
 * }
 * }</pre>
 *
 * <p>The test needs an implementation of {@link org.kvm4j.Hypervisor}: add kvm-core with test scope
 * to the build. Where it or {@code /dev/kvm} is missing, the test is skipped and the report says
 * why; with the system property {@code kvm.required=true} it fails instead, as with {@link
 * RequiresKvm}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(GuestTestExtension.class)
@SuppressWarnings("exports") // the package is open to JUnit, and nobody else needs the extension
public @interface GuestTest {

  /** What makes the device; more devices can be added to {@link Guest#machine()}. */
  Class<? extends DeviceProvider> value();

  /** The device's options as a user gives them: {@code "irq=5"}. */
  String[] options() default {};

  /** How long the guest may take to come to a halt, before that counts as a failure. */
  int haltWithinSeconds() default 10;
}
