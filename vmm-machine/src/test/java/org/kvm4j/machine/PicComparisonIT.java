package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.irq.PicState;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RequiresKvm;

/**
 * Our PICs and KVM's are the same after each of many random steps of lines, accesses and interrupts
 * taken; another seed is {@code -Dkvm4j.seed=N}.
 *
 * <p>Left out is where the two are meant to differ (see the device's documentation) or KVM looks at
 * its lines late:
 *
 * <ul>
 *   <li>the poll command, and special mask mode while it hides what is in service: KVM goes by all
 *       of that;
 *   <li>ICW1 with a line high or an interrupt in service, which KVM keeps; anything before the last
 *       ICW; a chip said to be alone (SNGL), which KVM does not know;
 *   <li>an ELCR bit whose line is high, or whose edge waits: KVM hears of it at the next change;
 *   <li>line 2, the cascade, which KVM takes from outside, too.
 * </ul>
 */
@RequiresKvm
@Timeout(300)
final class PicComparisonIT {

  private static final long SEED = Long.getLong("kvm4j.seed", 8259);
  private static final int STEPS = 4000;

  private static final int CASCADE = 2;
  private static final int LINES = 16;
  private static final int[] BASES = {0x20, 0xa0};
  private static final int ELCR = 0x4d0;
  private static final String[] NAMES = {"master", "slave"};

  private final Random random = new Random(SEED);
  private final MockMachine ours = MockMachine.with(DeviceCatalog.load().find("pic").provider());
  private final boolean[] lines = new boolean[LINES];
  private final List<String> steps = new ArrayList<>();
  private int taken;

  @Test
  void randomSteps_leaveBothTheSame(TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(SEED));
    try (ChipGuest kvm = new ChipGuest();
        ours) {
      initialise(kvm);
      for (int step = 0; step < STEPS; step++) {
        act(kvm);
        compare(kvm);
      }
    }
    // Or the sequence would say little.
    assertTrue(taken > STEPS / 40, () -> taken + " interrupts, seed " + SEED);
  }

  private void act(ChipGuest kvm) {
    int chip = random.nextInt(2);
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> {
        int gsi = random.nextInt(LINES);
        line(kvm, gsi, !lines[gsi]);
      }
      case 5, 6 -> out(kvm, BASES[chip] + 1, fewBits());
      case 7, 8 -> ocw2(kvm, chip);
      case 9 -> readRegister(kvm, chip);
      case 10 -> specialMask(kvm, chip);
      case 11 -> elcr(kvm, chip);
      case 12 -> {
        if (random.nextInt(8) == 0) {
          initialise(kvm);
        }
      }
      default -> take(kvm);
    }
  }

  /** A mask that leaves most lines open. */
  private int fewBits() {
    int some = random.nextInt(256);
    return some & random.nextInt(256);
  }

  private void line(ChipGuest kvm, int gsi, boolean high) {
    if (gsi != CASCADE) {
      note("line %d %b".formatted(gsi, high));
      lines[gsi] = high;
      kvm.vm().setIrqLine(gsi, high);
      ours.processors().setLine(gsi, high);
    }
  }

  private void out(ChipGuest kvm, int port, int value) {
    note("out %x %02x".formatted(port, value));
    kvm.out(port, value);
    ours.pio().writeByte(port, value);
  }

  private void in(ChipGuest kvm, int port) {
    note("in %x".formatted(port));
    assertEquals(kvm.in(port), ours.pio().readByte(port), this::story);
  }

  /** As a kernel starts: with quiet lines, nothing in service, and masks at the end. */
  private void initialise(ChipGuest kvm) {
    for (int gsi = 0; gsi < LINES; gsi++) {
      line(kvm, gsi, false);
    }
    for (int base : BASES) {
      for (int level = 0; level < 8; level++) {
        out(kvm, base, 0x60 | level); // specific EOI
      }
    }
    for (int base : BASES) {
      boolean icw4 = random.nextInt(4) != 0;
      out(kvm, base, icw4 ? 0x11 : 0x10);
      out(kvm, base + 1, 0x20 + 8 * random.nextInt(28) + random.nextInt(8));
      out(kvm, base + 1, base == BASES[0] ? 1 << CASCADE : CASCADE);
      if (icw4) {
        out(
            kvm,
            base + 1,
            1 | (random.nextInt(3) == 0 ? 2 : 0) | (random.nextInt(3) == 0 ? 16 : 0));
      }
    }
    for (int base : BASES) {
      out(kvm, base + 1, fewBits());
    }
  }

  private void ocw2(ChipGuest kvm, int chip) {
    out(kvm, BASES[chip], random.nextInt(1 << 3) << 5 | random.nextInt(8));
  }

  private void readRegister(ChipGuest kvm, int chip) {
    out(kvm, BASES[chip], 0x0a | random.nextInt(2)); // OCW3: IRR or ISR
    in(kvm, BASES[chip]);
    in(kvm, BASES[chip] + 1);
    in(kvm, ELCR + chip);
  }

  /** Switches it on and off where it hides nothing. */
  private void specialMask(ChipGuest kvm, int chip) {
    MapState state = state();
    if ((value(state, chip, "isr") & value(state, chip, "imr")) == 0) {
      out(kvm, BASES[chip], 0x68);
      compare(kvm);
      out(kvm, BASES[chip], 0x48);
    }
  }

  private void elcr(ChipGuest kvm, int chip) {
    MapState state = state();
    int busy = value(state, chip, "inputs") | value(state, chip, "edges");
    int now = value(state, chip, "elcr");
    out(kvm, ELCR + chip, (now & busy) | (random.nextInt(256) & ~busy));
  }

  private void take(ChipGuest kvm) {
    note("take");
    boolean waits = ours.processors().isIntrHigh();
    int expected = waits ? ours.processors().acknowledge() : ChipGuest.NONE;
    taken += waits ? 1 : 0;
    assertEquals(kvm.takeInterrupt(), expected, this::story);
  }

  private void compare(ChipGuest kvm) {
    MapState state = state();
    assertEquals(
        text(kvm.vm().interrupts().picMaster()) + text(kvm.vm().interrupts().picSlave()),
        text(state, 0) + text(state, 1),
        this::story);
  }

  private static final String FORMAT =
      "%ninputs %02x irr %02x imr %02x isr %02x elcr %02x base %02x lowest %d"
          + " ris %b smm %b aeoi %b rotates %b sfnm %b";

  private static String text(PicState kvm) {
    return FORMAT.formatted(
        kvm.lastIrr(),
        kvm.irr(),
        kvm.imr(),
        kvm.isr(),
        kvm.elcr(),
        kvm.irqBase(),
        (kvm.priorityAdd() + 7) % 8,
        kvm.readIsr(),
        kvm.specialMask(),
        kvm.autoEoi(),
        kvm.rotateOnAutoEoi(),
        kvm.specialFullyNestedMode());
  }

  private static String text(MapState state, int chip) {
    String name = NAMES[chip];
    int levels = value(state, chip, "inputs") & value(state, chip, "elcr");
    return FORMAT.formatted(
        value(state, chip, "inputs"),
        value(state, chip, "edges") | levels,
        value(state, chip, "imr"),
        value(state, chip, "isr"),
        value(state, chip, "elcr"),
        value(state, chip, "base"),
        value(state, chip, "lowest"),
        state.booleanValue(name + "-reads-isr"),
        state.booleanValue(name + "-smm"),
        state.booleanValue(name + "-aeoi"),
        state.booleanValue(name + "-rotates"),
        state.booleanValue(name + "-sfnm"));
  }

  private MapState state() {
    return MapState.of(ours.device());
  }

  private static int value(MapState state, int chip, String key) {
    return state.intValue(NAMES[chip] + "-" + key, 0, 255);
  }

  private void note(String step) {
    steps.add(step);
  }

  private String story() {
    return "kvm4j.seed=%d, step %d: %s"
        .formatted(SEED, steps.size(), steps.subList(Math.max(0, steps.size() - 60), steps.size()));
  }
}
