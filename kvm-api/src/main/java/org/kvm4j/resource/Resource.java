package org.kvm4j.resource;

/**
 * So many ports, so many bytes of address space, or one interrupt; where is not said.
 *
 * <p>Immutable.
 *
 * @param kind of what
 * @param length ports, bytes or interrupts, at least 1
 * @param shareable whether several devices may have the same; only interrupts are ever shared, and
 *     only by devices whose drivers look at each device when it fires
 */
public record Resource(Kind kind, long length, boolean shareable) {

  /** The three address spaces of a PC. */
  public enum Kind {
    /** I/O ports, 0 to 0xffff. */
    PORTS("ports", 0xffff),
    /** Guest-physical addresses outside RAM, unsigned. */
    ADDRESSES("addresses", -1),
    /** Global system interrupts, 0 to 23. */
    INTERRUPTS("GSI", 23);

    private final String noun;
    private final long last;

    Kind(String noun, long last) {
      this.noun = noun;
      this.last = last;
    }

    /** The greatest number there is, unsigned. */
    public long last() {
      return last;
    }

    String text(long first, long length) {
      return this == INTERRUPTS
          ? noun + " " + first
          : "%s 0x%x-0x%x".formatted(noun, first, first + length - 1);
    }

    /** One number as a user writes it. */
    String number(long value) {
      return this == INTERRUPTS ? Long.toString(value) : "0x" + Long.toHexString(value);
    }
  }

  /** Checks the length. */
  public Resource {
    if (length < 1 || Long.compareUnsigned(length - 1, kind.last()) > 0) {
      throw new IllegalArgumentException("%d %s: use at least 1".formatted(length, kind.noun));
    }
    if (shareable && kind != Kind.INTERRUPTS) {
      throw new IllegalArgumentException("only interrupts can be shared");
    }
  }

  /** Consecutive ports. */
  public static Resource ports(int count) {
    return new Resource(Kind.PORTS, count, false);
  }

  /** Consecutive guest-physical addresses. */
  public static Resource addresses(long sizeBytes) {
    return new Resource(Kind.ADDRESSES, sizeBytes, false);
  }

  /** An interrupt of its own. */
  public static Resource interrupt() {
    return new Resource(Kind.INTERRUPTS, 1, false);
  }

  /** An interrupt that may have other sources. */
  public static Resource sharedInterrupt() {
    return new Resource(Kind.INTERRUPTS, 1, true);
  }

  /** As a user reads it: {@code 8 ports}, {@code 4096 bytes of addresses}, {@code a GSI}. */
  @Override
  public String toString() {
    return switch (kind) {
      case PORTS -> length == 1 ? "1 port" : length + " ports";
      case ADDRESSES -> length + " bytes of addresses";
      case INTERRUPTS -> shareable ? "a GSI, perhaps shared" : "a GSI";
    };
  }

  /** The greatest number it may begin with, unsigned. */
  public long lastFirst() {
    return kind.last() - (length - 1);
  }
}
