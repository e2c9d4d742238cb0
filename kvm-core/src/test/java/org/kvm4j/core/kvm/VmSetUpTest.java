package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;
import static org.kvm4j.core.kvm.Refusals.refusedState;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmIrqLevel;
import org.kvm4j.core.abi.KvmPitConfig;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion;

/** What is refused before the kernel is asked, because it would say EINVAL or nothing at all. */
final class VmSetUpTest {

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Buses buses = new Buses(mock(PioBus.class), mock(MmioBus.class));
  private final Vm vm = scripted.vm;

  @Test
  void stepsThatMustPrecedeVcpus_areRefusedAfterOne() {
    vm.createVcpu(0, buses);

    assertEquals(
        "KVM_CREATE_IRQCHIP must come before the first vCPU", refusedState(vm::createIrqchip));
    assertEquals(
        "KVM_SET_TSS_ADDR must come before the first vCPU",
        refusedState(() -> vm.setTssAddress(0xfffb_d000L)));
    assertEquals(
        "KVM_SET_IDENTITY_MAP_ADDR must come before the first vCPU",
        refusedState(() -> vm.setIdentityMapAddress(0xfffb_c000L)));
    assertFalse(kernel.calls().contains("KVM_CREATE_IRQCHIP"));
  }

  @Test
  void thePit_needsTheIrqchip() {
    assertEquals(
        "KVM_CREATE_PIT2 needs createIrqchip() before it",
        refusedState(() -> vm.createPit2(false)));
    assertFalse(kernel.calls().contains("KVM_CREATE_PIT2"));
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 1"})
  void thePit_isCreatedWithOrWithoutPort61(boolean speakerDummy, int flags) {
    List<Integer> seen = new ArrayList<>();
    kernel.always(
        "KVM_CREATE_PIT2",
        argument -> {
          seen.add(kernel.at(argument, KvmPitConfig.SIZEOF).getInt(KvmPitConfig.FLAGS));
          return 0;
        });
    vm.createIrqchip();

    vm.createPit2(speakerDummy);

    assertEquals(List.of(flags), seen);
  }

  @Test
  void memory_becomesSlotsNumberedFromZero_overMemoryOfThisProcess() {
    List<String> regions = new ArrayList<>();
    kernel.always(
        "KVM_SET_USER_MEMORY_REGION",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmUserspaceMemoryRegion.SIZEOF);
          regions.add(
              "slot %d flags %d at 0x%x size 0x%x"
                  .formatted(
                      b.getInt(KvmUserspaceMemoryRegion.SLOT),
                      b.getInt(KvmUserspaceMemoryRegion.FLAGS),
                      b.getLong(KvmUserspaceMemoryRegion.GUEST_PHYS_ADDR),
                      b.getLong(KvmUserspaceMemoryRegion.MEMORY_SIZE)));
          long memory = b.getLong(KvmUserspaceMemoryRegion.USERSPACE_ADDR);
          kernel.at(memory, 1).put(0, (byte) 0x5a);
          return 0;
        });

    MemorySlot low = vm.addMemory(0, 0x2000);
    MemorySlot high = vm.addMemory(0x1_0000_0000L, 0x1000);

    assertEquals(new MemorySlot(0, 0, 0x2000), low);
    assertEquals(new MemorySlot(1, 0x1_0000_0000L, 0x1000), high);
    assertEquals(
        List.of("slot 0 flags 0 at 0x0 size 0x2000", "slot 1 flags 0 at 0x100000000 size 0x1000"),
        regions);
    assertEquals(0x5a, vm.memory().readByte(0x1_0000_0000L), "KVM was given this very memory");
  }

  @ParameterizedTest
  @CsvSource({
    "0x1, 0x1000",
    "0x1000, 0x1001",
    "0x800, 0x800",
    "0x1000, -1",
  })
  void memoryThatIsNotWholePages_isRefused(long address, long size) {
    String message = refusedArgument(() -> vm.addMemory(address, size));

    assertTrue(message.contains("use multiples of the page size, 4096 bytes"), message);
    assertFalse(kernel.calls().contains("mmap"));
  }

  @ParameterizedTest
  @CsvSource({
    "0x1000, 0",
    "0x1000, -4096",
    "0x7ffffffffffff000, 0x1000",
    "0x1000, 0x7ffffffffffff000",
    "-4096, 0x1000",
    "-4096, 0x2000",
  })
  void memoryThatIsEmptyOrWrapsAround_isRefused(long address, long size) {
    String message = refusedArgument(() -> vm.addMemory(address, size));

    assertTrue(message.contains("is empty or wraps around"), message);
    assertFalse(kernel.calls().contains("mmap"));
  }

  @ParameterizedTest
  @CsvSource({
    "0x10000, 0x1000",
    "0x13000, 0x1000",
    "0xf000, 0x2000",
    "0x13000, 0x2000",
    "0x0, 0x100000",
  })
  void memoryThatOverlapsASlot_isRefused_withItsAddress(long address, long size) {
    vm.addMemory(0x10000, 0x4000);

    assertEquals(
        "RAM at 0x%x, %d bytes: overlaps the slot at 0x10000".formatted(address, size),
        refusedArgument(() -> vm.addMemory(address, size)));
  }

  @Test
  void memoryThatAdjoins_isTaken() {
    vm.addMemory(0x10000, 0x4000);

    vm.addMemory(0x14000, 0x1000);
    vm.addMemory(0xf000, 0x1000);

    assertEquals(0x6000, vm.memory().sizeBytes());
    assertTrue(vm.memory().contains(0xf000, 0x6000));
  }

  @ParameterizedTest
  @CsvSource({
    "0xfffbd000, 0x1000",
    "0xfffbf000, 0x1000",
    "0xfff00000, 0xbe000",
    "0, 0x100000000",
  })
  void memoryOverTheTssPages_isRefused(long address, long size) {
    vm.setTssAddress(0xfffb_d000L);

    String message = refusedArgument(() -> vm.addMemory(address, size));

    assertTrue(message.endsWith("overlaps the TSS pages at 0xfffbd000"), message);
  }

  @Test
  void memoryBesideTheReservedPages_isTaken() {
    vm.setIdentityMapAddress(0xfffb_c000L);
    vm.setTssAddress(0xfffb_d000L);

    vm.addMemory(0xfffb_b000L, 0x1000);
    vm.addMemory(0xfffc_0000L, 0x1000);

    assertEquals(0x2000, vm.memory().sizeBytes());
  }

  @Test
  void memoryOverTheIdentityMapPage_isRefused() {
    vm.setIdentityMapAddress(0xfffb_c000L);

    String message = refusedArgument(() -> vm.addMemory(0xfffb_c000L, 0x1000));

    assertTrue(message.endsWith("overlaps the identity-map page at 0xfffbc000"), message);
  }

  @Test
  void reservedPagesOverMemory_areRefused() {
    vm.addMemory(0xf000_0000L, 0x10000);

    assertEquals(
        "TSS pages at 0xeffff000 overlap RAM at 0xf0000000: choose an address outside RAM",
        refusedArgument(() -> vm.setTssAddress(0xefff_f000L)));
    assertEquals(
        "identity-map page at 0xf000f000 overlap RAM at 0xf0000000: choose an address outside RAM",
        refusedArgument(() -> vm.setIdentityMapAddress(0xf000_f000L)));
    vm.setTssAddress(0xefff_d000L); // ends where RAM begins
  }

  @Test
  void reservedPagesOverEachOther_areRefused() {
    vm.setTssAddress(0xfffb_d000L);

    assertEquals(
        "identity-map page at 0xfffbf000 overlap the TSS pages at 0xfffbd000:"
            + " choose an address outside",
        refusedArgument(() -> vm.setIdentityMapAddress(0xfffb_f000L)));
    vm.setIdentityMapAddress(0xfffc_0000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1_0000_0000L - 0x2000, 0x1_0000_0000L, -4096})
  void tssPagesNotBelow4Gib_areRefused(long address) {
    String message = refusedArgument(() -> vm.setTssAddress(address));

    assertTrue(message.endsWith("choose an address below 4 GiB"), message);
  }

  @Test
  void tssPagesThatEndAt4Gib_areTaken_andTheKernelGetsTheAddressItself() {
    List<Long> arguments = new ArrayList<>();
    kernel.always(
        "KVM_SET_TSS_ADDR",
        argument -> {
          arguments.add(argument);
          return 0;
        });

    vm.setTssAddress(0xffff_d000L);

    assertEquals(List.of(0xffff_d000L), arguments);
  }

  @Test
  void theIdentityMapAddress_isHandedOverByPointer() {
    List<Long> addresses = new ArrayList<>();
    kernel.always(
        "KVM_SET_IDENTITY_MAP_ADDR",
        argument -> {
          addresses.add(kernel.at(argument, Long.BYTES).getLong(0));
          return 0;
        });

    vm.setIdentityMapAddress(0xfffb_c000L);

    assertEquals(List.of(0xfffb_c000L), addresses);
  }

  @Test
  void unalignedReservedPages_areRefused() {
    assertTrue(
        refusedArgument(() -> vm.setTssAddress(0xfffb_d800L))
            .startsWith("TSS pages at 0xfffbd800, 12288 bytes: use multiples of the page size"));
  }

  @Test
  void irqLines_reachTheKernelWithNumberAndLevel() {
    List<String> levels = new ArrayList<>();
    kernel.always(
        "KVM_IRQ_LINE",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmIrqLevel.SIZEOF);
          levels.add(b.getInt(KvmIrqLevel.IRQ) + "=" + b.getInt(KvmIrqLevel.LEVEL));
          return 0;
        });

    vm.setIrqLine(4, true);
    vm.setIrqLine(23, true);
    vm.setIrqLine(0, false);
    vm.setIrqLine(4, false);

    assertEquals(List.of("4=1", "23=1", "0=0", "4=0"), levels);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 24, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void anIrqLineThatDoesNotExist_isRefused(int gsi) {
    assertEquals("GSI " + gsi + ": use 0 to 23", refusedArgument(() -> vm.setIrqLine(gsi, true)));
  }

  @Test
  void afterClose_everyCallSaysSo_andClosingAgainDoesNothing() {
    vm.addMemory(0, 0x1000);
    vm.close();
    vm.close();

    for (Runnable call :
        List.<Runnable>of(
            () -> vm.checkExtension(0),
            () -> vm.setTssAddress(0xfffb_d000L),
            vm::createIrqchip,
            () -> vm.addMemory(0x1000, 0x1000),
            () -> vm.setIrqLine(1, true),
            () -> vm.createVcpu(0, buses))) {
      assertEquals("the VM is closed", refusedState(call));
    }
  }
}
