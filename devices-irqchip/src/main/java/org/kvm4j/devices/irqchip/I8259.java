package org.kvm4j.devices.irqchip;

import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/**
 * One chip: eight inputs IR0 to IR7, one output INT.
 *
 * <p>Intel 8259A, order number 231468. Which inputs are level-triggered says ELCR, as in the
 * chipsets that follow the EISA specification; LTIM of ICW1 is ignored there.
 */
final class I8259 {

  /** Of {@link #request} and {@link #acknowledge}: no input. */
  static final int NONE = -1;

  private static final int LEVELS = 8;
  private static final int LAST_LEVEL = LEVELS - 1;
  private static final int BYTE = 0xff;

  private static final int OCW1 = 1;
  private static final int ICW2 = 2;
  private static final int ICW3 = 3;
  private static final int ICW4 = 4;

  private static final int ICW1 = 0x10;
  private static final int ICW1_IC4 = 0x01;
  private static final int ICW1_SNGL = 0x02;
  private static final int ICW2_BASE = 0xf8;
  private static final int ICW4_AEOI = 0x02;
  private static final int ICW4_SFNM = 0x10;

  private static final int OCW2_LEVEL = 0x07;
  private static final int OCW2_COMMAND_SHIFT = 5;
  private static final int OCW3 = 0x08;
  private static final int OCW3_RIS = 0x01;
  private static final int OCW3_RR = 0x02;
  private static final int OCW3_P = 0x04;
  private static final int OCW3_SMM = 0x20;
  private static final int OCW3_ESMM = 0x40;
  private static final int POLL_INTERRUPT = 0x80;

  /** Those with a slave behind them. */
  private final int cascadeInputs;

  /** Those that can be level-triggered. */
  private final int elcrMask;

  /** The levels at IR0 to IR7. */
  private int inputs;

  /** The rising edges that wait to be acknowledged, even if the input is low again. */
  private int edges;

  private int elcr;
  private int imr;
  private int isr;
  private int vectorBase;

  /** The input with the lowest priority; that of the next one is the highest. */
  private int lowest = LAST_LEVEL;

  /** The number of the ICW that a write with A0 = 1 is, or {@link #OCW1}. */
  private int expected = OCW1;

  private boolean icw4Follows;
  private boolean icw3Follows;

  /** Before the first ICWs, and while they are written, the chip asks for nothing. */
  private boolean initialised;

  private boolean autoEoi;
  private boolean rotatesOnAutoEoi;
  private boolean specialFullyNested;
  private boolean specialMask;
  private boolean polled;
  private boolean readsIsr;

  I8259(int cascadeInputs, int elcrMask) {
    this.cascadeInputs = cascadeInputs;
    this.elcrMask = elcrMask;
  }

  void reset() {
    inputs = 0;
    edges = 0;
    elcr = 0;
    imr = 0;
    isr = 0;
    vectorBase = 0;
    lowest = LAST_LEVEL;
    expected = OCW1;
    icw4Follows = false;
    icw3Follows = false;
    initialised = false;
    autoEoi = false;
    rotatesOnAutoEoi = false;
    specialFullyNested = false;
    specialMask = false;
    polled = false;
    readsIsr = false;
  }

  void setInput(int level, boolean high) {
    int bit = 1 << level;
    if (high) {
      edges |= bit & ~inputs & ~elcr;
      inputs |= bit;
    } else {
      inputs &= ~bit;
    }
  }

  /** An input rises and falls. */
  void pulse(int level) {
    setInput(level, false);
    setInput(level, true);
    setInput(level, false);
  }

  /** Whether the next write with A0 = 1 is an ICW. */
  boolean isInitialising() {
    return expected != OCW1;
  }

  /** The output INT. */
  boolean isRequesting() {
    return request() != NONE;
  }

  /**
   * The processor takes the interrupt with the highest priority.
   *
   * @return its input, or {@link #NONE} if the request is gone by now
   */
  int acknowledge() {
    int level = request();
    if (level == NONE) {
      return NONE;
    }
    edges &= ~(1 << level);
    if (!autoEoi) {
      isr |= 1 << level;
    } else if (rotatesOnAutoEoi) {
      lowest = level;
    }
    return level;
  }

  /** The vector of an input; {@link #NONE} has that of input 7. */
  int vector(int level) {
    return vectorBase | (level == NONE ? LAST_LEVEL : level);
  }

  int read(int a0) {
    if (polled) {
      polled = false;
      int level = acknowledge();
      return level == NONE ? 0 : POLL_INTERRUPT | level;
    }
    if (a0 == 1) {
      return imr;
    }
    return readsIsr ? isr : irr();
  }

  void write(int a0, int value) {
    if (a0 == 1) {
      writeNext(value);
    } else if ((value & ICW1) != 0) {
      writeIcw1(value);
    } else if ((value & OCW3) != 0) {
      writeOcw3(value);
    } else {
      writeOcw2(value >> OCW2_COMMAND_SHIFT, value & OCW2_LEVEL);
    }
  }

  int readElcr() {
    return elcr;
  }

  void writeElcr(int value) {
    elcr = value & elcrMask;
    edges &= ~elcr;
  }

  private int irr() {
    return edges | (inputs & elcr);
  }

  /** The input that INT stands for. */
  private int request() {
    if (!initialised) {
      return NONE;
    }
    int level = highest(irr() & ~imr);
    int inService = highest(blocking());
    boolean first = inService == NONE || priority(level) < priority(inService);
    return level != NONE && first ? level : NONE;
  }

  /** Those in service that keep away all that have no higher priority. */
  private int blocking() {
    return specialFullyNested ? unmaskedInService() & ~cascadeInputs : unmaskedInService();
  }

  private int highest(int levels) {
    for (int i = 1; i <= LEVELS; i++) {
      int level = (lowest + i) % LEVELS;
      if ((levels >> level & 1) != 0) {
        return level;
      }
    }
    return NONE;
  }

  /** From 0, the highest, on. */
  private int priority(int level) {
    return Math.floorMod(level - lowest - 1, LEVELS);
  }

  private void writeIcw1(int value) {
    edges = 0; // an input that is high must fall and rise to be seen
    imr = 0;
    isr = 0;
    lowest = LAST_LEVEL;
    specialMask = false;
    readsIsr = false;
    polled = false;
    initialised = false;
    icw3Follows = (value & ICW1_SNGL) == 0;
    icw4Follows = (value & ICW1_IC4) != 0;
    if (!icw4Follows) {
      autoEoi = false;
      specialFullyNested = false;
    }
    expected = ICW2;
  }

  private void writeNext(int value) {
    switch (expected) {
      case ICW2 -> {
        vectorBase = value & ICW2_BASE;
        expect(icw3Follows ? ICW3 : afterIcw3());
      }
      case ICW3 -> expect(afterIcw3()); // the wiring of the board does not change
      case ICW4 -> {
        autoEoi = (value & ICW4_AEOI) != 0;
        specialFullyNested = (value & ICW4_SFNM) != 0;
        expect(OCW1);
      }
      default -> imr = value;
    }
  }

  private int afterIcw3() {
    return icw4Follows ? ICW4 : OCW1;
  }

  private void expect(int next) {
    expected = next;
    initialised = next == OCW1;
  }

  private void writeOcw2(int command, int level) {
    switch (command) {
      case 0b001 -> endOfInterrupt(highest(unmaskedInService()), false);
      case 0b011 -> endOfInterrupt(level, false);
      case 0b101 -> endOfInterrupt(highest(unmaskedInService()), true);
      case 0b111 -> endOfInterrupt(level, true);
      case 0b100 -> rotatesOnAutoEoi = true;
      case 0b000 -> rotatesOnAutoEoi = false;
      case 0b110 -> lowest = level;
      default -> {} // no operation
    }
  }

  /** What counts as in service: in special mask mode, not what is masked. */
  private int unmaskedInService() {
    return specialMask ? isr & ~imr : isr;
  }

  private void endOfInterrupt(int level, boolean rotate) {
    if (level == NONE) {
      return;
    }
    isr &= ~(1 << level);
    if (rotate) {
      lowest = level;
    }
  }

  private void writeOcw3(int value) {
    polled |= (value & OCW3_P) != 0;
    if ((value & OCW3_RR) != 0) {
      readsIsr = (value & OCW3_RIS) != 0;
    }
    if ((value & OCW3_ESMM) != 0) {
      specialMask = (value & OCW3_SMM) != 0;
    }
  }

  void save(String name, StateWriter out) {
    out.put(name + "-inputs", inputs)
        .put(name + "-edges", edges)
        .put(name + "-elcr", elcr)
        .put(name + "-imr", imr)
        .put(name + "-isr", isr)
        .put(name + "-base", vectorBase)
        .put(name + "-lowest", lowest)
        .put(name + "-expected", expected)
        .put(name + "-icw3", icw3Follows)
        .put(name + "-icw4", icw4Follows)
        .put(name + "-initialised", initialised)
        .put(name + "-aeoi", autoEoi)
        .put(name + "-rotates", rotatesOnAutoEoi)
        .put(name + "-sfnm", specialFullyNested)
        .put(name + "-smm", specialMask)
        .put(name + "-polled", polled)
        .put(name + "-reads-isr", readsIsr);
  }

  /** Throws {@link DeviceStateException} if {@link #restore} would. */
  void check(String name, StateReader in) {
    new I8259(cascadeInputs, elcrMask).restore(name, in);
  }

  /** After {@link #check} it does not throw. */
  void restore(String name, StateReader in) {
    inputs = in.intValue(name + "-inputs", 0, BYTE);
    elcr = in.bits(name + "-elcr", elcrMask);
    edges = in.bits(name + "-edges", BYTE & ~elcr);
    imr = in.intValue(name + "-imr", 0, BYTE);
    isr = in.intValue(name + "-isr", 0, BYTE);
    vectorBase = in.bits(name + "-base", ICW2_BASE);
    lowest = in.intValue(name + "-lowest", 0, LAST_LEVEL);
    expected = in.intValue(name + "-expected", OCW1, ICW4);
    icw3Follows = in.booleanValue(name + "-icw3");
    icw4Follows = in.booleanValue(name + "-icw4");
    initialised = in.booleanValue(name + "-initialised");
    autoEoi = in.booleanValue(name + "-aeoi");
    rotatesOnAutoEoi = in.booleanValue(name + "-rotates");
    specialFullyNested = in.booleanValue(name + "-sfnm");
    specialMask = in.booleanValue(name + "-smm");
    polled = in.booleanValue(name + "-polled");
    readsIsr = in.booleanValue(name + "-reads-isr");
    if (initialised && expected != OCW1) {
      throw new DeviceStateException(
          "Saved %s-initialised is refused: ICW%d is still expected. Take an intact state."
              .formatted(name, expected));
    }
  }
}
