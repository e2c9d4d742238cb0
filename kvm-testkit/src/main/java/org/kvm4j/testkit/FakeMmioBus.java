package org.kvm4j.testkit;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.DeviceConflictException;

/**
 * A guest-physical address space that keeps to the contract of {@link MmioBus} and is strict: a
 * conflict is reported by {@link #register} itself. Threading: as {@link MmioBus}.
 */
public final class FakeMmioBus implements MmioBus {

  private final AddressSpace space = new AddressSpace("address");

  /** Without handlers. */
  public FakeMmioBus() {}

  /**
   * {@inheritDoc}
   *
   * @throws DeviceConflictException if an address belongs to another handler; the message names
   *     both
   */
  @Override
  public void register(long base, long length, MmioHandler handler) {
    register("A handler", base, length, handler, UnaryOperator.identity());
  }

  /** As the public method, naming the owner, with the handler wrapped by {@code guard}. */
  void register(
      String owner,
      long base,
      long length,
      MmioHandler handler,
      UnaryOperator<AddressSpace.Handler> guard) {
    Objects.requireNonNull(handler, "handler");
    long last = base + length - 1;
    if (length < 1 || Long.compareUnsigned(last, base) < 0) {
      throw new IllegalArgumentException(
          "%s: 0x%x bytes from 0x%x. Use at least one and do not wrap around."
              .formatted(owner, length, base));
    }
    int width = handler.maxAccessBytes();
    if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
      throw new IllegalArgumentException(
          "%s: maxAccessBytes() is %d. Use 1, 2, 4 or 8.".formatted(owner, width));
    }
    space.add(new AddressSpace.Range(owner, base, last, width, guard.apply(adapt(handler))));
  }

  @Override
  public long read(long address, int size) {
    checkSize(size);
    return space.read(address, size);
  }

  @Override
  public void write(long address, int size, long value) {
    checkSize(size);
    space.write(address, size, value);
  }

  /** Reads four bytes, the size of most registers. */
  public int readInt(long address) {
    return (int) read(address, 4);
  }

  /** Writes four bytes, the size of most registers. */
  public void writeInt(long address, int value) {
    write(address, 4, value);
  }

  /** The accesses so far that no handler answered, in order; the first 10,000 of them. */
  public List<UnclaimedAccess> unclaimed() {
    return space.unclaimed();
  }

  AddressSpace space() {
    return space;
  }

  private static void checkSize(int size) {
    if (size < 1 || size > 8) {
      throw new IllegalArgumentException("%d bytes: use 1 to 8.".formatted(size));
    }
  }

  private static AddressSpace.Handler adapt(MmioHandler handler) {
    return new AddressSpace.Handler() {
      @Override
      public long read(long offset, int size) {
        return handler.read(offset, size);
      }

      @Override
      public void write(long offset, int size, long value) {
        handler.write(offset, size, value);
      }
    };
  }
}
