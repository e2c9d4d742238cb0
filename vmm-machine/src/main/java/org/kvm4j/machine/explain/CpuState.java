package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kvm4j.GuestMemory;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;

/**
 * What a vCPU that stands looks like. Immutable.
 *
 * @param code the bytes from RIP on, at most {@value #MOST_CODE_BYTES}; none if RIP leads nowhere
 * @param syscallEntry MSR_LSTAR, where Linux enters for a system call; 0 if not known
 */
public record CpuState(
    Registers registers,
    SpecialRegisters special,
    MpState mpState,
    List<Integer> code,
    long syscallEntry) {

  /** The longest x86 instruction. */
  public static final int MOST_CODE_BYTES = 15;

  private static final int MSR_LSTAR = 0xc000_0082;
  private static final long RFLAGS_IF = 1 << 9;
  private static final long RESET_RIP = 0xfff0;
  private static final System.Logger LOG = System.getLogger(CpuState.class.getName());

  /** All are needed. */
  public CpuState {
    Objects.requireNonNull(registers, "registers");
    Objects.requireNonNull(special, "special");
    Objects.requireNonNull(mpState, "mpState");
    code = List.copyOf(code);
  }

  /**
   * Reads it; on the vCPU's own thread.
   *
   * @throws KvmException if the kernel refuses
   */
  static CpuState of(Vcpu vcpu, GuestMemory memory) {
    Registers registers = vcpu.registers();
    SpecialRegisters special = vcpu.specialRegisters();
    List<Integer> code = codeAtRip(vcpu, memory, registers, special);
    return new CpuState(registers, special, vcpu.mpState(), code, syscallEntry(vcpu));
  }

  /**
   * The bytes from RIP on, at most {@value #MOST_CODE_BYTES}; none if RIP leads nowhere. On the
   * vCPU's own thread.
   *
   * @throws KvmException if the kernel refuses
   */
  public static List<Integer> codeAtRip(
      Vcpu vcpu, GuestMemory memory, Registers registers, SpecialRegisters special) {
    return vcpu.translate(special.cs().base() + registers.rip())
        .map(to -> code(memory, to.physicalAddress()))
        .orElse(List.of());
  }

  private static List<Integer> code(GuestMemory memory, long address) {
    int length = MOST_CODE_BYTES;
    while (length > 0 && !memory.contains(address, length)) {
      length--;
    }
    if (length == 0) {
      return List.of();
    }
    byte[] bytes = memory.read(address, length);
    return IntStream.range(0, length).mapToObj(i -> Byte.toUnsignedInt(bytes[i])).toList();
  }

  private static long syscallEntry(Vcpu vcpu) {
    try {
      return vcpu.msrs(List.of(MSR_LSTAR)).stream().mapToLong(msr -> msr.value()).sum();
    } catch (KvmException e) {
      LOG.log(System.Logger.Level.DEBUG, "KASLR is not told: {0}", e.getMessage());
      return 0;
    }
  }

  /** 64, 32 or 16: the size of the code at RIP. AMD64 APM volume 2, section 1.3. */
  public int bits() {
    if ((special.efer() & SpecialRegisters.EFER_LMA) != 0 && special.cs().longMode()) {
      return 64;
    }
    return isProtected() && special.cs().db() ? 32 : 16;
  }

  boolean isProtected() {
    return (special.cr0() & SpecialRegisters.CR0_PE) != 0;
  }

  boolean hasPaging() {
    return (special.cr0() & SpecialRegisters.CR0_PG) != 0;
  }

  /** Whether it takes interrupts. */
  public boolean interruptsOn() {
    return (registers.rflags() & RFLAGS_IF) != 0;
  }

  boolean isHalted() {
    return mpState == MpState.HALTED;
  }

  /** Whether the guest has not started it. */
  boolean isWaitingForStart() {
    return mpState == MpState.UNINITIALIZED || mpState == MpState.INIT_RECEIVED;
  }

  /** Whether these are the values after a reset. */
  boolean isAfterReset() {
    return !isProtected() && registers.rip() == RESET_RIP && special.cs().selector() == 0xf000;
  }

  /** The code at RIP, in hexadecimal. */
  String codeText(String delimiter) {
    return hex(code, delimiter);
  }

  byte[] codeBytes() {
    byte[] bytes = new byte[code.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = code.get(i).byteValue();
    }
    return bytes;
  }

  /** Bytes in hexadecimal. */
  public static String hex(List<Integer> bytes, String delimiter) {
    return bytes.stream().map("%02x"::formatted).collect(Collectors.joining(delimiter));
  }
}
