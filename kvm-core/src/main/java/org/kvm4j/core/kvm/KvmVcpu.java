package org.kvm4j.core.kvm;

import static org.kvm4j.core.kvm.Ioctl.KVM_GET_FPU;
import static org.kvm4j.core.kvm.Ioctl.KVM_GET_MP_STATE;
import static org.kvm4j.core.kvm.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.kvm.Ioctl.KVM_GET_REGS;
import static org.kvm4j.core.kvm.Ioctl.KVM_GET_SREGS;
import static org.kvm4j.core.kvm.Ioctl.KVM_RUN;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_CPUID2;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_FPU;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_MP_STATE;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_MSRS;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_REGS;
import static org.kvm4j.core.kvm.Ioctl.KVM_SET_SREGS;
import static org.kvm4j.core.kvm.Ioctl.KVM_TRANSLATE;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;

/** A vCPU descriptor with its run area. KVM API, section 4, vcpu ioctls, and section 5. */
final class KvmVcpu implements Vcpu {

  private static final int SCRATCH_BYTES = 4096;

  private final int id;
  private final Fd fd;
  private final Mapping runMapping;
  private final RunArea area;
  private final RunGate gate;
  private final Buses buses;

  /** For the arguments of this vCPU's ioctls; its thread rules make it single-threaded. */
  private final ByteBuffer scratch = Native.allocate(SCRATCH_BYTES);

  KvmVcpu(int id, Fd fd, Mapping runMapping, int runAreaBytes, Buses buses) {
    this.id = id;
    this.fd = fd;
    this.runMapping = runMapping;
    this.buses = buses;
    area = new RunArea(runMapping.view(0, runAreaBytes));
    gate = new RunGate(fd.sys(), area, "vCPU " + id);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public VcpuExit run() {
    gate.enter();
    try {
      return runUntilExit();
    } finally {
      gate.leave();
    }
  }

  /**
   * The run loop. An access is finished only by the next KVM_RUN, so nothing leaves this loop after
   * one; a kick leaves it at EINTR, with all accesses complete.
   */
  private VcpuExit runUntilExit() {
    while (true) {
      int result = fd.sys().ioctl(fd.number(), KVM_RUN, 0);
      if (result < 0) {
        if (result == -Errno.EINTR) {
          gate.acknowledge();
          return VcpuExit.Interrupted.INSTANCE;
        }
        if (result != -Errno.EAGAIN) { // EAGAIN: a vCPU that has just got its start-up IPI
          return failedRun(result);
        }
      } else {
        switch (area.exitReason()) {
          case KvmRun.KVM_EXIT_IO -> area.servePio(buses);
          case KvmRun.KVM_EXIT_MMIO -> area.serveMmio(buses);
          default -> {
            return area.decode();
          }
        }
      }
    }
  }

  /** After -1 the exit reason is stale, but for two errors that come with a memory fault. */
  private VcpuExit failedRun(int result) {
    boolean mayBeFault = result == -Errno.EFAULT || result == -Errno.EHWPOISON;
    if (mayBeFault && area.exitReason() == KvmRun.KVM_EXIT_MEMORY_FAULT) {
      return area.decode();
    }
    throw Failure.of("KVM_RUN on vCPU " + id, result);
  }

  @Override
  public void kick() {
    gate.kick();
  }

  @Override
  public Registers registers() {
    get("KVM_GET_REGS", KVM_GET_REGS);
    return KvmRegs.read(scratch);
  }

  @Override
  public void setRegisters(Registers registers) {
    gate.check();
    KvmRegs.write(scratch, registers);
    fd.ioctl("KVM_SET_REGS", KVM_SET_REGS, scratch);
  }

  @Override
  public SpecialRegisters specialRegisters() {
    get("KVM_GET_SREGS", KVM_GET_SREGS);
    return KvmSregs.read(scratch);
  }

  @Override
  public void setSpecialRegisters(SpecialRegisters registers) {
    gate.check();
    KvmSregs.write(scratch, registers);
    fd.ioctl("KVM_SET_SREGS", KVM_SET_SREGS, scratch);
  }

  @Override
  public FpuState fpu() {
    get("KVM_GET_FPU", KVM_GET_FPU);
    return KvmFpu.read(scratch);
  }

  @Override
  public void setFpu(FpuState fpu) {
    gate.check();
    KvmFpu.write(scratch, fpu);
    fd.ioctl("KVM_SET_FPU", KVM_SET_FPU, scratch);
  }

  @Override
  public List<Msr> msrs(List<Integer> indices) {
    List<Msr> wanted = indices.stream().map(index -> new Msr(index, 0)).toList();
    ByteBuffer batch = transferMsrs("KVM_GET_MSRS", KVM_GET_MSRS, wanted);
    List<Msr> values = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      values.add(new Msr(indices.get(i), batch.getLong(msrOffset(i) + KvmMsrs.ENTRY_DATA)));
    }
    return values;
  }

  @Override
  public void setMsrs(List<Msr> msrs) {
    transferMsrs("KVM_SET_MSRS", KVM_SET_MSRS, msrs);
  }

  @Override
  public void setCpuid(CpuidTable table) {
    gate.check();
    ByteBuffer cpuid = Native.allocate(KvmCpuid2.sizeBytes(table.entries().size()));
    KvmCpuid2.write(cpuid, table);
    fd.ioctl("KVM_SET_CPUID2", KVM_SET_CPUID2, cpuid);
  }

  @Override
  public MpState mpState() {
    get("KVM_GET_MP_STATE", KVM_GET_MP_STATE);
    return MpState.of(scratch.getInt(KvmMpState.MP_STATE));
  }

  @Override
  public void setMpState(MpState state) {
    gate.check();
    scratch.putInt(KvmMpState.MP_STATE, state.number());
    fd.ioctl("KVM_SET_MP_STATE", KVM_SET_MP_STATE, scratch);
  }

  @Override
  public long translate(long linearAddress) {
    gate.check();
    scratch.putLong(KvmTranslation.LINEAR_ADDRESS, linearAddress);
    fd.ioctl("KVM_TRANSLATE", KVM_TRANSLATE, scratch);
    boolean mapped = scratch.get(KvmTranslation.VALID) != 0;
    return mapped ? scratch.getLong(KvmTranslation.PHYSICAL_ADDRESS) : -1;
  }

  @Override
  public void close() {
    if (gate.close()) {
      runMapping.close();
      fd.close();
    }
  }

  private void get(String call, long request) {
    gate.check();
    fd.ioctl(call, request, scratch);
  }

  private ByteBuffer transferMsrs(String call, long request, List<Msr> msrs) {
    gate.check();
    ByteBuffer batch = Native.allocate(msrOffset(msrs.size()));
    batch.putInt(KvmMsrs.NMSRS, msrs.size());
    for (int i = 0; i < msrs.size(); i++) {
      batch.putInt(msrOffset(i) + KvmMsrs.ENTRY_INDEX, msrs.get(i).index());
      batch.putLong(msrOffset(i) + KvmMsrs.ENTRY_DATA, msrs.get(i).value());
    }
    int done = fd.ioctl(call, request, batch);
    if (done < msrs.size()) {
      throw new KvmException(
          "%s on vCPU %d: KVM refuses MSR 0x%x. Leave it out on this host."
              .formatted(call, id, msrs.get(done).index()));
    }
    return batch;
  }

  private static int msrOffset(int i) {
    return KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
  }
}
