package org.kvm4j.devices.pit;

/**
 * A counter as the datasheet tells it, one CLK pulse after the other: slow and literal, to compare
 * the real one with.
 */
final class SteppedCounter {

  private int control = 0x30;
  private int mode;
  private int countRegister;
  private int firstByte = -1;
  private boolean written;
  private boolean nullCount = true;
  private boolean gate;
  private boolean loadNext;
  private boolean triggered;
  private boolean loaded;
  private boolean strobePending;
  private boolean odd;
  private int element;
  private boolean out;

  void control(int word) {
    control = word;
    mode = word >> 1 & 7;
    mode = mode > 5 ? mode - 4 : mode;
    out = mode != 0;
    element = 0;
    firstByte = -1;
    written = false;
    nullCount = true;
    loadNext = false;
    triggered = false;
    loaded = false;
    strobePending = false;
  }

  void write(int value) {
    if (mode == 0) {
      out = false;
      loaded = false;
      loadNext = false;
    }
    if ((control & 0x30) == 0x30) {
      if (firstByte < 0) {
        firstByte = value;
        return;
      }
      countRegister = value << 8 | firstByte;
      firstByte = -1;
    } else {
      countRegister = (control & 0x30) == 0x10 ? value : value << 8;
    }
    written = true;
    nullCount = true;
    if (mode == 0 || mode == 4 || ((mode == 2 || mode == 3) && !loaded)) {
      loadNext = true;
    }
  }

  void gate(boolean high) {
    if (high && !gate && mode != 0 && mode != 4 && written) {
      triggered = true;
    }
    if (!high && (mode == 2 || mode == 3)) {
      out = true;
    }
    gate = high;
  }

  /** One CLK pulse. */
  void pulse() {
    if (mode == 4 || mode == 5) {
      out = true;
    }
    if (loadNext || triggered) {
      loadNext = false;
      triggered = false;
      load();
      strobePending = true;
      out = mode >= 2;
    } else if (loaded && (gate || mode == 1 || mode == 5)) {
      count();
    }
  }

  private void load() {
    int count = initialCount();
    odd = count % 2 != 0;
    element = mode == 3 ? count - count % 2 : count;
    loaded = true;
    nullCount = false;
  }

  private void count() {
    if (mode == 2) {
      if (element == 1) {
        load();
      } else {
        element--;
      }
      out = element != 1;
    } else if (mode == 3) {
      int last = out && odd ? 0 : 2;
      if (element == last) {
        out = !out;
        load();
      } else {
        element -= 2;
      }
    } else {
      element = element == 0 ? turn() - 1 : element - 1;
      if (element == 0) {
        out = mode <= 1 || !strobePending;
        strobePending = false;
      }
    }
  }

  /** As {@link PitGuest#look}. */
  String look() {
    int value = element % turn();
    int word = (control & 1) != 0 ? Integer.parseInt(Integer.toString(value), 16) : value;
    int shown =
        switch (control & 0x30) {
          case 0x10 -> word & 0xff;
          case 0x20 -> word & 0xff00;
          default -> word;
        };
    return Integer.toHexString(shown) + (out ? "H" : "L");
  }

  /** The status byte. */
  int status() {
    return (out ? 0x80 : 0) | (nullCount ? 0x40 : 0) | control;
  }

  private int turn() {
    return (control & 1) != 0 ? 10_000 : 65_536;
  }

  private int initialCount() {
    int count = countRegister;
    if ((control & 1) != 0) {
      count = 0;
      for (int shift = 12; shift >= 0; shift -= 4) {
        count = count * 10 + (countRegister >> shift & 0xf);
      }
    }
    count = count == 0 ? turn() : count;
    return mode == 2 || mode == 3 ? Math.max(count, 2) : count;
  }
}
