package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_RUN;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_TRANSLATE;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.kvm4j.Buses;
import org.kvm4j.CpuidTable;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.FpuState;
import org.kvm4j.KvmCapability;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.PastExit;
import org.kvm4j.Registers;
import org.kvm4j.RunState;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Translation;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmFpu;
import org.kvm4j.core.abi.KvmMpState;
import org.kvm4j.core.abi.KvmRegs;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.abi.KvmSregs;
import org.kvm4j.core.abi.KvmTranslation;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.debug.GuestDebug;
import org.kvm4j.event.ExitReply;
import org.kvm4j.event.Injection;
import org.kvm4j.memory.DirtyRing;
import org.kvm4j.state.SyncRegisters;
import org.kvm4j.state.VcpuState;
import org.kvm4j.stats.Statistics;

/** A vCPU descriptor with its run area. KVM API, section 4, vcpu ioctls, and section 5. */
final class KvmVcpu implements Vcpu {

  private static final long RUN = KVM_RUN.request();

  private final int id;
  private final Fd fd;
  private final Mapping runMapping;
  private final RunArea area;
  private final CoalescedRing coalesced;
  private final RunGate gate;
  private final VcpuIoctls ioctls;
  private final Buses buses;
  private final KvmVcpuState state;
  private final KvmSyncRegisters syncRegisters;
  private final KvmGuestDebugging debug;
  private final KvmInjection inject;
  private final KvmAttributes attributes;
  private final Children children;
  private final KvmVcpuTsc tsc;
  private final KvmExitReply reply;
  private final KvmDirtyRing dirtyRing;

  KvmVcpu(
      int id, Fd fd, Mapping runMapping, int runAreaBytes, Buses buses, KvmCoalescing coalescing) {
    this.id = id;
    this.fd = fd;
    this.runMapping = runMapping;
    this.buses = buses;
    area = new RunArea(runMapping.view(0, runAreaBytes));
    coalesced = new CoalescedRing(runMapping.view(0, runAreaBytes), buses, coalescing);
    gate = new RunGate(fd.sys(), area, fd.name());
    ioctls = new VcpuIoctls(fd, gate);
    state = new KvmVcpuState(ioctls);
    syncRegisters = new KvmSyncRegisters(fd, area, gate);
    debug = new KvmGuestDebugging(ioctls);
    inject = new KvmInjection(ioctls);
    attributes = new KvmAttributes(fd, ioctls::checkThread);
    children = new Children(fd.name());
    tsc = new KvmVcpuTsc(ioctls, attributes);
    reply = new KvmExitReply(ioctls, area);
    dirtyRing = new KvmDirtyRing(ioctls);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public VcpuExit run() {
    gate.enter();
    try {
      reply.close();
      return reply.open(runUntilExit());
    } finally {
      gate.leave();
    }
  }

  /**
   * The run loop. An access is finished only by the next KVM_RUN, so nothing leaves this loop after
   * one; a kick leaves it at EINTR, with all accesses complete. Collected writes come first: the
   * guest made them before whatever ended KVM_RUN.
   */
  private VcpuExit runUntilExit() {
    while (true) {
      int result = fd.sys().ioctl(fd.number(), RUN, 0);
      coalesced.serve();
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
    throw fd.failure(KVM_RUN, result);
  }

  @Override
  public RunState runState() {
    return gate.holding(area::state);
  }

  @Override
  public void requestInterruptWindow(boolean request) {
    gate.hold(() -> area.requestInterruptWindow(request));
  }

  @Override
  public void kick() {
    gate.kick();
  }

  @Override
  public List<PastExit> lastExits() {
    return area.log().copy();
  }

  @Override
  public Registers registers() {
    return ioctls.get(KVM_GET_REGS, KvmRegs::read);
  }

  @Override
  public void setRegisters(Registers registers) {
    ioctls.set(KVM_SET_REGS, KvmRegs::write, registers);
  }

  @Override
  public SpecialRegisters specialRegisters() {
    return ioctls.get(KVM_GET_SREGS, KvmSregs::read);
  }

  @Override
  public void setSpecialRegisters(SpecialRegisters registers) {
    ioctls.set(KVM_SET_SREGS, KvmSregs::write, registers);
  }

  @Override
  public FpuState fpu() {
    return ioctls.get(KVM_GET_FPU, KvmFpu::read);
  }

  @Override
  public void setFpu(FpuState fpu) {
    ioctls.set(KVM_SET_FPU, KvmFpu::write, fpu);
  }

  @Override
  public List<Msr> msrs(List<Integer> indices) {
    ioctls.checkThread();
    return MsrBatch.read(fd, indices);
  }

  @Override
  public void setMsrs(List<Msr> msrs) {
    ioctls.checkThread();
    MsrBatch.write(fd, msrs);
  }

  @Override
  public void setCpuid(CpuidTable table) {
    ByteBuffer cpuid = Native.allocate(KvmCpuid2.sizeBytes(table.entries().size()));
    KvmCpuid2.write(cpuid, table);
    ioctls.call(KVM_SET_CPUID2, cpuid);
  }

  @Override
  public MpState mpState() {
    return MpState.of(ioctls.get(KVM_GET_MP_STATE, state -> state.getInt(KvmMpState.MP_STATE)));
  }

  @Override
  public void setMpState(MpState state) {
    ioctls.set(KVM_SET_MP_STATE, KvmMpState::write, state);
  }

  @Override
  public Optional<Translation> translate(long linearAddress) {
    return ioctls.exchange(
        KVM_TRANSLATE,
        translation -> translation.putLong(KvmTranslation.LINEAR_ADDRESS, linearAddress),
        KvmTranslation::read);
  }

  @Override
  public void enableCapability(KvmCapability capability, long... arguments) {
    ioctls.checkThread();
    EnableCap.on(fd, capability, arguments);
  }

  @Override
  public VcpuState state() {
    return state;
  }

  @Override
  public SyncRegisters syncRegisters() {
    return syncRegisters;
  }

  @Override
  public GuestDebug debug() {
    return debug;
  }

  @Override
  public Injection inject() {
    return inject;
  }

  @Override
  public DeviceAttributes attributes() {
    return attributes;
  }

  @Override
  public Statistics statistics() {
    ioctls.checkThread();
    return KvmStatistics.open(fd, children);
  }

  @Override
  public VcpuTsc tsc() {
    return tsc;
  }

  @Override
  public ExitReply reply() {
    return reply;
  }

  @Override
  public DirtyRing dirtyRing() {
    return dirtyRing;
  }

  /** Called once, before anyone else has the vCPU; closes it if that fails. */
  void mapDirtyRing(KvmMemorySlots slots) {
    try {
      slots.mapRing(dirtyRing);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public long preFaultMemory(long guestAddress, long sizeBytes) {
    return PreFault.on(ioctls, guestAddress, sizeBytes);
  }

  /** Throws if the caller is in this vCPU's run. */
  void checkOutside() {
    gate.checkOutside();
  }

  @Override
  public void close() {
    if (gate.close()) {
      children.close();
      dirtyRing.close();
      runMapping.close();
      fd.close();
    }
  }
}
