package org.kvm4j.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.kvm4j.GuestMemory;
import org.kvm4j.GuestMemoryException;

/**
 * Guest RAM on the Java heap: one slot, filled with zeros. Threading: as {@link GuestMemory}, as
 * far as the JVM does not tear a {@code long}.
 */
public final class FakeGuestMemory implements GuestMemory {

  private final long base;
  private final ByteBuffer ram;
  private volatile boolean closed;

  /** RAM from address 0 on. */
  public FakeGuestMemory(int sizeBytes) {
    this(0, sizeBytes);
  }

  /** RAM from {@code base} on, with nothing below. */
  public FakeGuestMemory(long base, int sizeBytes) {
    this.base = base;
    this.ram = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public long sizeBytes() {
    checkOpen();
    return ram.capacity();
  }

  @Override
  public boolean contains(long address, long length) {
    checkOpen();
    return holds(address, length);
  }

  @Override
  public int readByte(long address) {
    return Byte.toUnsignedInt(ram.get(index(address, 1)));
  }

  @Override
  public int readShort(long address) {
    return Short.toUnsignedInt(ram.getShort(index(address, 2)));
  }

  @Override
  public int readInt(long address) {
    return ram.getInt(index(address, 4));
  }

  @Override
  public long readLong(long address) {
    return ram.getLong(index(address, 8));
  }

  @Override
  public void writeByte(long address, int value) {
    ram.put(index(address, 1), (byte) value);
  }

  @Override
  public void writeShort(long address, int value) {
    ram.putShort(index(address, 2), (short) value);
  }

  @Override
  public void writeInt(long address, int value) {
    ram.putInt(index(address, 4), value);
  }

  @Override
  public void writeLong(long address, long value) {
    ram.putLong(index(address, 8), value);
  }

  @Override
  public void read(long address, ByteBuffer target) {
    target.put(slice(address, target.remaining()));
  }

  @Override
  public void write(long address, ByteBuffer source) {
    slice(address, source.remaining()).put(source);
  }

  @Override
  public void clear(long address, long length) {
    ByteBuffer part = slice(address, length);
    part.put(new byte[part.remaining()]);
  }

  @Override
  public long readFrom(ReadableByteChannel channel, long address, long length) throws IOException {
    ByteBuffer part = slice(address, length);
    while (part.hasRemaining() && channel.read(part) >= 0) {
      // until full, or at the channel's end
    }
    return part.position();
  }

  /** As when the VM is closed: every access throws from now on. */
  void close() {
    closed = true;
  }

  private ByteBuffer slice(long address, long length) {
    int start = index(address, length);
    return ram.slice(start, (int) length);
  }

  private int index(long address, long length) {
    checkOpen();
    if (!holds(address, length)) {
      throw new GuestMemoryException(address, length);
    }
    return length == 0 ? 0 : (int) (address - base); // nothing may be read anywhere
  }

  private boolean holds(long address, long length) {
    long offset = address - base;
    return length == 0
        || (length > 0
            && offset >= 0
            && length <= ram.capacity()
            && offset <= ram.capacity() - length);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The VM is closed, and its memory with it.");
    }
  }
}
