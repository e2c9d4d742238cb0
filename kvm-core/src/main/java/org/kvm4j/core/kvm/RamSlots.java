package org.kvm4j.core.kvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.kvm4j.GuestMemory;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.MemorySlot;

/**
 * Guest RAM over the mappings of all slots.
 *
 * <p>Slots are an immutable snapshot: readers take no lock. Closing unmaps; the VM does so only
 * after vCPUs and devices have stopped, and whoever else still holds the memory gets an {@link
 * IllegalStateException} from the next call on.
 */
final class RamSlots implements GuestMemory, AutoCloseable {

  /** No slot has this id. */
  static final int NO_SLOT = -1;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

  private volatile RamSlot[] slots = {};
  private volatile boolean closed;

  void add(RamSlot slot) {
    RamSlot[] more = Arrays.copyOf(slots, slots.length + 1);
    more[slots.length] = slot;
    slots = more;
  }

  /** Puts a slot in the place of the one with its id. */
  void replace(RamSlot slot) {
    RamSlot[] changed = slots.clone();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i].slot.id() == slot.slot.id()) {
        changed[i] = slot;
      }
    }
    slots = changed;
  }

  void remove(int id) {
    slots = Arrays.stream(slots).filter(ram -> ram.slot.id() != id).toArray(RamSlot[]::new);
  }

  int count() {
    return slots.length;
  }

  /** By id. */
  List<MemorySlot> all() {
    return Arrays.stream(slots)
        .map(ram -> ram.slot)
        .sorted(Comparator.comparingInt(MemorySlot::id))
        .toList();
  }

  int lowestFreeId() {
    int id = 0;
    while (byId(id) != null) {
      id++;
    }
    return id;
  }

  /** Or null. */
  RamSlot byId(int id) {
    for (RamSlot ram : slots) {
      if (ram.slot.id() == id) {
        return ram;
      }
    }
    return null;
  }

  /** Or null. */
  MemorySlot slotOf(int id) {
    RamSlot ram = byId(id);
    return ram == null ? null : ram.slot;
  }

  /** The slot but {@code exceptId} that shares a byte with a range, or null. */
  MemorySlot overlapping(long address, long length, int exceptId) {
    for (RamSlot ram : slots) {
      MemorySlot slot = ram.slot;
      if (slot.id() != exceptId
          && Long.compareUnsigned(address, slot.endAddress()) < 0
          && Long.compareUnsigned(slot.guestAddress(), address + length) < 0) {
        return slot;
      }
    }
    return null;
  }

  @Override
  public long sizeBytes() {
    requireOpen();
    long sum = 0;
    for (RamSlot ram : slots) {
      sum += ram.slot.sizeBytes();
    }
    return sum;
  }

  @Override
  public boolean contains(long address, long length) {
    requireOpen();
    long at = address;
    long left = length;
    while (left > 0) {
      RamSlot ram = find(at);
      if (ram == null) {
        return false;
      }
      long here = Math.min(left, ram.slot.endAddress() - at);
      at += here;
      left -= here;
    }
    return left == 0;
  }

  @Override
  public int readByte(long address) {
    RamSlot ram = require(address, Byte.BYTES);
    return Byte.toUnsignedInt(ram.view(address).get(ram.index(address)));
  }

  @Override
  public int readShort(long address) {
    RamSlot ram = require(address, Short.BYTES);
    return ram.contiguousBytes(address) >= Short.BYTES
        ? Short.toUnsignedInt(ram.view(address).getShort(ram.index(address)))
        : (int) readBytewise(address, Short.BYTES);
  }

  @Override
  public int readInt(long address) {
    RamSlot ram = require(address, Integer.BYTES);
    return ram.contiguousBytes(address) >= Integer.BYTES
        ? ram.view(address).getInt(ram.index(address))
        : (int) readBytewise(address, Integer.BYTES);
  }

  @Override
  public long readLong(long address) {
    RamSlot ram = require(address, Long.BYTES);
    return ram.contiguousBytes(address) >= Long.BYTES
        ? ram.view(address).getLong(ram.index(address))
        : readBytewise(address, Long.BYTES);
  }

  @Override
  public void writeByte(long address, int value) {
    RamSlot ram = require(address, Byte.BYTES);
    ram.view(address).put(ram.index(address), (byte) value);
  }

  @Override
  public void writeShort(long address, int value) {
    RamSlot ram = require(address, Short.BYTES);
    if (ram.contiguousBytes(address) >= Short.BYTES) {
      ram.view(address).putShort(ram.index(address), (short) value);
    } else {
      writeBytewise(address, value, Short.BYTES);
    }
  }

  @Override
  public void writeInt(long address, int value) {
    RamSlot ram = require(address, Integer.BYTES);
    if (ram.contiguousBytes(address) >= Integer.BYTES) {
      ram.view(address).putInt(ram.index(address), value);
    } else {
      writeBytewise(address, value, Integer.BYTES);
    }
  }

  @Override
  public void writeLong(long address, long value) {
    RamSlot ram = require(address, Long.BYTES);
    if (ram.contiguousBytes(address) >= Long.BYTES) {
      ram.view(address).putLong(ram.index(address), value);
    } else {
      writeBytewise(address, value, Long.BYTES);
    }
  }

  @Override
  public void read(long address, ByteBuffer target) {
    requireAll(address, target.remaining());
    long at = address;
    while (target.hasRemaining()) {
      ByteBuffer source = window(at, target.remaining());
      at += source.remaining();
      target.put(source);
    }
  }

  @Override
  public void write(long address, ByteBuffer source) {
    requireAll(address, source.remaining());
    long at = address;
    while (source.hasRemaining()) {
      ByteBuffer target = window(at, source.remaining());
      int length = target.remaining();
      target.put(source.slice(source.position(), length));
      source.position(source.position() + length);
      at += length;
    }
  }

  @Override
  public void clear(long address, long length) {
    requireAll(address, length);
    for (long done = 0; done < length; ) {
      ByteBuffer target = window(address + done, Math.min(length - done, ZEROS.capacity()));
      done += target.remaining();
      target.put(ZEROS.slice(0, target.remaining()));
    }
  }

  @Override
  public long readFrom(ReadableByteChannel channel, long address, long length) throws IOException {
    requireAll(address, length);
    long done = 0;
    while (done < length) {
      int count = channel.read(window(address + done, length - done));
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (RamSlot ram : slots) {
        if (ram.ownsMapping()) {
          ram.mapping.close();
        }
      }
    }
  }

  /** A buffer over at most {@code length} bytes of one view. */
  private ByteBuffer window(long address, long length) {
    RamSlot ram = find(address);
    if (ram == null) { // deleted since the whole range was there
      throw new GuestMemoryException(address, length);
    }
    int contiguous = (int) Math.min(length, ram.contiguousBytes(address));
    return ram.view(address).slice(ram.index(address), contiguous);
  }

  private RamSlot find(long address) {
    for (RamSlot ram : slots) {
      if (ram.contains(address)) {
        return ram;
      }
    }
    return null;
  }

  private RamSlot require(long address, int length) {
    requireOpen();
    RamSlot ram = find(address);
    if (ram == null || (ram.slot.endAddress() - address < length && !contains(address, length))) {
      throw new GuestMemoryException(address, length);
    }
    return ram;
  }

  private void requireAll(long address, long length) {
    requireOpen();
    if (!contains(address, length)) {
      throw new GuestMemoryException(address, length);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the VM is closed, and its memory with it");
    }
  }

  private long readBytewise(long address, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) readByte(address + i) << (i * Byte.SIZE);
    }
    return value;
  }

  private void writeBytewise(long address, long value, int length) {
    for (int i = 0; i < length; i++) {
      writeByte(address + i, (int) (value >>> (i * Byte.SIZE)));
    }
  }
}
