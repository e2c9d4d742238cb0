package org.kvm4j.memory;

/**
 * What of the host's memory is behind a slot.
 *
 * @param hugePages whether it is pages of {@link #HUGE_PAGE_BYTES} that the host has set aside
 *     (vm.nr_hugepages), which are never swapped or shared out; else it is what the host has, and
 *     huge where the host likes (transparent huge pages). MAP_HUGETLB or MFD_HUGETLB
 * @param memfd whether it is a file in memory, which another process can map, too; see {@link
 *     MemorySlots#memfd}. memfd_create(2)
 */
public record HostMemory(boolean hugePages, boolean memfd) {

  /** The size of a huge page, of which a slot must be a multiple then. */
  public static final long HUGE_PAGE_BYTES = 2 << 20;

  /** Of this process alone, and as the host likes. */
  public static final HostMemory STANDARD = new HostMemory(false, false);

  /** The same, in huge pages or not. */
  public HostMemory withHugePages(boolean yes) {
    return new HostMemory(yes, memfd);
  }

  /** The same, in a file or not. */
  public HostMemory withMemfd(boolean yes) {
    return new HostMemory(hugePages, yes);
  }
}
