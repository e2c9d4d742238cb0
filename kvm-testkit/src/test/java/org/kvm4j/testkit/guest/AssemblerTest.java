package org.kvm4j.testkit.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.testkit.guest.Register.R11;
import static org.kvm4j.testkit.guest.Register.R12;
import static org.kvm4j.testkit.guest.Register.R9;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RBP;
import static org.kvm4j.testkit.guest.Register.RBX;
import static org.kvm4j.testkit.guest.Register.RCX;
import static org.kvm4j.testkit.guest.Register.RDI;
import static org.kvm4j.testkit.guest.Register.RDX;
import static org.kvm4j.testkit.guest.Register.RSI;
import static org.kvm4j.testkit.guest.Register.RSP;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every instruction against its bytes here, and these bytes against GNU's disassembler. */
class AssemblerTest {

  private static final int ORIGIN = 0x10_0000;

  /** Each instruction as objdump shows it: its bytes, and behind the semicolon its text. */
  private static final String LISTING =
      """
      b8 34 12 00 00 ; mov eax,0x1234
      41 b9 ff ff ff ff ; mov r9d,0xffffffff
      48 bb 00 00 00 00 01 00 00 00 ; movabs rbx,0x100000000
      49 89 fc ; mov r12,rdi
      be 1c 01 10 00 ; mov esi,0x10011c
      53 ; push rbx
      41 51 ; push r9
      41 59 ; pop r9
      5b ; pop rbx
      0f b6 04 25 00 20 00 00 ; movzx eax,BYTE PTR ds:0x2000
      44 0f b6 8c 24 04 00 00 00 ; movzx r9d,BYTE PTR [rsp+0x4]
      67 0f b7 34 25 00 00 00 d0 ; movzx esi,WORD PTR [eiz*1+0xd0000000]
      41 0f b7 84 24 fe ff ff ff ; movzx eax,WORD PTR [r12-0x2]
      67 8b 04 25 08 00 00 d0 ; mov eax,DWORD PTR [eiz*1+0xd0000008]
      67 8b 04 25 08 00 00 d0 ; mov eax,DWORD PTR [eiz*1+0xd0000008]
      44 8b 9d 00 01 00 00 ; mov r11d,DWORD PTR [rbp+0x100]
      48 8b 04 25 00 30 00 00 ; mov rax,QWORD PTR ds:0x3000
      4d 8b 8b 08 00 00 00 ; mov r9,QWORD PTR [r11+0x8]
      c6 04 25 00 20 00 00 41 ; mov BYTE PTR ds:0x2000,0x41
      40 88 34 25 00 20 00 00 ; mov BYTE PTR ds:0x2000,sil
      44 88 8b 01 00 00 00 ; mov BYTE PTR [rbx+0x1],r9b
      66 c7 04 25 00 20 00 00 42 41 ; mov WORD PTR ds:0x2000,0x4142
      66 89 04 25 00 20 00 00 ; mov WORD PTR ds:0x2000,ax
      66 41 89 89 00 00 00 00 ; mov WORD PTR [r9+0x0],cx
      67 c7 04 25 b0 00 e0 fe 00 00 00 00 ; mov DWORD PTR [eiz*1+0xfee000b0],0x0
      44 89 24 25 00 20 00 00 ; mov DWORD PTR ds:0x2000,r12d
      89 87 04 00 00 00 ; mov DWORD PTR [rdi+0x4],eax
      48 89 14 25 00 20 00 00 ; mov QWORD PTR ds:0x2000,rdx
      4c 89 8c 24 00 00 00 00 ; mov QWORD PTR [rsp+0x0],r9
      81 c0 01 00 00 00 ; add eax,0x1
      44 01 c8 ; add eax,r9d
      81 cb 80 00 00 00 ; or ebx,0x80
      41 09 d9 ; or r9d,ebx
      81 e1 ff 00 00 00 ; and ecx,0xff
      21 d1 ; and ecx,edx
      81 ea 02 00 00 00 ; sub edx,0x2
      29 f2 ; sub edx,esi
      81 f6 ff ff ff ff ; xor esi,0xffffffff
      31 ff ; xor edi,edi
      41 81 fc 0a 00 00 00 ; cmp r12d,0xa
      39 d8 ; cmp eax,ebx
      81 3c 25 00 20 00 00 14 00 00 00 ; cmp DWORD PTR ds:0x2000,0x14
      67 ff 04 25 00 00 00 d0 ; inc DWORD PTR [eiz*1+0xd0000000]
      f7 c0 20 00 00 00 ; test eax,0x20
      85 c0 ; test eax,eax
      c1 e0 04 ; shl eax,0x4
      41 c1 e9 10 ; shr r9d,0x10
      e9 fb ff ff ff ; jmp 0x10011c
      0f 84 f5 ff ff ff ; je 0x10011c
      0f 85 ef ff ff ff ; jne 0x10011c
      0f 82 e9 ff ff ff ; jb 0x10011c
      0f 83 87 00 00 00 ; jae 0x1001c0
      e8 82 00 00 00 ; call 0x1001c0
      c3 ; ret
      48 cf ; iretq
      f4 ; hlt
      fa ; cli
      fb ; sti
      ba 10 05 00 00 ; mov edx,0x510
      ec ; in al,dx
      0f b6 c0 ; movzx eax,al
      ba 10 05 00 00 ; mov edx,0x510
      66 ed ; in ax,dx
      44 0f b7 c8 ; movzx r9d,ax
      ba 10 05 00 00 ; mov edx,0x510
      ed ; in eax,dx
      89 c3 ; mov ebx,eax
      ba 10 05 00 00 ; mov edx,0x510
      ed ; in eax,dx
      b8 41 00 00 00 ; mov eax,0x41
      ba 10 05 00 00 ; mov edx,0x510
      ee ; out dx,al
      48 89 d8 ; mov rax,rbx
      ba 10 05 00 00 ; mov edx,0x510
      ee ; out dx,al
      b8 42 41 00 00 ; mov eax,0x4142
      ba 10 05 00 00 ; mov edx,0x510
      66 ef ; out dx,ax
      ba 10 05 00 00 ; mov edx,0x510
      66 ef ; out dx,ax
      b8 ff ff ff ff ; mov eax,0xffffffff
      ba 10 05 00 00 ; mov edx,0x510
      ef ; out dx,eax
      ba 10 05 00 00 ; mov edx,0x510
      ef ; out dx,eax
      bf 00 20 00 00 ; mov edi,0x2000
      b9 10 00 00 00 ; mov ecx,0x10
      ba 10 05 00 00 ; mov edx,0x510
      f3 6c ; rep ins BYTE PTR es:[rdi],dx
      be 00 20 00 00 ; mov esi,0x2000
      b9 10 00 00 00 ; mov ecx,0x10
      ba 10 05 00 00 ; mov edx,0x510
      f3 6e ; rep outs dx,BYTE PTR ds:[rsi]
      0f 0b ; ud2
      """;

  private static TestCode all() {
    return new TestCode()
        .mov(RAX, 0x1234)
        .mov(R9, -1)
        .mov(RBX, 0x1_0000_0000L)
        .mov(R12, RDI)
        .mov(RSI, "label")
        .push(RBX)
        .push(R9)
        .pop(R9)
        .pop(RBX)
        .load8(RAX, 0x2000)
        .load8(R9, RSP, 4)
        .load16(RSI, 0xd000_0000)
        .load16(RAX, R12, -2)
        .load32(RAX, 0xd000_0008)
        .load32(RAX, 0xd000_0008L)
        .load32(R11, RBP, 0x100)
        .load64(RAX, 0x3000)
        .load64(R9, R11, 8)
        .store8(0x2000, 0x41)
        .store8(0x2000, RSI)
        .store8(RBX, 1, R9)
        .store16(0x2000, 0x4142)
        .store16(0x2000, RAX)
        .store16(R9, 0, RCX)
        .store32(0xfee0_00b0, 0)
        .store32(0x2000, R12)
        .store32(RDI, 4, RAX)
        .store64(0x2000, RDX)
        .store64(RSP, 0, R9)
        .add(RAX, 1)
        .add(RAX, R9)
        .or(RBX, 0x80)
        .or(R9, RBX)
        .and(RCX, 0xff)
        .and(RCX, RDX)
        .sub(RDX, 2)
        .sub(RDX, RSI)
        .xor(RSI, -1)
        .xor(RDI, RDI)
        .cmp(R12, 10)
        .cmp(RAX, RBX)
        .cmp32(0x2000, 20)
        .inc32(0xd000_0000)
        .test(RAX, 0x20)
        .test(RAX, RAX)
        .shl(RAX, 4)
        .shr(R9, 16)
        .label("label")
        .jmp("label")
        .jz("label")
        .jnz("label")
        .jb("label")
        .jae("end")
        .call("end")
        .ret()
        .iret()
        .hlt()
        .cli()
        .sti()
        .in8(RAX, 0x510)
        .in16(R9, 0x510)
        .in32(RBX, 0x510)
        .in32(RAX, 0x510)
        .out8(0x510, 0x141)
        .out8(0x510, RBX)
        .out16(0x510, 0x4142)
        .out16(0x510, RAX)
        .out32(0x510, -1)
        .out32(0x510, RAX)
        .repInsb(0x2000, 0x510, 16)
        .repOutsb(0x510, 0x2000, 16)
        .label("end")
        .bytes(0x0f, 0x0b);
  }

  @Test
  void everyInstruction_hasItsBytes() {
    StringBuilder expected = new StringBuilder();
    LISTING.lines().forEach(line -> expected.append(line, 0, line.indexOf(';')));

    assertEquals(
        expected.toString().replace(" ", ""), HexFormat.of().formatHex(all().assemble(ORIGIN)));
  }

  @Test
  void everyByte_isReadByGnuAsTheInstructionMeant(@TempDir Path directory) throws Exception {
    assertEquals(LISTING, disassemble(all().assemble(ORIGIN), directory));
  }

  @Test
  void label_hasItsPosition() {
    TestCode code = new TestCode().hlt().label("here").hlt();

    assertEquals(1, code.position("here"));
  }

  @Test
  void missingLabel_isNamed_withThoseThatThereAre() {
    TestCode code = new TestCode().label("lop").jmp("loop");

    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> code.assemble(ORIGIN));

    assertEquals("There is no label loop. Labels: [lop].", e.getMessage());
  }

  @Test
  void labelThatIsThereTwice_isRefused() {
    TestCode code = new TestCode().label("a");

    assertThrows(IllegalArgumentException.class, () -> code.label("a"));
  }

  @Test
  void addressBeyond4GiB_isRefused() {
    TestCode code = new TestCode();

    assertThrows(IllegalArgumentException.class, () -> code.load32(RAX, 0x1_0000_0000L));
  }

  private static String disassemble(byte[] code, Path directory)
      throws IOException, InterruptedException {
    assumeTrue(isInstalled("objdump"), "objdump is not installed: install binutils");
    Path file = Files.write(directory.resolve("code"), code);
    Process process =
        new ProcessBuilder(
                List.of(
                    "objdump",
                    "-D",
                    "-b",
                    "binary",
                    "-m",
                    "i386:x86-64",
                    "-M",
                    "intel",
                    "--insn-width=12",
                    "--adjust-vma=0x100000",
                    file.toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    StringBuilder listing = new StringBuilder();
    output
        .lines()
        .map(line -> line.split("\t"))
        .filter(cells -> cells.length == 3)
        .forEach(
            cells ->
                listing
                    .append(cells[1].strip())
                    .append(" ; ")
                    .append(cells[2].strip().replaceAll(" +", " "))
                    .append('\n'));
    return listing.toString();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }
}
