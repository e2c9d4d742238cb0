package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_INTERRUPT;
import static org.kvm4j.core.abi.Ioctl.KVM_NMI;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VAPIC_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_SMI;
import static org.kvm4j.core.abi.Ioctl.KVM_TPR_ACCESS_REPORTING;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SETUP_MCE;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MCE;

import org.kvm4j.core.abi.KvmInterrupt;
import org.kvm4j.core.abi.KvmTprAccessCtl;
import org.kvm4j.core.abi.KvmVapicAddr;
import org.kvm4j.core.abi.KvmX86Mce;
import org.kvm4j.event.Injection;
import org.kvm4j.event.MachineCheck;

/** Injection over the ioctls of a vCPU. */
final class KvmInjection implements Injection {

  private static final int VECTORS = 256;

  /** The bits of MCG_CAP that count the banks. */
  private static final long MCG_CAP_COUNT = 0xff;

  private final VcpuIoctls ioctls;

  KvmInjection(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
  }

  @Override
  public void nmi() {
    ioctls.call(KVM_NMI, 0);
  }

  @Override
  public void smi() {
    ioctls.call(KVM_SMI, 0);
  }

  @Override
  public void interrupt(int vector) {
    if (vector < 0 || vector >= VECTORS) {
      throw new IllegalArgumentException(
          "Interrupt vector %d: use 0 to %d".formatted(vector, VECTORS - 1));
    }
    ioctls.set(KVM_INTERRUPT, (argument, irq) -> argument.putInt(KvmInterrupt.IRQ, irq), vector);
  }

  @Override
  public void setUpMachineChecks(int banks, long capabilities) {
    if (banks < 1 || banks > MachineCheck.MOST_BANKS) {
      throw new IllegalArgumentException(
          "%d machine-check banks: use 1 to %d".formatted(banks, MachineCheck.MOST_BANKS));
    }
    if ((capabilities & MCG_CAP_COUNT) != 0) {
      throw new IllegalArgumentException(
          "Machine-check capabilities 0x%x: leave out the low byte, which is the number of banks"
              .formatted(capabilities));
    }
    ioctls.set(
        KVM_X86_SETUP_MCE,
        (argument, value) -> argument.putLong(0, value),
        mcgCap(banks, capabilities));
  }

  private static long mcgCap(int banks, long capabilities) {
    return capabilities | banks;
  }

  @Override
  public void machineCheck(MachineCheck check) {
    ioctls.set(KVM_X86_SET_MCE, KvmX86Mce::write, check);
  }

  @Override
  public void reportTaskPriorityAccesses(boolean enabled) {
    ioctls.set(
        KVM_TPR_ACCESS_REPORTING,
        (argument, value) -> argument.putInt(KvmTprAccessCtl.ENABLED, value ? 1 : 0),
        enabled);
  }

  @Override
  public void setVirtualApicAddress(long guestAddress) {
    if (guestAddress % Integer.BYTES != 0) {
      throw new IllegalArgumentException(
          "Virtual APIC at 0x%x: use a multiple of %d".formatted(guestAddress, Integer.BYTES));
    }
    ioctls.set(
        KVM_SET_VAPIC_ADDR,
        (argument, value) -> argument.putLong(KvmVapicAddr.VAPIC_ADDR, value),
        guestAddress);
  }
}
