package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.core.abi.Ioctl;

/** Where an error number means something else than it mostly does, the advice says so. */
final class FailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "KVM_CREATE_VM | 19 | The CPU's virtualisation extensions are off: switch them on in the"
            + " firmware.",
        "KVM_CREATE_IRQCHIP | 17 | It exists already: a VM can have only one.",
        "KVM_CREATE_DEVICE | 16 | It exists already: a VM can have only one.",
        "KVM_ENABLE_CAP | 17 | It exists already, or a vCPU does: do it once, and first.",
        "KVM_ENABLE_CAP | 7 | That is more than the kernel takes: give less.",
        "KVM_SET_BOOT_CPU_ID | 16 | There is a vCPU already: choose the boot vCPU before the"
            + " first.",
        "KVM_IRQFD | 11 | There is no irqchip: create it first.",
        "KVM_IRQFD | 16 | The eventfd raises an interrupt already: use one for each line.",
        "KVM_RUN | 14 | Memory that it needs is not mapped: add guest memory there first.",
        "KVM_GET_MSRS | 7 | That is more than the kernel takes: ask for fewer.",
        "KVM_CLEAR_DIRTY_LOG | 6 | With dirty rings KVM keeps no bitmap: take the pages from"
            + " Vcpu.dirtyRing().",
        "KVM_GET_DIRTY_LOG | 2 | The slot is gone, or has no dirty log: add one, or switch it on.",
        "KVM_INTERRUPT | 17 | An interrupt waits for the guest already: run the vCPU first.",
        "KVM_GET_DEVICE_ATTR | 1 | It cannot be read, or written, now or ever: see its"
            + " documentation.",
        "KVM_GET_NR_MMU_PAGES | 25 | This kernel's KVM does not have the call: do without.",
      })
  void theAdvice_fitsTheIoctl(Ioctl ioctl, int errno, String advice) {
    String message = Failure.of(ioctl, "the VM", -errno).getMessage();

    assertEquals(advice, message.substring(message.indexOf(". ") + 2));
  }
}
