package org.kvm4j;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The RAM of a VM by guest-physical address.
 *
 * <p>Addresses are unsigned; values are little-endian. An access may cross from one memory slot
 * into the next where they adjoin. Every method throws {@link GuestMemoryException} if a byte of
 * the access is outside all slots, before anything is read or written, and {@link
 * IllegalStateException} once the VM is closed.
 *
 * <p>Threading: any thread. Single accesses of up to 8 bytes that are aligned are not torn; nothing
 * else is promised, as on real memory, and the guest may write at any time: read a value once, then
 * check it. No access may be under way while the VM is closed, as its memory is unmapped then: end
 * the threads that use it first.
 */
public interface GuestMemory {

  /** The bytes of RAM in all slots. */
  long sizeBytes();

  /** Whether {@code length} bytes from {@code address} on are all RAM; true for no bytes. */
  boolean contains(long address, long length);

  /** Reads one byte, zero-extended. */
  int readByte(long address);

  /** Reads two bytes, zero-extended. */
  int readShort(long address);

  /** Reads four bytes. */
  int readInt(long address);

  /** Reads eight bytes. */
  long readLong(long address);

  /** Writes the low byte of {@code value}. */
  void writeByte(long address, int value);

  /** Writes the low two bytes of {@code value}. */
  void writeShort(long address, int value);

  /** Writes four bytes. */
  void writeInt(long address, int value);

  /** Writes eight bytes. */
  void writeLong(long address, long value);

  /** Copies guest memory into {@code target}, from its position to its limit. */
  void read(long address, ByteBuffer target);

  /** Copies {@code source}, from its position to its limit, into guest memory. */
  void write(long address, ByteBuffer source);

  /** Copies bytes into guest memory. */
  default void write(long address, byte[] source) {
    write(address, ByteBuffer.wrap(source));
  }

  /** Copies {@code length} bytes out of guest memory; for small lengths. */
  default byte[] read(long address, int length) {
    byte[] bytes = new byte[length];
    read(address, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Writes zeros. */
  void clear(long address, long length);

  /**
   * Reads from a channel straight into guest memory until {@code length} bytes have come.
   *
   * @return the bytes read, fewer than {@code length} only at the channel's end
   * @throws IOException if the channel fails
   */
  long readFrom(ReadableByteChannel channel, long address, long length) throws IOException;
}
