package org.kvm4j.machine;

import java.util.List;
import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Msr;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.machine.boot.BootState;

/**
 * Gives each new vCPU what a PC's firmware would: CPUID, MSRs, and the first one its registers.
 *
 * <p>Where there are APIC ids above 254, firmware hands all local APICs over in x2APIC mode: Intel
 * SDM volume 3, section "x2APIC Initialization by System Software". Linux ignores such processors
 * otherwise. Code and firmware, which have no firmware before them, find xAPIC mode.
 */
final class VcpuSetup {

  private static final System.Logger LOG = System.getLogger(VcpuSetup.class.getName());

  private static final int BOOTSTRAP_PROCESSOR = 0;

  /** Of IA32_APIC_BASE: x2APIC mode. */
  private static final long APIC_BASE_EXTD = 1 << 10;

  private static final int MSR_IA32_MISC_ENABLE = 0x1a0;
  private static final long MISC_ENABLE_FAST_STRING = 1;
  private static final int MSR_MTRR_DEF_TYPE = 0x2ff;
  private static final long MTRR_ENABLED = 1 << 11;
  private static final long MTRR_WRITE_BACK = 6;

  /** What firmware leaves set. A KVM without one of them runs a guest all the same. */
  private static final List<Msr> FIRMWARE_MSRS =
      List.of(
          new Msr(MSR_IA32_MISC_ENABLE, MISC_ENABLE_FAST_STRING),
          new Msr(MSR_MTRR_DEF_TYPE, MTRR_ENABLED | MTRR_WRITE_BACK));

  private final GuestCpuid cpuid;
  private final CpuTopology topology;
  private final boolean x2Apic;
  private final BootState boot;

  VcpuSetup(Hypervisor hypervisor, MachineConfig config, BootState boot) {
    this.topology = config.processors().topology();
    // Our I/O APIC knows destinations of 15 bits, and KVM's own does not.
    boolean wide = topology.needsX2Apic();
    this.cpuid = new GuestCpuid(hypervisor, wide && !config.kernelChips().hasIrqchip());
    this.x2Apic = wide && config.boot() instanceof Boot.Kernel;
    this.boot = boot;
  }

  void prepare(Vcpu vcpu) {
    CpuidTable table = cpuid.forVcpu(vcpu.id(), topology);
    vcpu.setCpuid(table);
    FIRMWARE_MSRS.forEach(msr -> setIfKnown(vcpu, msr));
    if (x2Apic) {
      SpecialRegisters registers = vcpu.specialRegisters();
      vcpu.setSpecialRegisters(
          registers.toBuilder().apicBase(registers.apicBase() | APIC_BASE_EXTD).build());
    }
    if (vcpu.id() == BOOTSTRAP_PROCESSOR) {
      vcpu.setSpecialRegisters(boot.specialRegisters(vcpu.specialRegisters()));
      vcpu.setFpu(FpuState.initial());
      vcpu.setRegisters(boot.registers());
    }
  }

  private static void setIfKnown(Vcpu vcpu, Msr msr) {
    try {
      vcpu.setMsrs(List.of(msr));
    } catch (KvmException e) {
      LOG.log(System.Logger.Level.DEBUG, "left at its reset value: {0}", e.getMessage());
    }
  }
}
