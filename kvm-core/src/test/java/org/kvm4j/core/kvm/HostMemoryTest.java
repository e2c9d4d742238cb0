package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.memory.HostMemory;

/** The kinds of memory that a guest can have, of this host. */
final class HostMemoryTest {

  private static final HostMemory MEMFD = HostMemory.STANDARD.withMemfd(true);
  private static final HostMemory HUGE = HostMemory.STANDARD.withHugePages(true);
  private static final int BYTES = 1 << 14;

  private static Path file(Mapping mapping) {
    return Path.of("/proc/self/fd/" + mapping.memfd().orElseThrow());
  }

  @Test
  void memfd_isAFileOfTheGuestsMemory() throws IOException {
    try (Mapping mapping = Mapping.ram(NativeLibc.INSTANCE, BYTES, MEMFD)) {
      mapping.view(0, BYTES).putInt(0x1000, 0x1234_5678);

      byte[] seen = Files.readAllBytes(file(mapping));
      assertEquals(BYTES, seen.length);
      assertArrayEquals(
          new byte[] {0x78, 0x56, 0x34, 0x12}, Arrays.copyOfRange(seen, 0x1000, 0x1004));

      assertTrue(mapping.discard());
      assertEquals(0, mapping.view(0, BYTES).getInt(0x1000));
      assertArrayEquals(new byte[BYTES], Files.readAllBytes(file(mapping)));
    }
  }

  /** Or a process that has it could end this one. */
  @Test
  void memfd_keepsItsLength() throws IOException {
    try (Mapping mapping = Mapping.ram(NativeLibc.INSTANCE, BYTES, MEMFD)) {
      int fd = mapping.memfd().orElseThrow();

      assertEquals(-Errno.EPERM, NativeLibc.INSTANCE.ftruncate(fd, 0));
      assertEquals(-Errno.EPERM, NativeLibc.INSTANCE.ftruncate(fd, 2 * BYTES));
    }
  }

  @Test
  void closing_closesTheFile() {
    Mapping mapping = Mapping.ram(NativeLibc.INSTANCE, BYTES, MEMFD);
    Path file = file(mapping);
    assertTrue(Files.exists(file));

    mapping.close();
    mapping.close();

    assertFalse(Files.exists(file));
  }

  @Test
  void otherMemory_isNoFile() {
    try (Mapping mapping = Mapping.ram(NativeLibc.INSTANCE, BYTES, HostMemory.STANDARD)) {
      assertTrue(mapping.memfd().isEmpty());
    }
  }

  @Test
  void parkedMemory_isGivenToItsOwnKindAlone() {
    try (HostPages pages = new HostPages(NativeLibc.INSTANCE)) {
      Mapping inFile = pages.take(BYTES, MEMFD);
      inFile.view(0, BYTES).put(0, (byte) 1);
      pages.park(inFile);

      try (Mapping plain = pages.take(BYTES, HostMemory.STANDARD);
          Mapping again = pages.take(BYTES, MEMFD)) {
        assertTrue(plain.memfd().isEmpty());
        assertEquals(inFile, again);
        assertEquals(0, again.view(0, BYTES).get(0));
      }
    }
  }

  @Test
  void hostWithoutEnoughHugePages_isToldWithTheNumber() {
    Syscalls sys = mock(Syscalls.class);
    when(sys.mmap(anyLong(), anyInt(), anyInt(), anyInt(), anyLong()))
        .thenReturn((long) -Errno.ENOMEM);

    String message =
        assertThrows(KvmIoctlException.class, () -> Mapping.ram(sys, 64 << 20, HUGE)).getMessage();

    assertEquals(
        "mmap of guest memory, 64 MiB in huge pages: ENOMEM (12). The host has fewer than 32 of"
            + " them free: as root, set enough aside by 'sysctl vm.nr_hugepages=32', or more if"
            + " others use some.",
        message);
  }

  /** With MAP_NORESERVE, the process would end at the first page that is missing. */
  @Test
  void hugePages_areReserved() {
    Syscalls sys = mock(Syscalls.class);
    Mapping.ram(sys, 64 << 20, HUGE).close();

    verify(sys).mmap(64 << 20, 3, 0x22 | 0x4_0000 | 21 << 26, -1, 0);
    verify(sys, never()).madvise(anyLong(), anyLong(), anyInt());
  }

  @Test
  void fileThatCannotBeMapped_isClosed() {
    Syscalls sys = mock(Syscalls.class);
    when(sys.memfdCreate(any(), anyInt())).thenReturn(7);
    when(sys.mmap(anyLong(), anyInt(), anyInt(), anyInt(), anyLong()))
        .thenReturn((long) -Errno.ENOMEM);

    assertThrows(KvmIoctlException.class, () -> Mapping.ram(sys, BYTES, MEMFD));

    verify(sys).close(7);
  }

  /** Or KVM could not map a huge page of the host as one of the guest. */
  @Test
  void ram_beginsAtAMultipleOf2MiB_whereverTheHostPutIt() {
    Syscalls sys = mock(Syscalls.class);
    when(sys.mmap(anyLong(), anyInt(), anyInt(), anyInt(), anyLong()))
        .thenReturn(0x7f00_0012_3000L);

    Mapping mapping = Mapping.ram(sys, 64 << 20, HostMemory.STANDARD);

    assertEquals(0x7f00_0020_0000L, mapping.address());
    verify(sys).mmap(66 << 20, 3, 0x4022, -1, 0); // ends within what was mapped, too
    mapping.close();
    verify(sys).munmap(0x7f00_0012_3000L, 66 << 20);
  }

  @Test
  void ram_ofLessThanAHugePage_isMappedAsItIs() {
    Syscalls sys = mock(Syscalls.class);
    when(sys.mmap(anyLong(), anyInt(), anyInt(), anyInt(), anyLong()))
        .thenReturn(0x7f00_0012_3000L);

    Mapping mapping = Mapping.ram(sys, BYTES, HostMemory.STANDARD);

    assertEquals(0x7f00_0012_3000L, mapping.address());
    mapping.close();
    verify(sys).munmap(0x7f00_0012_3000L, BYTES);
  }
}
