package org.kvm4j.memory;

import java.util.BitSet;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.kvm4j.MemorySlot;

/** A set of pages, one bit for each page of a range; immutable. KVM_GET_DIRTY_LOG's bitmap. */
public final class PageBitmap {

  private static final int PAGE_SHIFT = 12;

  private final int pageCount;
  private final BitSet pages;

  private PageBitmap(int pageCount, BitSet pages) {
    this.pageCount = pageCount;
    this.pages = pages;
  }

  /**
   * Pages by number.
   *
   * @param pageCount the length of the range, more than 0
   * @param pages those in the set, each below {@code pageCount}
   * @throws IllegalArgumentException if a page is outside the range
   */
  public static PageBitmap of(int pageCount, BitSet pages) {
    if (pageCount <= 0 || pages.length() > pageCount) {
      throw new IllegalArgumentException(
          "%d pages do not hold page %d: use a longer range"
              .formatted(pageCount, pages.length() - 1));
    }
    return new PageBitmap(pageCount, (BitSet) pages.clone());
  }

  /** Every page of a range. */
  public static PageBitmap full(int pageCount) {
    BitSet all = new BitSet(Math.max(pageCount, 0));
    all.set(0, Math.max(pageCount, 0));
    return of(pageCount, all);
  }

  /** The pages of the range, in the set or not. */
  public int pageCount() {
    return pageCount;
  }

  /** The pages in the set. */
  public int cardinality() {
    return pages.cardinality();
  }

  /** Whether no page is in the set. */
  public boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Whether a page is in the set.
   *
   * @param page from 0
   */
  public boolean contains(int page) {
    return pages.get(page);
  }

  /** The numbers of the pages in the set, ascending. */
  public IntStream pages() {
    return pages.stream();
  }

  /** The guest-physical addresses of the pages in the set, ascending, if the range is a slot. */
  public LongStream addresses(MemorySlot slot) {
    return pages.stream().mapToLong(page -> slot.guestAddress() + ((long) page << PAGE_SHIFT));
  }

  /**
   * A part of the range, for {@link MemorySlots#clearDirtyLog}.
   *
   * @throws IndexOutOfBoundsException if it leaves the range
   */
  public PageBitmap range(int firstPage, int count) {
    Objects.checkFromIndexSize(firstPage, count, pageCount);
    return of(count, pages.get(firstPage, firstPage + count));
  }

  /** The pages in the set as bits. */
  public BitSet toBitSet() {
    return (BitSet) pages.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PageBitmap that
        && pageCount == that.pageCount
        && pages.equals(that.pages);
  }

  @Override
  public int hashCode() {
    return pages.hashCode();
  }

  @Override
  public String toString() {
    return pages + " of " + pageCount + " pages";
  }
}
