package org.kvm4j.devices.serial;

/**
 * A bounded queue of characters: 16 deep in FIFO mode, a single holding register in 16450 mode.
 *
 * <p>An entry is the character in its low 8 bits and whatever its owner keeps above them.
 */
final class Fifo {

  /** The depth in FIFO mode. */
  static final int DEPTH = 16;

  private final int[] entries = new int[DEPTH];
  private int capacity = 1;
  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  boolean isFull() {
    return size == capacity;
  }

  int size() {
    return size;
  }

  int capacity() {
    return capacity;
  }

  /** Empties the queue and gives it its depth for the mode. */
  void clear(boolean fifoMode) {
    capacity = fifoMode ? DEPTH : 1;
    head = 0;
    size = 0;
  }

  /** The entry at a position, 0 being the one that {@link #remove} would take. */
  int get(int index) {
    return entries[(head + index) % DEPTH];
  }

  void set(int index, int entry) {
    entries[(head + index) % DEPTH] = entry;
  }

  /** Appends; the owner has checked {@link #isFull}. */
  void add(int entry) {
    set(size, entry);
    size++;
  }

  /** Takes the oldest entry; the owner has checked {@link #isEmpty}. */
  int remove() {
    int entry = get(0);
    head = (head + 1) % DEPTH;
    size--;
    return entry;
  }

  /** Eight bits of every entry, oldest first. */
  byte[] bytes(int shift) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (get(i) >> shift);
    }
    return bytes;
  }
}
