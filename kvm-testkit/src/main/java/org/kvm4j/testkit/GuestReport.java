package org.kvm4j.testkit;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;

/** What the author of a test needs to see of a guest that did not come to a halt. */
final class GuestReport {

  /** The longest x86 instruction. */
  private static final int MOST_CODE_BYTES = 15;

  private static final List<String> EXCEPTIONS =
      List.of(
          "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "9", "#TS", "#NP", "#SS",
          "#GP", "#PF", "15", "#MF", "#AC", "#MC", "#XF");

  private static final Set<Integer> WITH_ERROR_CODE = Set.of(8, 10, 11, 12, 13, 14, 17, 21, 29, 30);
  private static final long WORD = 8;

  private GuestReport() {}

  /** The reason, and several lines; on the vCPU's own thread. */
  static String of(Vcpu vcpu, GuestMemory memory, String reason) {
    Registers r = vcpu.registers();
    return String.join(
        System.lineSeparator(),
        List.of(
            reason,
            "  rip %016x  rsp %016x  rflags %x".formatted(r.rip(), r.rsp(), r.rflags()),
            "  rax %016x  rbx %016x  rcx %016x  rdx %016x"
                .formatted(r.rax(), r.rbx(), r.rcx(), r.rdx()),
            "  rsi %016x  rdi %016x  rbp %016x  r8  %016x"
                .formatted(r.rsi(), r.rdi(), r.rbp(), r.r8()),
            "  r9  %016x  r10 %016x  r11 %016x  r12 %016x"
                .formatted(r.r9(), r.r10(), r.r11(), r.r12()),
            "  r13 %016x  r14 %016x  r15 %016x".formatted(r.r13(), r.r14(), r.r15()),
            "  code at rip: " + code(memory, r.rip())));
  }

  /** The sentence for an exception, whose stub has pushed its vector. */
  static String exception(Registers registers, GuestMemory memory) {
    long stack = registers.rsp();
    int vector = (int) memory.readLong(stack);
    boolean coded = WITH_ERROR_CODE.contains(vector);
    long rip = memory.readLong(stack + (coded ? 2 : 1) * WORD);
    return "The guest raised %s%s at 0x%x, where the code is %s."
        .formatted(
            vector < EXCEPTIONS.size() ? EXCEPTIONS.get(vector) : "exception " + vector,
            coded ? ", error code 0x%x,".formatted(memory.readLong(stack + WORD)) : "",
            rip,
            code(memory, rip));
  }

  private static String code(GuestMemory memory, long address) {
    int length = MOST_CODE_BYTES;
    while (length > 0 && !memory.contains(address, length)) {
      length--;
    }
    return length == 0
        ? "not in RAM"
        : HexFormat.ofDelimiter(" ").formatHex(memory.read(address, length));
  }
}
