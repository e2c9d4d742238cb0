package org.kvm4j.testkit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kvm4j.testkit.guest.Assembler;
import org.kvm4j.testkit.guest.Register;

/**
 * What a {@link Guest} runs: instructions, interrupt handlers, and places to halt.
 *
 * <p>The guest begins with interrupts on and all registers 0 but RSP, its stack. Behind the last
 * instruction it halts, again after every interrupt. Labels are names of the test's choice that do
 * not begin with a dot. Not thread-safe.
 */
public final class GuestCode extends Assembler<GuestCode> {

  /** A write ends the run: the guest is about to halt. */
  static final int HALT_PORT = 0xf4;

  /** A write ends the run: the guest raised an exception, whose vector is on its stack. */
  static final int EXCEPTION_PORT = 0xf5;

  static final int EXCEPTIONS = 32;

  private static final int END_OF_INTERRUPT = 0xfee0_00b0;

  private static final List<Register> SAVED =
      Stream.of(Register.values()).filter(register -> register != Register.RSP).toList();

  private final Map<Integer, Consumer<GuestCode>> handlers = new TreeMap<>();
  private boolean finished;

  GuestCode() {}

  @Override
  protected GuestCode self() {
    return this;
  }

  /**
   * Installs an interrupt handler; the interrupt is on from the start of the guest, and one that is
   * raised already comes at once.
   *
   * <p>Around what {@code handler} writes, the kit saves all registers, ends the interrupt at the
   * interrupt controllers and returns from it; leave results in memory. GSI 0 to 15 are
   * edge-triggered as a PC's old interrupts are, the others level-triggered: their device must
   * lower its line before the handler ends.
   *
   * @param gsi 0 to 23
   * @param handler writes the instructions, once, when the guest's code is complete
   * @throws IllegalArgumentException if there is no such GSI, or it has a handler already
   * @throws IllegalStateException if called by a handler
   */
  public GuestCode onInterrupt(int gsi, Consumer<GuestCode> handler) {
    if (finished) {
      throw new IllegalStateException("A handler installs a handler. Install it before.");
    }
    if (gsi < 0 || gsi >= MockMachine.GSI_COUNT) {
      throw new IllegalArgumentException(
          "There is no GSI %d. Use 0 to %d.".formatted(gsi, MockMachine.GSI_COUNT - 1));
    }
    if (handlers.putIfAbsent(gsi, handler) != null) {
      throw new IllegalArgumentException("GSI %d has two handlers. Install one.".formatted(gsi));
    }
    return this;
  }

  /**
   * Halts the guest with interrupts on, until the next interrupt: {@code cli}, an {@code out} by
   * which the test gets control back, {@code sti}, {@code hlt}.
   *
   * <p>{@link Guest#run} or {@link Guest#resume} returns then. What the device does meanwhile, such
   * as when the test advances the clock, wakes the guest in the next {@code resume}.
   */
  public GuestCode halt() {
    return cli().bytes(0xe6, HALT_PORT).sti().hlt();
  }

  /** Appends the end, the handlers, and what happens on exceptions; no instruction after it. */
  void finish() {
    finished = true;
    label(".end").halt().jmp(".end");
    handlers.forEach(this::appendHandler);
    for (int vector = 0; vector < EXCEPTIONS; vector++) {
      label(exceptionLabel(vector)).bytes(0x6a, vector).jmp(".exception"); // push vector
    }
    label(".exception").bytes(0xe6, EXCEPTION_PORT).hlt();
  }

  /** The GSIs that have handlers. */
  Iterable<Integer> interrupts() {
    return handlers.keySet();
  }

  static String interruptLabel(int gsi) {
    return ".interrupt-" + gsi;
  }

  static String exceptionLabel(int vector) {
    return ".exception-" + vector;
  }

  private void appendHandler(int gsi, Consumer<GuestCode> handler) {
    label(interruptLabel(gsi));
    SAVED.forEach(this::push);
    handler.accept(this);
    store32(END_OF_INTERRUPT, 0);
    for (int last = SAVED.size() - 1; last >= 0; last--) {
      pop(SAVED.get(last));
    }
    iret();
  }
}
