package org.kvm4j.machine.explain;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kvm4j.KvmException;
import org.kvm4j.core.device.OneLine;

/**
 * The names of a kernel's code. Immutable.
 *
 * <p>A kernel with KASLR runs elsewhere than it was linked. How far away is known as soon as Linux
 * has set MSR_LSTAR, which leads to {@code entry_SYSCALL_64}.
 */
public final class Symbols {

  /** No names. */
  public static final Symbols NONE = new Symbols(new TreeMap<>());

  private static final String SYSCALL_ENTRY = "entry_SYSCALL_64";

  /** Of arch/x86: a kernel is moved by multiples of this, within 1 GiB. */
  private static final long KASLR_ALIGNMENT = 0x20_0000;

  private static final long KASLR_RANGE = 1 << 30;

  /** Farther from a symbol than any function is long. */
  private static final long MOST_BYTES_BEHIND = 1 << 20;

  private static final long KERNEL_HALF = 0xffff_8000_0000_0000L;

  private final long[] addresses;
  private final String[] names;
  private final long syscallEntry;

  private Symbols(Map<Long, String> byAddress) {
    addresses = byAddress.keySet().stream().mapToLong(Long::longValue).toArray();
    names = byAddress.values().toArray(String[]::new);
    int entry = Arrays.asList(names).indexOf(SYSCALL_ENTRY);
    syscallEntry = entry < 0 ? 0 : addresses[entry];
  }

  /** Adds one; of several at an address, the first counts, if none of them is looked for. */
  static void add(Map<Long, String> byAddress, long address, String name) {
    if (name.equals(SYSCALL_ENTRY)) {
      byAddress.put(address, name);
    } else {
      byAddress.putIfAbsent(address, name);
    }
  }

  /**
   * Of a collected table.
   *
   * @param byAddress in unsigned order
   */
  static Symbols of(SortedMap<Long, String> byAddress) {
    return new Symbols(byAddress);
  }

  /**
   * Reads a System.map or an ELF file with its symbols.
   *
   * @throws KvmException if it is neither, or has no names of code
   */
  public static Symbols read(Path file) {
    return SymbolFile.read(file);
  }

  /** The names that a kernel brings along itself: an ELF vmlinux may, a bzImage never does. */
  public static Symbols ofKernel(Path kernel) {
    try {
      return SymbolFile.isElf(kernel) ? SymbolFile.read(kernel) : NONE;
    } catch (KvmException e) {
      System.getLogger(Symbols.class.getName())
          .log(System.Logger.Level.DEBUG, "no names: {0}", e.getMessage());
      return NONE;
    }
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return addresses.length == 0;
  }

  /** What is at RIP: a name with an offset, or why there is none; empty if there are no names. */
  Optional<String> at(CpuState cpu) {
    if (isEmpty()) {
      return Optional.empty();
    }
    long rip = cpu.special().cs().base() + cpu.registers().rip();
    Optional<Long> slide = slide(cpu.syscallEntry());
    Optional<String> name = nearest(rip - slide.orElse(0L));
    if (name.isPresent()) {
      return Optional.of(slide.isPresent() ? name.get() : name.get() + " (if not moved by KASLR)");
    }
    return Long.compareUnsigned(rip, KERNEL_HALF) >= 0 && slide.isEmpty()
        ? Optional.of("no symbol: KASLR may have moved the kernel; boot it with nokaslr")
        : Optional.of("no symbol");
  }

  /** How far the kernel has been moved, if that is known. */
  private Optional<Long> slide(long entryNow) {
    long slide = entryNow - syscallEntry;
    boolean plausible =
        entryNow != 0
            && syscallEntry != 0
            && slide >= 0
            && slide < KASLR_RANGE
            && slide % KASLR_ALIGNMENT == 0;
    return plausible ? Optional.of(slide) : Optional.empty();
  }

  private Optional<String> nearest(long address) {
    int low = 0;
    int high = addresses.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(addresses[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0 || Long.compareUnsigned(address - addresses[low - 1], MOST_BYTES_BEHIND) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        "%s+0x%x".formatted(OneLine.of(names[low - 1]), address - addresses[low - 1]));
  }
}
