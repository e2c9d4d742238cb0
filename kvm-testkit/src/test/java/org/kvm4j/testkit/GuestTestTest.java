package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.testkit.guest.Register;
import org.mockito.InOrder;

/** What of {@link GuestTest} needs no KVM; kvm-core's GuestTestIT runs guests. */
class GuestTestTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Hypervisor hypervisor = mock(RETURNS_DEEP_STUBS);
  private final Vm vm = mock(RETURNS_DEEP_STUBS);
  private final Vcpu vcpu = mock(RETURNS_DEEP_STUBS);

  /** This module's class path has no implementation of KVM. */
  @Test
  void withoutImplementation_theTestIsSkipped_orFailsIfRequired_withWhatToDo() {
    String reason =
        "No implementation of kvm4j is installed. Put kvm-core on the class or module path.";
    boolean required = Boolean.getBoolean("kvm.required");

    Map<String, String> skips = TestRun.skips(selectClass(Annotated.class));
    Map<String, String> failures = TestRun.failures(selectClass(Annotated.class));

    assertEquals(required ? Map.of() : Map.of("run", reason), skips);
    assertEquals(required ? Map.of("run", "kvm.required=true: " + reason) : Map.of(), failures);
  }

  @Test
  void options_areSplitAtTheFirstEqualsSign() {
    assertEquals(
        Map.of("base", "0x600", "backend", "file:a=b"),
        GuestTestExtension.options("base=0x600", "backend=file:a=b"));
  }

  @Test
  void optionWithoutValue_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> GuestTestExtension.options("irq"));
  }

  @Test
  void lineOfADevice_leadsToTheInterruptController() {
    openableVm();
    Guest guest = Guest.open(hypervisor, PATIENCE);
    guest.machine().add(new SampleProvider());
    guest.machine().pio().writeByte(0x500 + SampleDevice.CONTROL, SampleDevice.CONTROL_IRQ);

    guest.machine().stream().send("x");
    verify(vm).setIrqLine(5, true);

    guest.close();
    verify(vm).setIrqLine(5, false);
  }

  @ParameterizedTest
  @CsvSource({"base, 0x20", "base, 0xf4", "scratch, 0x1000", "scratch, 0xfee00000"})
  void device_isKeptFromPlacesWhoseAccessesItWouldNotSee(String option, String place) {
    openableVm();
    Guest guest = Guest.open(hypervisor, PATIENCE);

    assertThrows(
        DeviceConflictException.class,
        () -> guest.machine().add(new SampleProvider(), Map.of(option, place)));
  }

  @Test
  void closing_closesTheDevicesBeforeTheVm() {
    openableVm();
    Guest guest = Guest.open(hypervisor, PATIENCE);
    guest.machine().add(new ScriptedProvider(context -> context.interruptLine(5).set(true)));

    guest.close();

    InOrder order = inOrder(vm);
    order.verify(vm).setIrqLine(5, false);
    order.verify(vm).close();
  }

  @Test
  void failedCreation_leavesNothingOpen() {
    openableVm();
    when(vm.createVcpu(anyInt(), any())).thenThrow(new KvmException("no more"));

    assertThrows(KvmException.class, () -> Guest.open(hypervisor, PATIENCE));

    verify(vm).close();
    verify(hypervisor).close();
  }

  @Test
  void registers_areThereOnlyOfAHaltedGuest() {
    openableVm();
    Guest guest = Guest.open(hypervisor, PATIENCE);

    assertThrows(IllegalStateException.class, () -> guest.register(Register.RAX));
    assertThrows(IllegalStateException.class, guest::resume);
  }

  private void openableVm() {
    when(hypervisor.createVm()).thenReturn(vm);
    when(vm.memory()).thenReturn(new FakeGuestMemory(GuestLayout.RAM_BYTES));
    when(vm.createVcpu(anyInt(), any())).thenReturn(vcpu);
  }

  /** Run only from here: its name does not end in Test. */
  static final class Annotated {

    @GuestTest(SampleProvider.class)
    void run(Guest guest) {}
  }
}
