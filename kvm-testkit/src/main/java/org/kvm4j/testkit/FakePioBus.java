package org.kvm4j.testkit;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConflictException;

/**
 * A port space that keeps to the contract of {@link PioBus} and is strict: a conflict is reported
 * by {@link #register} itself.
 *
 * <p>The bytes of an access beyond port 0xffff belong to nobody. Threading: as {@link PioBus}.
 */
public final class FakePioBus implements PioBus {

  private final AddressSpace space = new AddressSpace("port");

  /** Without handlers. */
  public FakePioBus() {}

  /**
   * {@inheritDoc}
   *
   * @throws DeviceConflictException if a port belongs to another handler; the message names both
   */
  @Override
  public void register(int base, int length, PioHandler handler) {
    register("A handler", base, length, handler, UnaryOperator.identity());
  }

  /** As the public method, naming the owner, with the handler wrapped by {@code guard}. */
  void register(
      String owner,
      int base,
      int length,
      PioHandler handler,
      UnaryOperator<AddressSpace.Handler> guard) {
    Objects.requireNonNull(handler, "handler");
    if (length < 1 || base < 0 || length > PORT_COUNT - base) {
      throw new IllegalArgumentException(
          "%s: %d ports from 0x%x. Use at least one, within 0 to 0xffff."
              .formatted(owner, length, base));
    }
    int width = handler.maxAccessBytes();
    if (!isPortSize(width)) {
      throw new IllegalArgumentException(
          "%s: maxAccessBytes() is %d. Use 1, 2 or 4.".formatted(owner, width));
    }
    space.add(
        new AddressSpace.Range(
            owner, base, base + length - 1L, width, guard.apply(adapt(handler))));
  }

  @Override
  public int read(int port, int size) {
    checkAccess(port, size);
    return (int) space.read(port, size);
  }

  @Override
  public void write(int port, int size, int value) {
    checkAccess(port, size);
    space.write(port, size, value);
  }

  /** Reads one byte. */
  public int readByte(int port) {
    return read(port, 1);
  }

  /** Writes one byte. */
  public void writeByte(int port, int value) {
    write(port, 1, value);
  }

  /** The accesses so far that no handler answered, in order; the first 10,000 of them. */
  public List<UnclaimedAccess> unclaimed() {
    return space.unclaimed();
  }

  AddressSpace space() {
    return space;
  }

  private static void checkAccess(int port, int size) {
    if (port < 0 || port >= PORT_COUNT || !isPortSize(size)) {
      throw new IllegalArgumentException(
          "Port 0x%x, %d bytes: use port 0 to 0xffff and 1, 2 or 4 bytes.".formatted(port, size));
    }
  }

  private static boolean isPortSize(int size) {
    return size == 1 || size == 2 || size == 4;
  }

  private static AddressSpace.Handler adapt(PioHandler handler) {
    return new AddressSpace.Handler() {
      @Override
      public long read(long offset, int size) {
        return handler.read((int) offset, size);
      }

      @Override
      public void write(long offset, int size, long value) {
        handler.write((int) offset, size, (int) value);
      }
    };
  }
}
