package org.kvm4j.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kvm4j.VcpuExit;

/**
 * What stops a guest for its debugger. Immutable.
 *
 * @param singleStep stop after every instruction: KVM_GUESTDBG_SINGLESTEP
 * @param softwareBreakpoints stop at every {@code int3}, instead of the guest's own handling of it:
 *     KVM_GUESTDBG_USE_SW_BP
 * @param hardwareBreakpoints at most {@value #MOST_HARDWARE_BREAKPOINTS}, in the order of the debug
 *     registers DR0 to DR3: KVM_GUESTDBG_USE_HW_BP
 * @param blockInterrupts keep interrupts from the guest, so that a step does not end in a handler:
 *     KVM_GUESTDBG_BLOCKIRQ; only with single steps
 */
public record DebugConfiguration(
    boolean singleStep,
    boolean softwareBreakpoints,
    List<HardwareBreakpoint> hardwareBreakpoints,
    boolean blockInterrupts) {

  /** As many as the processor has address registers for. */
  public static final int MOST_HARDWARE_BREAKPOINTS = 4;

  /** The guest runs undisturbed. */
  public static final DebugConfiguration OFF = builder().build();

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException for too many breakpoints, or blocked interrupts without steps
   */
  public DebugConfiguration {
    hardwareBreakpoints = List.copyOf(hardwareBreakpoints);
    if (hardwareBreakpoints.size() > MOST_HARDWARE_BREAKPOINTS) {
      throw new IllegalArgumentException(
          "%d hardware breakpoints: the processor has %d, use software breakpoints for the others"
              .formatted(hardwareBreakpoints.size(), MOST_HARDWARE_BREAKPOINTS));
    }
    if (blockInterrupts && !singleStep) {
      throw new IllegalArgumentException(
          "Interrupts can be blocked only while single-stepping: set singleStep, too");
    }
  }

  /** Whether nothing is debugged. */
  public boolean isOff() {
    return !singleStep && !softwareBreakpoints && hardwareBreakpoints.isEmpty();
  }

  /**
   * Which of these hardware breakpoints an exit comes from, the first of several; empty if it comes
   * from a step or {@code int3} alone. The exit must come from a run with this configuration.
   */
  public Optional<HardwareBreakpoint> hit(VcpuExit.Debug exit) {
    // The processor may flag debug registers that are not in use, and KVM does not always fill DR7.
    long flags = exit.exception() == VcpuExit.Debug.DB_VECTOR ? exit.dr6() : 0;
    return IntStream.range(0, hardwareBreakpoints.size())
        .filter(i -> ((flags >> i) & 1) != 0)
        .mapToObj(hardwareBreakpoints::get)
        .findFirst();
  }

  /** A builder that starts with nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts with this. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.singleStep = singleStep;
    builder.softwareBreakpoints = softwareBreakpoints;
    builder.hardwareBreakpoints.addAll(hardwareBreakpoints);
    builder.blockInterrupts = blockInterrupts;
    return builder;
  }

  /** Builds a {@link DebugConfiguration}. Not thread-safe. */
  public static final class Builder {
    private boolean singleStep;
    private boolean softwareBreakpoints;
    private final List<HardwareBreakpoint> hardwareBreakpoints = new ArrayList<>();
    private boolean blockInterrupts;

    private Builder() {}

    /** Whether to stop after every instruction. */
    public Builder singleStep(boolean value) {
      singleStep = value;
      return this;
    }

    /** Whether to stop at every {@code int3}. */
    public Builder softwareBreakpoints(boolean value) {
      softwareBreakpoints = value;
      return this;
    }

    /** Adds one. */
    public Builder add(HardwareBreakpoint breakpoint) {
      hardwareBreakpoints.add(breakpoint);
      return this;
    }

    /** Removes all hardware breakpoints. */
    public Builder clearHardwareBreakpoints() {
      hardwareBreakpoints.clear();
      return this;
    }

    /** Whether to keep interrupts from the guest while it is stepped. */
    public Builder blockInterrupts(boolean value) {
      blockInterrupts = value;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws IllegalArgumentException as the record's constructor
     */
    public DebugConfiguration build() {
      return new DebugConfiguration(
          singleStep, softwareBreakpoints, hardwareBreakpoints, blockInterrupts);
    }
  }
}
