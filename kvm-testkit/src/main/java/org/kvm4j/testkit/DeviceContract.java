package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.resource.ResourceRequest;

/**
 * What every device keeps to, as a test class to extend.
 *
 * <pre>{@code
 * final class SerialContractTest extends DeviceContract {
 *   @Override
 *   protected DeviceProvider provider() {
 *     return new SerialProvider();
 *   }
 * }
 * }</pre>
 *
 * <p>The device runs on a {@link MockMachine}; no KVM is needed. What a hostile guest does is made
 * up from a seed, the same in every run; a failure names the action and how to repeat it. To try
 * other sequences, set the system property {@code kvm4j.testkit.seed} to a number.
 *
 * <p>Two devices count as equal if they save the same state and then react alike: the same actions
 * read the same values and leave the same lines high. They are always compared at the same VM time,
 * a device after {@code reset} with one created at that time, and with nothing waiting in the
 * streams.
 */
public abstract class DeviceContract {

  private static final int HOSTILE_ACTIONS = 100_000;
  private static final int ROUNDS = 20;
  private static final int ACTIONS_A_ROUND = 400;
  private static final int ACTIONS_AFTER_DAMAGE = 100;
  private static final long SECOND_NANOS = 1_000_000_000;

  /** For subclasses. */
  protected DeviceContract() {}

  /** A new provider of the device that is tested. */
  protected abstract DeviceProvider provider();

  /** The options to create the device with, if not the defaults. */
  protected Map<String, String> options() {
    return Map.of();
  }

  /**
   * The most bytes that a saved state may take: the bound on all that a guest can make grow. Raise
   * it for a device that holds more, such as a frame buffer.
   */
  protected int maxStateBytes() {
    return 65_536;
  }

  /**
   * Whether the same accesses give the same answers. Only a device that makes random numbers says
   * no, and then is compared by its saved state alone.
   */
  protected boolean isDeterministic() {
    return true;
  }

  /** The provider's texts can be listed and typed, its defaults hold, its API version is ours. */
  @ContractTest
  public void provider_describesItself() {
    DeviceProvider provider = provider();
    List<String> names = provider.options().stream().map(DeviceOption::name).toList();
    assertAll(
        () ->
            assertEquals(
                DeviceProvider.API_VERSION,
                provider.apiVersion(),
                "apiVersion(): return API_VERSION and compile again"),
        () ->
            assertTrue(
                provider.type().matches("[a-z][a-z0-9-]*"),
                () -> "type() is '%s'. Use a-z, 0-9 and dashes.".formatted(provider.type())),
        () -> assertOneLine("description()", provider.description()),
        () ->
            assertEquals(
                names.size(), new HashSet<>(names).size(), () -> "option named twice: " + names),
        () ->
            provider
                .options()
                .forEach(option -> assertOneLine("help of " + option.name(), option.help())),
        () -> new ResourceRequest(provider.type(), "under test", provider, options()));
  }

  /** ServiceLoader finds the provider on the class path and on the module path. */
  @ContractTest
  public void provider_isListedForBothPaths() {
    Class<?> type = provider().getClass();
    assertTrue(
        Modifier.isPublic(type.getModifiers())
            && Arrays.stream(type.getConstructors())
                .map(Constructor::getParameterCount)
                .anyMatch(count -> count == 0),
        () -> type.getName() + " must be public and have a public constructor without parameters.");
    assertTrue(
        ProviderListing.inServicesFiles(type).contains(type.getName()),
        () -> "Add %s to %s.".formatted(type.getName(), ProviderListing.SERVICES_FILE));
    ProviderListing.inModule(type)
        .ifPresent(
            listed ->
                assertTrue(
                    listed.contains(type.getName()),
                    () ->
                        "Add 'provides %s with %s' to module-info.java."
                            .formatted(DeviceProvider.class.getName(), type.getName())));
  }

  /** Ranges can be registered, and accesses of every size across their edges are answered. */
  @ContractTest
  public void ranges_areLegal_andTheirEdgesAnswer() {
    try (MockMachine machine = newMachineAt(0)) {
      for (AddressSpace.Range range : machine.pio().space().ranges()) {
        for (int port = (int) range.first() - 3; port <= range.last(); port++) {
          for (int size = 1; size <= 4 && port >= 0; size *= 2) {
            machine.pio().read(port, size);
            machine.pio().write(port, size, -1);
          }
        }
      }
      for (AddressSpace.Range range : machine.mmio().space().ranges()) {
        for (int size = 1; size <= 8; size++) {
          for (long edge : new long[] {range.first() - size + 1, range.first(), range.last()}) {
            machine.mmio().read(edge, size);
            machine.mmio().write(edge, size, -1);
          }
        }
      }
    }
  }

  /**
   * Every range and interrupt is one that an option or {@code fixedResources()} names, so that no
   * other device is put there.
   */
  @ContractTest
  public void resources_areDeclared() {
    try (MockMachine machine = newMachineAt(0)) {
      assertEquals(
          List.of(),
          DeclaredResources.of(provider(), options()).undeclared(machine),
          "Declare by DeviceOption.ports, addresses, interrupt or in fixedResources()");
    }
  }

  /** Two devices of one provider share nothing, be it in a static field. */
  @ContractTest
  public void creatingTwice_yieldsIndependentDevices() {
    DeviceProvider provider = provider();
    for (int round = 0; round < ROUNDS; round++) {
      try (MockMachine first = MockMachine.with(provider, options());
          MockMachine idle = MockMachine.with(provider, options())) {
        assertNotSame(unguarded(first), unguarded(idle), "create() returned one device twice");
        MapState idleBefore = MapState.of(idle.device());
        HostileRun run = new HostileRun(round, first);
        Likeness likeness = new Likeness(run, "What one device saw changed another: ");
        List<String> alone = run.trace(first, ACTIONS_A_ROUND);
        likeness.checkStates(idleBefore, MapState.of(idle.device()));
        if (isDeterministic()) {
          HostileRun again = new HostileRun(round, idle);
          likeness.checkTraces(alone, again.trace(idle, ACTIONS_A_ROUND));
        }
      }
    }
  }

  /**
   * After a reset, a device is as one created now.
   *
   * <p>This includes input: a device that had stopped reading its stream must read it in {@code
   * reset}, or {@code onReady} has no reason to run again.
   */
  @ContractTest
  public void reset_equalsNew() {
    for (int round = 0; round < ROUNDS; round++) {
      try (MockMachine used = newMachineAt(0)) {
        HostileRun run = new HostileRun(round, used);
        run.on(used, ACTIONS_A_ROUND);
        HostileRun.settle(used);
        used.reset();
        HostileRun.settle(used);
        try (MockMachine fresh = newMachineAt(used.clock().nanoTime())) {
          Likeness.copyRam(used, fresh);
          new Likeness(run, "A device after reset() differs from a new one: ")
              .check(fresh, used, isDeterministic());
        }
      }
    }
  }

  /** After a reset, no interrupt is pending at the interrupt controllers. */
  @ContractTest
  public void reset_lowersLines() {
    for (int round = 0; round < ROUNDS; round++) {
      try (MockMachine machine = newMachineAt(0)) {
        HostileRun run = new HostileRun(round, machine);
        run.on(machine, ACTIONS_A_ROUND);
        HostileRun.settle(machine);
        machine.reset();
        assertEquals(
            List.of(),
            HostileRun.highLines(machine),
            () -> "reset() must set every line low." + run.again());
      }
    }
  }

  /** A device that took a state over saves the same state and goes on like the one it came from. */
  @ContractTest
  public void restoredDevice_equalsSavedOne() {
    for (int round = 0; round < ROUNDS; round++) {
      try (MockMachine saved = newMachineAt(0)) {
        HostileRun run = new HostileRun(round, saved);
        run.on(saved, ACTIONS_A_ROUND);
        HostileRun.settle(saved);
        try (MockMachine restored = newMachineAt(saved.clock().nanoTime())) {
          Likeness.copyRam(saved, restored);
          restore(MapState.of(saved.device()), restored, run);
          new Likeness(run, "A restored device differs from the saved one: ")
              .check(saved, restored, isDeterministic());
        }
      }
    }
  }

  /** What does not fit is refused with the right exception, before anything has changed. */
  @ContractTest
  public void restoringDamagedState_isRefusedWhole_orHarmless() {
    for (int round = 0; round < 3; round++) {
      MapState good;
      long nowNanos;
      try (MockMachine saved = newMachineAt(0)) {
        new HostileRun(round, saved).on(saved, ACTIONS_A_ROUND);
        HostileRun.settle(saved);
        good = MapState.of(saved.device());
        nowNanos = saved.clock().nanoTime();
      }
      DamagedStates.of(good).forEach((what, state) -> checkDamaged(what, state, nowNanos));
      SplittableRandom random = new SplittableRandom(round);
      for (int i = 0; i < 100; i++) {
        MapState state = DamagedStates.random(good, random);
        checkDamaged(state.toString(), state, nowNanos);
      }
    }
  }

  /** A guest cannot make a device throw, hang, fill the log, or grow without bound. */
  @ContractTest
  public void hostileAccesses_neitherThrow_norGrowState() {
    try (MockMachine machine = newMachineAt(0)) {
      HostileRun run = new HostileRun(0, machine);
      int chunk = HOSTILE_ACTIONS / 100;
      for (int done = 0; done < HOSTILE_ACTIONS; done += chunk) {
        run.on(machine, chunk);
        assertStateBounded(machine, run);
        if (done == HOSTILE_ACTIONS / 2) {
          machine.reset();
        }
      }
      int messages = machine.log().messages().size();
      assertTrue(
          messages <= HOSTILE_ACTIONS / 100,
          () -> messages + " log messages: log what a guest does once, not per access.");
    }
  }

  /** Several vCPUs at once do no more than one. */
  @ContractTest
  public void twoThreads_doNotBreakIt() throws Exception {
    try (MockMachine machine = newMachineAt(0)) {
      HostileRun first = new HostileRun(0, machine);
      HostileRun second = new HostileRun(1, machine);
      Vcpus.runAtOnce(
          () -> first.on(machine, HOSTILE_ACTIONS / 5),
          () -> second.on(machine, HOSTILE_ACTIONS / 5));
      assertStateBounded(machine, first);
    }
  }

  /** A device's threads would run while the VM is paused and outlive it. */
  @ContractTest
  public void device_ownsNoThread() throws Exception {
    try (MockMachine machine = new MockMachine()) {
      Runnable use =
          () -> {
            machine.add(provider(), options());
            new HostileRun(0, machine).on(machine, ACTIONS_A_ROUND);
          };
      assertEquals(List.of(), Vcpus.threadsStartedBy(use), "Use timers, not threads.");
      assertEquals(List.of(), Vcpus.threadsStartedBy(machine::close), "close() left threads.");
    }
  }

  /** Closing twice is closing once, and a closed device is silent. */
  @ContractTest
  public void closing_isIdempotent_andFinal() {
    try (MockMachine machine = newMachineAt(0)) {
      new HostileRun(0, machine).on(machine, ACTIONS_A_ROUND);
      Device device = unguarded(machine);
      machine.close();
      device.close();
      HostileRun.settle(machine);
      machine.clock().advance(SECOND_NANOS);
      machine.allStreams().forEach(stream -> stream.send("late"));
      assertEquals(List.of(), HostileRun.highLines(machine), "lines high after close()");
      machine.allStreams().forEach(stream -> assertEquals("", stream.received(), "late output"));
    }
  }

  private MockMachine newMachineAt(long nanos) {
    MockMachine machine = new MockMachine();
    machine.clock().advanceTo(nanos);
    machine.add(provider(), options());
    return machine;
  }

  private void checkDamaged(String what, MapState state, long nowNanos) {
    try (MockMachine machine = newMachineAt(nowNanos)) {
      MapState before = MapState.of(machine.device());
      int timersBefore = machine.clock().armedTimers();
      List<Integer> linesBefore = HostileRun.highLines(machine);
      boolean accepted = tryRestore(what, state, machine);
      if (!accepted) {
        String message = "restore() refused a state (%s), but changed something before: ";
        assertEquals(
            List.of(), before.differences(MapState.of(machine.device())), message.formatted(what));
        assertEquals(
            timersBefore, machine.clock().armedTimers(), message.formatted(what) + "timers");
        assertEquals(linesBefore, HostileRun.highLines(machine), message.formatted(what) + "lines");
        return;
      }
      try {
        HostileRun run = new HostileRun(0, machine);
        run.on(machine, ACTIONS_AFTER_DAMAGE);
        assertStateBounded(machine, run);
      } catch (AssertionError e) {
        fail("restore() took a state (%s) that breaks the device. Check it.".formatted(what), e);
      }
    }
  }

  private static boolean tryRestore(String what, MapState state, MockMachine machine) {
    try {
      machine.device().restore(state);
      return true;
    } catch (DeviceStateException e) {
      return false;
    } catch (RuntimeException e) {
      return fail(
          "restore() of a state (%s) may only throw DeviceStateException".formatted(what), e);
    }
  }

  private static void restore(MapState state, MockMachine machine, HostileRun run) {
    try {
      machine.device().restore(state);
    } catch (RuntimeException e) {
      fail("restore() refused what save() wrote: " + state + run.again(), e);
    }
  }

  private void assertStateBounded(MockMachine machine, HostileRun run) {
    int sizeBytes = MapState.of(machine.device()).sizeBytes();
    assertTrue(
        sizeBytes <= maxStateBytes(),
        () ->
            "The state takes %d bytes, allowed are %d. Bound what a guest can make grow."
                    .formatted(sizeBytes, maxStateBytes())
                + run.again());
  }

  private static Device unguarded(MockMachine machine) {
    return ((MockDevice) machine.device()).unguarded();
  }

  private static void assertOneLine(String what, String text) {
    assertTrue(
        !text.isBlank() && text.lines().count() == 1, () -> what + " must be one line: " + text);
  }
}
